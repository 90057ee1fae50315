package taproot.cli;

import java.util.List;
import org.jspecify.annotations.Nullable;
import taproot.cli.daemon.RunCommand;
import taproot.cli.options.PlaceOptions;
import taproot.cli.terminal.CommandFailedException;
import taproot.cli.terminal.ExitStatus;
import taproot.cli.terminal.OutputClosedException;
import taproot.cli.terminal.Session;

/**
 * Starts the daemon, or else what {@link Taproot} reads from the command line. Knows nothing of the command line's library:
 * where a class that is run mentions one of its exceptions, the JVM looks for it through all jars before the daemon listens.
 */
final class Start {
    private Start() {}

    /** Does what it is asked for and returns the exit status. */
    static int run(Session session, String... arguments) {
        PlaceOptions options = usualStart(arguments);
        return options == null ? Taproot.run(session, arguments) : daemon(session, options);
    }

    /** The options of a daemon that is started as usual; null for everything else. */
    private static @Nullable PlaceOptions usualStart(String[] arguments) {
        return arguments.length > 0 && arguments[0].equals(Commands.RUN.word())
                ? PlaceOptions.plain(List.of(arguments).subList(1, arguments.length))
                : null;
    }

    private static int daemon(Session session, PlaceOptions options) {
        try {
            return new RunCommand(session, options).call();
        } catch (CommandFailedException e) {
            return failed(session, e);
        } catch (OutputClosedException e) {
            return outputClosed(session, e);
        } catch (InterruptedException e) {
            throw new IllegalStateException("cannot happen: nobody interrupts the program's first thread", e);
        }
    }

    static int failed(Session session, CommandFailedException e) {
        session.say(String.valueOf(e.getMessage()));
        return e.status();
    }

    static int outputClosed(Session session, OutputClosedException e) {
        if (e.readerIsGone()) {
            return ExitStatus.PIPE_CLOSED;
        }
        session.say("cannot write to stdout: " + e.getMessage());
        return ExitStatus.FAILED;
    }
}
