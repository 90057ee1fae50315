package taproot.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.LayoutWrappingEncoder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.ILoggerFactory;
import org.slf4j.IMarkerFactory;
import org.slf4j.Logger;
import org.slf4j.helpers.BasicMarkerFactory;
import org.slf4j.spi.MDCAdapter;
import org.slf4j.spi.SLF4JServiceProvider;

/**
 * How the program logs: Logback, to stderr, set up in code. To look for a provider and a file through all jars and to read
 * XML would take a fifth of the time until the daemon listens. Whoever wants something else names a file of Logback's:
 * {@code JDK_JAVA_OPTIONS=-Dlogback.configurationFile=FILE}.
 */
public final class Logging implements SLF4JServiceProvider {
    private static final String OWN_FILE = "logback.configurationFile";
    private static final List<String> TALKATIVE = List.of("io.netty", "reactor");
    /** Of sinks. They warn of each conflict, with a stack trace; status has the number. */
    private static final List<String> EXCITABLE = List.of("org.apache.iceberg", "org.apache.hadoop");

    private final LoggerContext context = new LoggerContext();
    private final IMarkerFactory markers = new BasicMarkerFactory();
    private final LogbackMDCAdapter mdc = new LogbackMDCAdapter();

    /** For slf4j, which makes one by its name. */
    public Logging() {}

    /** To be called before anybody logs. */
    static void begin() {
        if (System.getProperty(OWN_FILE) == null) {
            System.setProperty("slf4j.provider", Logging.class.getName());
            System.setProperty("slf4j.internal.verbosity", "WARN"); // It would tell everybody of the above.
        }
    }

    @Override
    public void initialize() {
        LogLine line = new LogLine(isJournal(System.getenv("JOURNAL_STREAM"), Path.of("/proc/self/fd/2")));
        line.setContext(context);
        line.start();
        LayoutWrappingEncoder<ILoggingEvent> encoder = new LayoutWrappingEncoder<>();
        encoder.setContext(context);
        encoder.setCharset(StandardCharsets.UTF_8);
        encoder.setLayout(line);
        encoder.start();
        ConsoleAppender<ILoggingEvent> stderr = new ConsoleAppender<>();
        stderr.setContext(context);
        stderr.setTarget("System.err");
        stderr.setEncoder(encoder);
        stderr.start();
        context.setMDCAdapter(mdc);
        TALKATIVE.forEach(name -> context.getLogger(name).setLevel(Level.WARN));
        EXCITABLE.forEach(name -> context.getLogger(name).setLevel(Level.ERROR));
        ch.qos.logback.classic.Logger everything = context.getLogger(Logger.ROOT_LOGGER_NAME);
        everything.setLevel(Level.INFO);
        everything.addAppender(stderr);
        context.start();
    }

    /**
     * Whether stderr is the stream that {@code JOURNAL_STREAM} names. The variable alone proves nothing, since whatever a
     * service starts inherits it (systemd.exec(5)).
     *
     * @param stream device and inode, as systemd gives them: {@code 8:12345}
     */
    static boolean isJournal(@Nullable String stream, Path stderr) {
        if (stream == null || stream.isEmpty()) {
            return false;
        }
        try {
            return stream.equals(Files.getAttribute(stderr, "unix:dev") + ":" + Files.getAttribute(stderr, "unix:ino"));
        } catch (IOException closed) {
            // No stderr to look at: then the form makes no difference.
            return false;
        }
    }

    @Override
    public ILoggerFactory getLoggerFactory() {
        return context;
    }

    @Override
    public IMarkerFactory getMarkerFactory() {
        return markers;
    }

    @Override
    public MDCAdapter getMDCAdapter() {
        return mdc;
    }

    @Override
    public String getRequestedApiVersion() {
        return "2.0.99"; // Any of 2.0, as Logback's own provider has it.
    }
}
