package taproot.daemon.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Schedulers;
import taproot.daemon.log.CommandLog;
import taproot.daemon.log.CommandQuery;
import taproot.daemon.log.Commands;
import taproot.daemon.log.LogSettings;
import taproot.daemon.metrics.Counters;

/** The stream without a socket: what is said to whom, and what is not. */
@Timeout(30)
class CommandStreamTest {
    private static final StreamRequest EVERYTHING =
            new StreamRequest(CommandQuery.where().newest(0), 0L, null, false);

    private static final int CROWD = 1_000;
    private static final int RECORDS = 5_000;

    @TempDir
    private Path state;

    private final ScheduledExecutorService loop = Executors.newSingleThreadScheduledExecutor();
    private CommandLog log;
    private LogReads reads;

    @BeforeEach
    void open() throws Exception {
        log = CommandLog.open(state, LogSettings.DEFAULTS, Commands::encode, new Counters());
        log.opened().toCompletableFuture().get(10, TimeUnit.SECONDS);
        reads = new LogReads(state, new Counters());
    }

    @AfterEach
    void close() throws Exception {
        reads.stop();
        loop.shutdownNow();
        log.close(Duration.ofSeconds(5));
    }

    @Test
    void silenceIsBrokenByAComment() {
        CommandStream stream = stream(Duration.ofMillis(20));
        List<String> pieces =
                Objects.requireNonNull(events(stream).take(3).collectList().block());
        assertThat(pieces)
                .hasSize(3)
                .startsWith("event: log\ndata: {\"log_id\":\"" + log.status().logId() + "\",\"head\":0}\n\n");
        assertThat(pieces.subList(1, 3)).containsOnly(":\n\n");
    }

    @Test
    void nobodyIsSentMoreThanHeAskedFor() throws Exception {
        CommandStream stream = stream(Duration.ofMillis(10));
        Asking asking = new Asking();
        loop.submit(() -> stream.events(EVERYTHING).subscribe(asking)).get();
        for (int i = 0; i < 1_000; i++) {
            log.append(Commands.plain("k" + i));
        }
        log.committed().toCompletableFuture().get(10, TimeUnit.SECONDS);
        // What was due by now has been done: heartbeats, and the wake-up of the last commit.
        loop.schedule(() -> {}, 50, TimeUnit.MILLISECONDS).get();
        assertThat(asking.pieces).isEqualTo(1);
        loop.submit(() -> asking.request(2)).get();
        Awaitility.await().until(() -> asking.pieces == 3);
        assertThat(asking.bytes).as("pieces are bounded").isLessThan(3 * 40_000);
        loop.submit(asking::cancel).get();
        assertThat(stream.size()).isZero();
    }

    /** What is held for all of them is counted: what was handed to their side and is more than the two pieces that they asked for. */
    @Test
    void aThousandThatNeverReadCostTwoPiecesEachAndNobodyAMoment() throws Exception {
        CommandStream stream = stream(Duration.ofSeconds(15));
        List<Asking> deaf = new ArrayList<>();
        for (int i = 0; i < CROWD; i++) {
            Asking asking = new Asking();
            deaf.add(asking);
            loop.submit(() -> {
                        stream.events(EVERYTHING).subscribe(asking);
                        asking.request(1);
                    })
                    .get();
        }
        Asking reading = new Asking();
        loop.submit(() -> {
                    stream.events(EVERYTHING).subscribe(reading);
                    reading.request(Long.MAX_VALUE);
                })
                .get();
        for (int i = 0; i < RECORDS; i++) {
            log.append(Commands.plain("k" + i));
            if (i % 100 == 99) {
                log.committed().toCompletableFuture().get(10, TimeUnit.SECONDS);
                int sent = i + 1;
                Awaitility.await().pollInterval(Duration.ofMillis(1)).until(() -> reading.commands == sent);
            }
        }
        long held = deaf.stream().mapToLong(asking -> asking.bytes).sum();
        assertThat(deaf).allSatisfy(asking -> assertThat(asking.pieces).isEqualTo(2));
        assertThat(held).isLessThan(CROWD * 2 * 40_000L).isLessThan(CROWD * reading.bytes / 2);
        assertThat(loop.submit(stream::waiting).get().count()).isEqualTo(CROWD);
        assertThat(loop.submit(stream::waiting).get().oldest()).isPositive();

        Asking late = deaf.getLast();
        loop.submit(() -> late.request(Long.MAX_VALUE)).get();
        Awaitility.await().until(() -> late.commands == RECORDS);
        assertThat(loop.submit(stream::waiting).get().count()).isEqualTo(CROWD - 1);
    }

    @Test
    void whoLeavesLeavesNothing() {
        CommandStream stream = stream(Duration.ofSeconds(15));
        for (int i = 0; i < 100; i++) {
            assertThat(events(stream).blockFirst()).startsWith("event: log");
        }
        Awaitility.await().until(() -> stream.size() == 0);
        log.append(Commands.plain("k"));
        assertThat(log.newest(String.valueOf(log.status().logId()), 1)).isNull();
    }

    private CommandStream stream(Duration heartbeat) {
        return new CommandStream(log, reads, List::of, loop, heartbeat, new Counters());
    }

    private Flux<String> events(CommandStream stream) {
        return Flux.from(stream.events(EVERYTHING))
                .map(piece -> new String(piece, StandardCharsets.UTF_8))
                .subscribeOn(Schedulers.fromExecutorService(loop))
                .cancelOn(Schedulers.fromExecutorService(loop));
    }

    /** Asks for one piece, and for more only when it is told to. */
    private static final class Asking extends BaseSubscriber<byte[]> {
        private volatile int pieces;
        private volatile long bytes;
        private volatile int commands;

        @Override
        protected void hookOnSubscribe(Subscription subscription) {
            request(1);
        }

        @Override
        @SuppressWarnings("NonAtomicOperationOnVolatileField") // One thread writes.
        protected void hookOnNext(byte[] piece) {
            bytes += piece.length;
            commands += (int) new String(piece, StandardCharsets.US_ASCII)
                    .lines()
                    .filter(line -> line.startsWith("id: "))
                    .count();
            pieces++;
        }
    }
}
