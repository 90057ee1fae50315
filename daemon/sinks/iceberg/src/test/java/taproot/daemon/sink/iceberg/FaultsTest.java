package taproot.daemon.sink.iceberg;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import taproot.daemon.sink.Outlet;
import taproot.daemon.sink.TestRecords;

/**
 * What may happen between a daemon and a catalog, for as long as {@code -Dtaproot.fault.seconds} says (5); the contract
 * kills the daemon at each step. Afterwards each record is there once, those of a daemon in their order.
 */
@Tag("backends")
class FaultsTest {
    private static final long SECONDS = Long.getLong("taproot.fault.seconds", 5);
    private static final String TABLE = "faults.commands";

    @TempDir
    Path directory;

    private final CatalogServer server;
    private final HttpFaults network;

    FaultsTest() throws Exception {
        server = CatalogServer.start();
        network = new HttpFaults(server.address());
    }

    @AfterEach
    void stop() throws Exception {
        network.close();
        server.close();
    }

    private List<String> settings(String type) {
        return List.of(
                "sinks.ice.type=" + type,
                "sinks.ice.uri=" + network.uri(),
                "sinks.ice.table=" + TABLE,
                "sinks.ice.start=beginning",
                "sinks.ice.batch_age=5ms",
                "sinks.ice.batch_records=20",
                "sinks.ice.retry_first=50ms",
                "sinks.ice.retry_longest=1s",
                "sinks.ice.delivery_timeout=2s");
    }

    /** Two daemons, so that there is somebody to be late for. */
    private void deliver(String type, int each) throws Exception {
        try (Outlet one = Outlet.open(directory.resolve("one"), settings(type));
                Outlet other = Outlet.open(directory.resolve("other"), settings(type))) {
            CompletableFuture<Void> fed = CompletableFuture.runAsync(() -> feed(one, 0, each));
            feed(other, each, 2 * each);
            fed.get(1, TimeUnit.MINUTES);
            for (Outlet outlet : List.of(one, other)) {
                long head = outlet.committed();
                outlet.await(
                        status -> status.cursor() == head && status.batch() == null,
                        Duration.ofMinutes(5).plusSeconds(20 * SECONDS));
                assertThat(outlet.status().lagRecords()).isZero();
            }
        }
    }

    private static void feed(Outlet outlet, int from, int to) {
        try {
            outlet.append(from, to);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private void eachOnceAndInOrder(int each) {
        List<String> keys = server.keysInOrder(TABLE);
        List<String> first = IntStream.range(0, each).mapToObj(TestRecords::key).toList();
        List<String> second =
                IntStream.range(each, 2 * each).mapToObj(TestRecords::key).toList();
        assertThat(keys).hasSize(2 * each).containsSubsequence(first).containsSubsequence(second);
        assertThat(server.orphans(TABLE)).isEmpty();
    }

    private static HttpFaults.Fate fate(int commit) {
        return switch (commit % 5) {
            case 1 -> new HttpFaults.Fate.Swallow();
            case 2 -> new HttpFaults.Fate.Answer500(true);
            case 3 -> new HttpFaults.Fate.Answer500(false);
            default -> HttpFaults.PASS;
        };
    }

    @Test
    void answersThatAreSwallowedAndErrors() throws Exception {
        network.rule(FaultsTest::fate);
        deliver("iceberg", 300);
        eachOnceAndInOrder(300);
    }

    @Test
    void withoutTheLookThereAreDuplicates() throws Exception {
        network.rule(FaultsTest::fate);
        deliver("iceberg-unguarded", 100);
        System.out.println("without the look " + server.rowsSaid(TABLE) + " rows of 200 records");
        assertThat(server.rowsSaid(TABLE)).isGreaterThan(200);
    }

    @Test
    void commitsThatArriveLate() throws Exception {
        network.rule(commit -> commit % 4 == 1 && commit < 12 ? new HttpFaults.Fate.Delay(SECONDS) : HttpFaults.PASS);
        deliver("iceberg", 200);
        network.awaitLate(); // Long after everything is there.
        eachOnceAndInOrder(200);
    }

    @Test
    void aCatalogThatIsAway() throws Exception {
        AtomicBoolean killed = new AtomicBoolean();
        network.rule(commit -> {
            if (commit == 5 && killed.compareAndSet(false, true)) {
                CompletableFuture.runAsync(this::awayForAWhile);
            }
            return HttpFaults.PASS;
        });
        deliver("iceberg", 300);
        eachOnceAndInOrder(300);
        assertThat(killed.get()).isTrue();
    }

    private void awayForAWhile() {
        try {
            server.kill();
            TimeUnit.SECONDS.sleep(SECONDS);
            server.startAgain();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** SIGSTOP when its commit is on its way, SIGCONT when everybody else has long gone on. */
    @Test
    void aWriterThatIsStoppedInMidCommit() throws Exception {
        int each = 200;
        List<Process> writers = new ArrayList<>();
        AtomicBoolean stopped = new AtomicBoolean();
        network.rule(commit -> {
            if (commit == 6 && stopped.compareAndSet(false, true)) {
                signal("STOP", writers.getFirst());
                CompletableFuture.delayedExecutor(SECONDS, TimeUnit.SECONDS)
                        .execute(() -> signal("CONT", writers.getFirst()));
            }
            return HttpFaults.PASS;
        });
        for (int i = 0; i < 2; i++) {
            writers.add(WriterProcess.start(directory.resolve("p" + i), 1, i * each, each, settings("iceberg-timed")));
        }
        for (Process writer : writers) {
            WriterProcess.report(writer);
        }
        assertThat(stopped.get()).isTrue();
        eachOnceAndInOrder(each);
    }

    private static void signal(String signal, Process process) {
        try {
            new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid()))
                    .start()
                    .waitFor();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
