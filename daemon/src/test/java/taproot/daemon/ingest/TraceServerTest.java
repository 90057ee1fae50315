package taproot.daemon.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import taproot.daemon.metrics.Counter;
import taproot.daemon.metrics.Counters;
import taproot.daemon.roots.Roots;
import taproot.normalizer.DropReason;
import taproot.normalizer.FinishedCommand;
import taproot.normalizer.Outcome;
import taproot.normalizer.Settings;

class TraceServerTest {
    private static final int LINE_LIMIT = 4 << 20;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    private final Counters counters = new Counters();
    private final ConcurrentLinkedQueue<FinishedCommand> finished = new ConcurrentLinkedQueue<>();
    private final TraceServer server;
    private final Roots roots;

    TraceServerTest() throws IOException {
        int uid = (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
        server = new TraceServer(1, LINE_LIMIT, uid, counters);
        roots = new Roots(
                Settings.DEFAULTS,
                16_384,
                64 << 20,
                Roots.Clock.SYSTEM,
                counters,
                server.timers(),
                finished::add,
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

    @Test
    void twentyThousandConnectionsThatWriteAndCloseAtOnceLoseNotOneLine() throws Exception {
        int clients = 8;
        int connections = 20_000;
        int linesEach = 25;
        try (ExecutorService threads = Executors.newFixedThreadPool(clients)) {
            List<Future<?>> done = new java.util.ArrayList<>();
            for (int client = 0; client < clients; client++) {
                int first = client;
                done.add(threads.submit(() -> {
                    for (int i = first; i < connections; i += clients) {
                        send(session(i, linesEach));
                    }
                    return null;
                }));
            }
            for (Future<?> future : done) {
                future.get(2, TimeUnit.MINUTES);
            }
        }
        drained();
        assertThat(counters.get(Counter.EVENTS_RECEIVED)).isEqualTo((long) connections * linesEach);
        assertThat(counters.get(Counter.EVENTS_APPLIED)).isEqualTo((long) connections * linesEach);
        assertThat(finished).hasSize(connections);
        assertThat(finished).allSatisfy(command -> {
            assertThat(command.record().outcome()).isEqualTo(Outcome.EXITED);
            assertThat(command.record().events()).isEqualTo(linesEach);
        });
        assertThat(roots.live().openings()).isZero();
    }

    @Test
    void aDrainReadsWhatWasSentBeforeItHoweverBusyTheSocketIs() throws Exception {
        try (SocketChannel flowing = connect()) {
            var stop = new java.util.concurrent.atomic.AtomicBoolean();
            Thread flood = Thread.ofPlatform().start(() -> flood(flowing, stop));
            for (int round = 0; round < 200; round++) {
                int before = finished.size();
                send(session(round, 10));
                drained();
                assertThat(finished.size()).isEqualTo(before + 1);
            }
            stop.set(true);
            flood.join();
        }
    }

    @Test
    void aLineCutOffByTheEndOfItsConnectionIsCountedAsTorn() throws Exception {
        String session = session(1, 10);
        send(session.substring(0, session.length() - 20));
        drained();
        assertThat(counters.get(DropReason.TORN)).isEqualTo(1);
        assertAccounted();
    }

    @Test
    void garbageCostsOnlyItself() throws Exception {
        String session = session(1, 10);
        int middle = session.indexOf('\n', session.length() / 2) + 1;
        send(session.substring(0, middle) + "garbage\n{\"event\":\"start\"}\n{\"event\":\"new\",\"sid\":\"a\"}\n"
                + session.substring(middle));
        drained();
        assertThat(finished).hasSize(1);
        assertThat(counters.get(DropReason.MALFORMED)).isEqualTo(1);
        assertThat(counters.get(DropReason.UNADDRESSED)).isEqualTo(1);
        assertThat(counters.get(Counter.EVENTS_IGNORED)).isEqualTo(1);
        assertAccounted();
    }

    @Test
    void aLineOfFourMegabytesPassesAndALongerOneCostsOnlyThatLine() throws Exception {
        String session = session(1, 10);
        int middle = session.indexOf('\n') + 1;
        String sid = sid(1);
        String frame = "{\"event\":\"data\",\"sid\":\"" + sid + "\",\"value\":\"\"}";
        String longest = frame.replace("\"\"}", "\"" + "x".repeat(LINE_LIMIT - frame.length()) + "\"}");
        String tooLong = frame.replace("\"\"}", "\"" + "x".repeat(LINE_LIMIT - frame.length() + 1) + "\"}");
        send(session.substring(0, middle) + longest + "\n" + tooLong + "\n" + session.substring(middle));
        drained();
        assertThat(counters.get(DropReason.OVERLONG)).isEqualTo(1);
        assertThat(finished).hasSize(1);
        assertThat(finished.element().record().dropped()).containsEntry("overlong", 1L);
        assertThat(finished.element().record().truncated()).isTrue();
        assertAccounted();
    }

    @Test
    void aDrainEndsWhenTheSocketIsGone() throws Exception {
        Files.delete(socket());
        drained();
    }

    private void assertAccounted() {
        long dropped =
                counters.dropped().values().stream().mapToLong(Long::longValue).sum();
        assertThat(counters.get(Counter.EVENTS_RECEIVED))
                .isEqualTo(counters.get(Counter.EVENTS_APPLIED) + counters.get(Counter.EVENTS_IGNORED) + dropped);
    }

    private void drained() throws Exception {
        CompletableFuture<Void> read = new CompletableFuture<>();
        server.drain(() -> read.complete(null));
        read.get(30, TimeUnit.SECONDS);
    }

    private Path socket() {
        return directory.resolve("trace2.sock");
    }

    private SocketChannel connect() throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        channel.connect(UnixDomainSocketAddress.of(socket()));
        return channel;
    }

    private void send(String text) throws IOException {
        try (SocketChannel channel = connect()) {
            ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(UTF_8));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        }
    }

    private static void flood(SocketChannel channel, java.util.concurrent.atomic.AtomicBoolean stop) {
        byte[] line = ("{\"event\":\"data\",\"sid\":\"" + sid(999_999) + "\",\"value\":\"" + "x".repeat(400) + "\"}\n")
                .repeat(50)
                .getBytes(UTF_8);
        try {
            while (!stop.get()) {
                channel.write(ByteBuffer.wrap(line));
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static String sid(int n) {
        return String.format("20261120T050011.%06dZ-H0a7c9cdf-P%08x", n, n);
    }

    /** One whole command of so many lines. */
    private static String session(int n, int lines) {
        String head = "\",\"sid\":\"" + sid(n) + "\",\"thread\":\"main\",\"time\":\"2026-11-20T05:00:11.300000Z\",";
        StringBuilder text = new StringBuilder();
        text.append("{\"event\":\"version").append(head).append("\"evt\":\"3\",\"exe\":\"2.39.5\"}\n");
        text.append("{\"event\":\"start").append(head).append("\"t_abs\":0.000100,\"argv\":[\"git\",\"commit\"]}\n");
        for (int i = 4; i < lines; i++) {
            text.append("{\"event\":\"region_enter").append(head).append("\"nesting\":1,\"category\":\"index\"}\n");
        }
        text.append("{\"event\":\"exit").append(head).append("\"t_abs\":0.001000,\"code\":0}\n");
        text.append("{\"event\":\"atexit").append(head).append("\"t_abs\":0.001100,\"code\":0}\n");
        return text.toString();
    }
}
