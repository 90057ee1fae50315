package taproot.cli.exec;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import taproot.cli.options.PlaceOptions;
import taproot.cli.terminal.Output;
import taproot.cli.terminal.Screen;
import taproot.cli.terminal.Session;
import taproot.daemon.api.Control;
import taproot.normalizer.CommandRecord;
import taproot.normalizer.Outcome;

/** The end of exec: who is waited for, and who is let go. */
class PrivateDaemonTest {
    private static final String SID = "20261120T050000.000000Z-H0a7c9cdf-P0000002a";

    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final Session session = new Session(
            new Output(new ByteArrayOutputStream()),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            Screen.PLAIN,
            Screen.PLAIN,
            Map.of("HOME", "/nonexistent"),
            InstantSource.system(),
            ZoneOffset.UTC);

    @Test
    void anOldGitThatGoesOnIsWaitedForBecauseAClosedSocketWouldKillIt() throws Exception {
        try (PrivateDaemon daemon = PrivateDaemon.start(new PlaceOptions(), session);
                SocketChannel git = connect(daemon)) {
            begin(git, "2.34.1");
            CompletableFuture<Void> finished = finish(daemon);
            Awaitility.await().until(() -> err().contains("waiting for git gc (process 42)"));
            assertThat(finished).isNotDone();
            send(
                    git,
                    "{\"event\":\"atexit\",\"sid\":\"" + SID
                            + "\",\"time\":\"2026-11-20T05:00:09.000000Z\",\"t_abs\":9.0,\"code\":0}\n");
            git.close();
            finished.join();
            assertThat(daemon.records())
                    .singleElement()
                    .extracting(CommandRecord::outcome)
                    .isEqualTo(Outcome.EXITED);
            assertThat(err()).doesNotContain("let go");
        }
    }

    @Test
    void aNewerGitIsLetGoAfterASecond() throws Exception {
        try (PrivateDaemon daemon = PrivateDaemon.start(new PlaceOptions(), session);
                SocketChannel git = connect(daemon)) {
            begin(git, "2.39.5");
            finish(daemon).join();
            assertThat(err()).isEqualTo("taproot: still running, let go: git gc (process 42)\n");
            assertThat(daemon.records())
                    .singleElement()
                    .extracting(CommandRecord::outcome)
                    .isEqualTo(Outcome.INTERRUPTED);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "1.9.0, true",
        "2.34.1, true",
        "2.34.1.windows.1, true",
        "2.35.0, false",
        "2.39.5, false",
        "2.56.GIT, false",
        "3.0.0, false",
        "unknown, false",
        ", false"
    })
    void theVersionSaysWhoDiesOfAClosedSocket(String version, boolean dies) {
        Control.Live command = new Control.Live(
                SID,
                SID,
                List.of("git", "gc"),
                "gc",
                null,
                false,
                null,
                42L,
                version,
                Instant.EPOCH,
                0,
                Duration.ZERO,
                true);
        assertThat(PrivateDaemon.diesOfAClosedSocket(command)).isEqualTo(dies);
    }

    private static SocketChannel connect(PrivateDaemon daemon) throws IOException {
        return SocketChannel.open(
                UnixDomainSocketAddress.of(daemon.traceTarget().replace("af_unix:stream:", "")));
    }

    private static void begin(SocketChannel git, String version) throws IOException {
        String common = "\"sid\":\"" + SID + "\",\"thread\":\"main\",\"time\":\"2026-11-20T05:00:00.000000Z\"";
        send(git, "{\"event\":\"version\"," + common + ",\"evt\":\"3\",\"exe\":\"" + version + "\"}\n");
        send(git, "{\"event\":\"start\"," + common + ",\"t_abs\":0.001,\"argv\":[\"git\",\"gc\"]}\n");
    }

    private static void send(SocketChannel git, String line) throws IOException {
        git.write(ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8)));
    }

    private static CompletableFuture<Void> finish(PrivateDaemon daemon) {
        return CompletableFuture.runAsync(() -> {
            try {
                daemon.finish(new SignalRelay());
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    private String err() {
        return err.toString(StandardCharsets.UTF_8);
    }
}
