package taproot.daemon.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import taproot.daemon.metrics.Counter;
import taproot.daemon.metrics.Counters;
import taproot.daemon.roots.Roots;
import taproot.normalizer.Settings;

class TalkersTest {
    private static final int LINES = 400;
    private static final long BETWEEN_LINES_NANOS = 100_000;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    private final Counters counters = new Counters();
    private final TraceServer server;
    private final Roots roots;

    TalkersTest() throws IOException {
        server = new TraceServer(1, 4 << 20, (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid"), counters);
        roots = new Roots(
                Settings.DEFAULTS,
                16_384,
                64 << 20,
                Roots.Clock.SYSTEM,
                counters,
                server.timers(),
                _ -> {},
                server::drain);
    }

    @BeforeEach
    void listen() throws IOException {
        server.listen(socket(), roots);
    }

    @AfterEach
    void stop() {
        server.stop();
    }

    /** What git pays for each line besides is the waking of somebody who waits for it. */
    @Test
    void whoeverTalksDoesNotWakeTheLoopAtEachLine() throws Exception {
        try (SocketChannel talking = connect()) {
            say(talking, 1);
            awaitReceived(1);
            long before = wakings();
            for (int i = 0; i < LINES; i++) {
                say(talking, 1);
                spin(BETWEEN_LINES_NANOS);
            }
            awaitReceived(1 + LINES);
            assertThat(wakings() - before).isLessThan(LINES / 2);
        }
    }

    /** A short command is over before the loop looks, and the next one need not wake it. */
    @Test
    void whoConnectsWhileOthersDoDoesNotWakeTheLoopEachTime() throws Exception {
        connect().close();
        await().until(() -> counters.get(Counter.CONNECTIONS_CLOSED) == 1);
        long before = wakings();
        for (int i = 1; i <= LINES; i++) {
            try (SocketChannel brief = connect()) {
                say(brief, 1);
            }
            spin(BETWEEN_LINES_NANOS);
        }
        awaitReceived(LINES);
        await().until(() -> counters.get(Counter.CONNECTIONS_CLOSED) == 1 + LINES);
        assertThat(wakings() - before).isLessThan(LINES / 2);
    }

    @Test
    void whatIsSaidIsReadAlthoughItIsNotTheEnd() throws Exception {
        try (SocketChannel talking = connect()) {
            for (int i = 1; i <= 5; i++) {
                say(talking, 1);
                awaitReceived(i);
            }
        }
    }

    @Test
    void whoeverIsSilentIsNotLookedAtAndIsHeardWhenHeGoesOn() throws Exception {
        try (SocketChannel silent = connect()) {
            say(silent, 1);
            awaitReceived(1);
            long[] last = {wakings()};
            await().until(() -> {
                long now = wakings();
                boolean quiet = now == last[0];
                last[0] = now;
                spin(20 * Talkers.PAUSE_MICROS * 1_000);
                return quiet && wakings() == now;
            });
            say(silent, 1);
            awaitReceived(2);
        }
    }

    /** A socket does not hold as much: they wait for nobody longer than the loop needs to read it. */
    @Test
    void whoeverTalksWithoutPauseIsReadWithoutPause() throws Exception {
        try (SocketChannel talking = connect()) {
            say(talking, 20_000);
            awaitReceived(20_000);
        }
    }

    private void awaitReceived(long events) {
        await().pollInterval(Duration.ofMillis(1))
                .atMost(Duration.ofSeconds(10))
                .until(() -> counters.get(Counter.EVENTS_RECEIVED) == events);
    }

    private static void spin(long nanos) {
        long until = System.nanoTime() + nanos;
        while (System.nanoTime() < until) {
            Thread.onSpinWait();
        }
    }

    private static void say(SocketChannel channel, int lines) throws IOException {
        String line = "{\"event\":\"region_enter\",\"sid\":\"20261120T120000.000000Z-H00000000-P00000001\"}\n";
        ByteBuffer bytes = ByteBuffer.wrap(line.repeat(lines).getBytes(UTF_8));
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /** How often the loop has waited for something. */
    private static long wakings() throws IOException {
        try (Stream<Path> threads = Files.list(Path.of("/proc/self/task"))) {
            return threads.mapToLong(TalkersTest::wakings).sum();
        }
    }

    private static long wakings(Path thread) {
        try {
            if (!Files.readString(thread.resolve("comm")).startsWith("ingest-epoll")) {
                return 0;
            }
            return Files.readAllLines(thread.resolve("status")).stream()
                    .filter(line -> line.startsWith("voluntary_ctxt_switches:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                    .sum();
        } catch (IOException e) {
            return 0; // It has ended meanwhile.
        }
    }

    private Path socket() {
        return directory.resolve("trace2.sock");
    }

    private SocketChannel connect() throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        channel.connect(UnixDomainSocketAddress.of(socket()));
        return channel;
    }
}
