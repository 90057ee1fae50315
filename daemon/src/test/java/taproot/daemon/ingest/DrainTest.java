package taproot.daemon.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import taproot.daemon.metrics.Counter;
import taproot.daemon.metrics.Counters;
import taproot.daemon.roots.Roots;
import taproot.normalizer.Settings;

/** A drain reads what was sent before it, and comes to an end, whatever the connections do meanwhile. */
class DrainTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    private final Counters counters = new Counters();
    private final AtomicInteger finished = new AtomicInteger();
    private @Nullable TraceServer server;
    private @Nullable Roots roots;

    @AfterEach
    void stop() {
        if (server != null) {
            server.stop();
        }
    }

    private Roots roots() {
        return Objects.requireNonNull(roots);
    }

    private TraceServer listen(int loops) throws IOException {
        return listen(loops, TraceServer.Patience.DEFAULT);
    }

    private TraceServer listen(int loops, TraceServer.Patience patience) throws IOException {
        int uid = (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
        TraceServer listening = new TraceServer(loops, 4 << 20, uid, counters, patience);
        server = listening;
        roots = new Roots(
                Settings.DEFAULTS,
                1024,
                64 << 20,
                Roots.Clock.SYSTEM,
                counters,
                listening.timers(),
                _ -> finished.incrementAndGet(),
                listening::drain);
        listening.listen(socket(), roots());
        return listening;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4})
    void everyLineSentBeforeItIsReadOnAnyNumberOfLoops(int loops) throws Exception {
        TraceServer listening = listen(loops);
        int sent = 0;
        for (int round = 0; round < 300; round++) {
            List<SocketChannel> open = new ArrayList<>();
            for (int n = 0; n < 5; n++) {
                SocketChannel channel = connect();
                write(channel, line(round, 300));
                sent++;
                if (n % 2 == 0) {
                    channel.close();
                } else {
                    open.add(channel);
                }
            }
            drained(listening);
            assertThat(counters.get(Counter.EVENTS_RECEIVED)).isEqualTo(sent);
            for (SocketChannel channel : open) {
                channel.close();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void theFirstConnectionOfALoopIsReadAlsoWhenTheLoopIsBusy(int skip) throws Exception {
        TraceServer listening = listen(2);
        for (int n = 0; n < skip; n++) {
            listening.timers().after(0, () -> {}); // They go to the loops in turn.
        }
        AtomicBoolean busy = stick(listening);
        try (SocketChannel channel = connect()) {
            write(channel, line(1, 300));
        }
        CompletableFuture<Long> received = new CompletableFuture<>();
        listening.drain(() -> received.complete(counters.get(Counter.EVENTS_RECEIVED)));
        try {
            received.get(300, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            // It waits for the loop, as it has to where the connection is that one's.
            assertThat(busy).isTrue();
        } finally {
            busy.set(false);
        }
        assertThat(received.get(30, TimeUnit.SECONDS)).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    void aHundredDrainsAtOnceOverConnectionsThatNeverStopFlowingAllEnd(int loops) throws Exception {
        TraceServer listening = listen(loops);
        AtomicBoolean stop = new AtomicBoolean();
        List<Thread> floods = new ArrayList<>();
        for (int n = 0; n < 3; n++) {
            int id = n;
            SocketChannel flowing = connect();
            floods.add(Thread.ofPlatform().start(() -> flood(flowing, id, stop)));
        }
        CountDownLatch all = new CountDownLatch(100);
        for (int n = 0; n < 100; n++) {
            listening.drain(all::countDown);
        }
        boolean ended = all.await(30, TimeUnit.SECONDS);
        stop.set(true);
        for (Thread flood : floods) {
            flood.join();
        }
        assertThat(ended).isTrue();
    }

    @Test
    void aConnectionClosedInTheMiddleOfALineEndsTheDrainThatWaitsForIt() throws Exception {
        TraceServer listening = listen(1);
        for (int round = 0; round < 200; round++) {
            SocketChannel channel = connect();
            write(channel, line(round, 40_000).substring(0, 30_000));
            CompletableFuture<Void> read = new CompletableFuture<>();
            listening.drain(() -> read.complete(null));
            channel.close();
            read.get(30, TimeUnit.SECONDS);
        }
        drained(listening);
        assertThat(counters.get(Counter.CONNECTIONS_CLOSED)).isGreaterThanOrEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4})
    void whatItsPeerClosedBeforeTheDrainIsClosedBehindIt(int loops) throws Exception {
        TraceServer listening = listen(loops);
        AtomicBoolean stop = new AtomicBoolean();
        SocketChannel flowing = connect();
        // What keeps a loop at its tasks, so that it comes late to its sockets.
        Thread flood = Thread.ofPlatform().start(() -> flood(flowing, 1, stop));
        try {
            for (int round = 1; round <= 300; round++) {
                List<SocketChannel> open = new ArrayList<>();
                for (int n = 0; n < 4; n++) {
                    SocketChannel channel = connect();
                    write(channel, line(4 * round + n, 300));
                    open.add(channel);
                }
                if (round % 2 == 0) {
                    drained(listening); // So that only the end is left to be read.
                }
                for (SocketChannel channel : open) {
                    channel.close();
                }
                drained(listening);
                // The flood's own is one.
                assertThat(roots().live().openings()).as("round %d", round).isLessThanOrEqualTo(1);
            }
        } finally {
            stop.set(true);
            flood.join();
        }
    }

    @Test
    @Tag("long")
    void aDrainOverTenThousandIdleConnectionsTakesTheTimeOfOneSystemCall() throws Exception {
        // Both ends are ours.
        int many = (int) Math.min(10_000, (descriptors() - 2_000) / 2);
        TraceServer listening = listen(1);
        List<SocketChannel> idle = new ArrayList<>();
        try {
            for (int connections : new int[] {0, many / 10, many}) {
                while (idle.size() < connections) {
                    idle.add(connect());
                }
                drained(listening);
                long best = Long.MAX_VALUE;
                for (int round = 0; round < 200; round++) {
                    long began = System.nanoTime();
                    drained(listening);
                    best = Math.min(best, System.nanoTime() - began);
                }
                System.out.printf("a drain over %d idle connections: %d µs%n", connections, best / 1_000);
                assertThat(best).isLessThan(TimeUnit.MILLISECONDS.toNanos(20));
            }
        } finally {
            for (SocketChannel channel : idle) {
                channel.close();
            }
        }
    }

    @Test
    void aFullBacklogHoldsTheMarkUpButNotForGood() throws Exception {
        // Both ends of 4,096 connections are ours.
        assumeThat(descriptors()).isGreaterThan(10_000);
        TraceServer listening = listen(1);
        AtomicBoolean stuck = stick(listening);
        List<SocketChannel> waiting = new ArrayList<>();
        try {
            fillBacklog(waiting);
            CompletableFuture<Void> read = new CompletableFuture<>();
            listening.drain(() -> read.complete(null));
            stuck.set(false);
            read.get(30, TimeUnit.SECONDS);
            assertThat(counters.get(Counter.CONNECTIONS_ACCEPTED)).isGreaterThanOrEqualTo(waiting.size());
        } finally {
            stuck.set(false);
            for (SocketChannel channel : waiting) {
                channel.close();
            }
        }
    }

    /** Has the loop do nothing else until it is set free; comes back when it is at it. */
    private static AtomicBoolean stick(TraceServer listening) throws InterruptedException {
        AtomicBoolean stuck = new AtomicBoolean(true);
        CountDownLatch isStuck = new CountDownLatch(1);
        listening.timers().after(0, () -> {
            isStuck.countDown();
            while (stuck.get()) {
                // Busy, and in nothing that BlockHound would end.
            }
        });
        isStuck.await();
        return stuck;
    }

    private static long descriptors() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/limits")).stream()
                .filter(line -> line.startsWith("Max open files"))
                .mapToLong(line -> Long.parseLong(line.split(" +")[3]))
                .findFirst()
                .orElse(0);
    }

    private void fillBacklog(List<SocketChannel> waiting) throws IOException {
        while (true) {
            SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
            channel.configureBlocking(false);
            try {
                channel.connect(UnixDomainSocketAddress.of(socket()));
                waiting.add(channel);
            } catch (SocketException full) {
                channel.close();
                return;
            }
        }
    }

    @Test
    void aDrainIsGivenUpWhenSomebodyElseListensAtOurPath() throws Exception {
        assertThat(drainWhileSomebodyElseHasThePath(Duration.ofMillis(200))).isDone();
    }

    @Test
    void withoutGivingUpItWouldWaitForAMarkThatSomebodyElseHas() throws Exception {
        assertThat(drainWhileSomebodyElseHasThePath(Duration.ofHours(1))).isNotDone();
    }

    /**
     * More wait than are accepted at once, so that a mark is needed. Comes back when the drain is over, or somebody else has
     * read its mark, whichever may be expected.
     */
    private CompletableFuture<Void> drainWhileSomebodyElseHasThePath(Duration patience) throws Exception {
        TraceServer listening = listen(1, new TraceServer.Patience(patience, Duration.ofSeconds(5)));
        CompletableFuture<Void> read = new CompletableFuture<>();
        AtomicBoolean stuck = stick(listening);
        List<SocketChannel> waiting = new ArrayList<>();
        try {
            for (int i = 0; i <= Acceptor.AT_ONCE; i++) {
                waiting.add(connect());
            }
            Files.delete(socket());
            try (ServerSocketChannel foreign = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
                foreign.bind(UnixDomainSocketAddress.of(socket()));
                write(waiting.getLast(), line(1, 300));
                listening.drain(() -> read.complete(null));
                stuck.set(false);
                try (SocketChannel mark = foreign.accept()) {
                    assertThat(mark.read(ByteBuffer.allocate(100))).isPositive();
                }
                if (patience.toSeconds() == 0) {
                    read.get(30, TimeUnit.SECONDS);
                    assertThat(counters.get(Counter.EVENTS_RECEIVED)).isEqualTo(1);
                }
            }
        } finally {
            stuck.set(false);
            for (SocketChannel channel : waiting) {
                channel.close();
            }
        }
        return read;
    }

    /** Nobody has to connect to anybody for it, so that it does not matter who has the path. */
    @Test
    void withNobodyLeftToBeAcceptedADrainNeedsNoMark() throws Exception {
        TraceServer listening = listen(1);
        AtomicBoolean stuck = stick(listening);
        try (SocketChannel ours = connect()) {
            write(ours, line(1, 300));
            Files.delete(socket());
            CompletableFuture<Void> read = new CompletableFuture<>();
            listening.drain(() -> read.complete(null));
            stuck.set(false);
            read.get(30, TimeUnit.SECONDS);
            assertThat(counters.get(Counter.EVENTS_RECEIVED)).isEqualTo(1);
        } finally {
            stuck.set(false);
        }
    }

    @Test
    void aLoopThatHangsIsNotWaitedForWhenTheServerStops() throws Exception {
        TraceServer listening = listen(1, new TraceServer.Patience(Duration.ofSeconds(10), Duration.ofMillis(100)));
        AtomicBoolean hangs = new AtomicBoolean(true);
        listening.timers().after(0, () -> {
            while (hangs.get()) {
                // Busy, and in nothing that BlockHound would end.
            }
        });
        try {
            listening.stop();
            assertThat(counters.failures()).isNotEmpty();
        } finally {
            hangs.set(false);
        }
    }

    /** An Error that gets out of a handle ends Netty's loop, and with it all reading. */
    @Test
    void whoFailsWhenADrainIsOverEndsNoLoop() throws Exception {
        TraceServer listening = listen(1);
        AtomicBoolean stop = new AtomicBoolean();
        SocketChannel flowing = connect();
        Thread flood = Thread.ofPlatform().start(() -> flood(flowing, 1, stop));
        try {
            for (int n = 0; n < 50; n++) {
                listening.drain(() -> {
                    throw new NoClassDefFoundError("as where a package is replaced under a daemon that runs");
                });
                drained(listening);
            }
        } finally {
            stop.set(true);
            flood.join();
        }
        assertThat(counters.get(Counter.DEFECTS)).isPositive();
        try (SocketChannel channel = connect()) {
            write(channel, line(2, 300));
            drained(listening);
        }
        assertThat(roots().live().openings()).isLessThanOrEqualTo(2);
    }

    @Test
    void aDrainOfAServerThatHasStoppedEnds() throws Exception {
        TraceServer listening = listen(1);
        drained(listening);
        listening.stop();
        drained(listening);
    }

    private void drained(TraceServer listening) throws Exception {
        CompletableFuture<Void> read = new CompletableFuture<>();
        listening.drain(() -> read.complete(null));
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

    private static void write(SocketChannel channel, String text) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(UTF_8));
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    private static void flood(SocketChannel channel, int id, AtomicBoolean stop) {
        String lines = line(1_000_000 + id, 400).repeat(50);
        try (channel) {
            while (!stop.get()) {
                write(channel, lines);
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static String line(int n, int length) {
        String head = String.format(
                "{\"event\":\"data\",\"sid\":\"20261120T050011.%06dZ-H0a7c9cdf-P%08x\",\"value\":\"", n % 1_000_000, n);
        return head + "x".repeat(length - head.length() - 3) + "\"}\n";
    }
}
