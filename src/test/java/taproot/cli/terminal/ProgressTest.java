package taproot.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import taproot.cli.Program;

class ProgressTest {
    private static final String ERASE = "\r\u001b[K";
    private static final Screen TERMINAL = new Screen(30, true);

    @TempDir
    private Path directory;

    /** All at once: the one on the terminal is what tells that a second has passed for the others too. */
    @Test
    void afterASecondATerminalIsToldAndNobodyElse() {
        ByteArrayOutputStream terminal = new ByteArrayOutputStream();
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        ByteArrayOutputStream quick = new ByteArrayOutputStream();
        Progress.of(session(quick, TERMINAL), "quick").close();
        long began = System.nanoTime();
        try (Progress shown = Progress.of(session(terminal, TERMINAL), "reading");
                Progress unseen = Progress.of(session(file, Screen.PLAIN), "reading")) {
            unseen.at("read 1");
            Awaitility.await().pollInterval(Duration.ofMillis(10)).until(() -> terminal.size() > 0);
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThanOrEqualTo(Duration.ofSeconds(1));
            assertThat(text(terminal)).startsWith(ERASE + "reading, 1 s");
            shown.at("read 12 records of a log that has many");
            Awaitility.await()
                    .untilAsserted(() -> assertThat(text(terminal)).contains(ERASE + "read 12 records of a log that…"));
        }
        assertThat(text(terminal)).endsWith(ERASE);
        assertThat(text(file)).isEmpty();
        assertThat(text(quick)).isEmpty();
    }

    /** What takes so long is a daemon that has been asked and says nothing; the terminal is script's. */
    @Test
    void onARealTerminalItIsSaidWhatIsWaitedFor() throws Exception {
        Path control = directory.resolve("control.sock");
        List<String> program = new ArrayList<>(Program.commandLine(
                "forget", "--before", "2030-01-01", "--yes", "--runtime-dir", directory.toString()));
        program.addAll(List.of("--state-dir", directory.resolve("state").toString()));
        Path screen = directory.resolve("screen");
        Process script;
        try (ServerSocketChannel deaf = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            deaf.bind(UnixDomainSocketAddress.of(control));
            script = new ProcessBuilder("script", "-qec", "'" + String.join("' '", program) + "'", "/dev/null")
                    .redirectInput(Path.of("/dev/null").toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(screen.toFile())
                    .start();
            Awaitility.await()
                    .atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(Files.readString(screen)).contains(ERASE + "forgetting, 1 s"));
        }
        try {
            assertThat(script.waitFor(30, TimeUnit.SECONDS)).isTrue();
        } finally {
            script.descendants().forEach(ProcessHandle::destroyForcibly);
            script.destroyForcibly();
        }
        assertThat(Files.readString(screen)).contains(" s" + ERASE + "taproot: ");
    }

    private static Session session(ByteArrayOutputStream err, Screen errScreen) {
        return new Session(
                new Output(new ByteArrayOutputStream()),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                Screen.PLAIN,
                errScreen,
                Map.of(),
                InstantSource.system(),
                ZoneOffset.UTC);
    }

    private static String text(ByteArrayOutputStream bytes) {
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
