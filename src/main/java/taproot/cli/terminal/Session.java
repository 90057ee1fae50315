package taproot.cli.terminal;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.Map;

/**
 * What one run of the program has around it.
 *
 * @param out what was asked for; flushed at the end
 * @param err everything else that is said to the user
 * @param zone in which tables show times
 */
public record Session(
        Output out,
        PrintStream err,
        Screen outScreen,
        Screen errScreen,
        Map<String, String> environment,
        InstantSource clock,
        ZoneId zone) {

    /** The one of this process. */
    public static Session ofProcess() {
        Map<String, String> environment = System.getenv();
        return new Session(
                new Output(new FileOutputStream(FileDescriptor.out)),
                new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8),
                Screen.of(1, environment),
                Screen.of(2, environment),
                environment,
                InstantSource.system(),
                ZoneId.systemDefault());
    }

    /** A line to the user, under the program's name. */
    public void say(String text) {
        err.println("taproot: " + text);
    }
}
