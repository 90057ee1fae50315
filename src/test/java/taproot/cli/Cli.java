package taproot.cli;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.Map;
import taproot.cli.terminal.Output;
import taproot.cli.terminal.Screen;
import taproot.cli.terminal.Session;

/** One run of a command in this JVM, and what came of it. */
public record Cli(int status, String out, String err) {
    public static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");

    public static Cli run(String... arguments) {
        return run(Screen.PLAIN, arguments);
    }

    public static Cli run(Screen screen, String... arguments) {
        return run(screen, Map.of("HOME", "/nonexistent"), arguments);
    }

    /** A run of somebody with these variables. */
    public static Cli run(Screen screen, Map<String, String> environment, String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Session session = new Session(
                new Output(out),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                screen,
                screen,
                environment,
                InstantSource.fixed(NOW),
                ZoneOffset.UTC);
        int status = Start.run(session, arguments);
        return new Cli(status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }
}
