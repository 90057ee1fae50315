package taproot.cli;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.Map;

/** One run of a command in this JVM, and what came of it. */
record Cli(int status, String out, String err) {
    static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");

    static Cli run(String... arguments) {
        return run(Screen.PLAIN, arguments);
    }

    static Cli run(Screen screen, String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Session session = new Session(
                new Output(out),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                screen,
                screen,
                Map.of("HOME", "/nonexistent"),
                InstantSource.fixed(NOW),
                ZoneOffset.UTC);
        int status = Taproot.run(session, arguments);
        return new Cli(status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }
}
