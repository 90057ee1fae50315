package taproot.cli;

import ch.qos.logback.core.PropertyDefinerBase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Says in which form config/logback.xml writes: {@code journal} when stderr is the stream that {@code JOURNAL_STREAM}
 * names, else {@code terminal}. The variable alone proves nothing, since whatever a service starts inherits it
 * (systemd.exec(5)). Named in config/logback.xml, made by Logback.
 */
public final class LogForm extends PropertyDefinerBase {
    @Override
    public String getPropertyValue() {
        return isJournal(System.getenv("JOURNAL_STREAM"), Path.of("/proc/self/fd/2")) ? "journal" : "terminal";
    }

    /** @param stream device and inode, as systemd gives them: {@code 8:12345} */
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
}
