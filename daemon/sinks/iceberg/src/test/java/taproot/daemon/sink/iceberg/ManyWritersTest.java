package taproot.daemon.sink.iceberg;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import taproot.daemon.sink.Outlet;

/** Three JVMs on one table. Prints what the RATIONALE says. */
@Tag("backends")
class ManyWritersTest {
    private static final int PROCESSES = 3;
    private static final long PATIENCE_MS = 2_000;
    private static final long BUSY = 40;
    private static final String TABLE = "many.commands";

    @TempDir
    Path directory;

    private final CatalogServer server;

    ManyWritersTest() throws Exception {
        server = CatalogServer.start();
    }

    /** First commits are made from one place. */
    @BeforeEach
    void theTableIsThere() throws Exception {
        try (Outlet maker = Outlet.open(directory.resolve("maker"), settings())) {
            maker.append(1_000_000, 1_000_001);
            maker.awaitAllDelivered();
        }
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
    }

    private List<String> settings(String... more) {
        List<String> settings = new ArrayList<>(List.of(
                "sinks.ice.type=iceberg-timed",
                "sinks.ice.uri=http://127.0.0.1:" + server.address().getPort(),
                "sinks.ice.table=" + TABLE,
                "sinks.ice.start=beginning",
                "sinks.ice.batch_age=100ms"));
        settings.addAll(List.of(more));
        return settings;
    }

    @Test
    void fiveWritersInEachOfThreeProcesses() throws Exception {
        run("3 JVMs x 5 writers", 5, 400, settings("sinks.ice.batch_records=50"));
    }

    @Test
    void fivePartsOfABatchInEachOfThreeProcesses() throws Exception {
        run("3 JVMs x 5 parts", 1, 2_000, settings("sinks.ice.batch_records=100", "sinks.ice.parts=5"));
    }

    @Test
    void threeDaemonsWhoseGatesAreOne() throws Exception {
        run("3 daemons, gates of 1", 1, 5_000, settings("sinks.ice.batch_records=50", "sinks.flushes=1"));
    }

    /** Two seconds, or on a busy machine so many times what one daemon alone needs there. */
    private long allowedMs() throws Exception {
        WriterProcess.Report alone = writers(1, 1, 5_000_000, 2_000, settings("sinks.ice.batch_records=50"));
        System.out.printf(
                "1 daemon alone: %,d commits; a delivery p50 %d ms, p99 %d ms%n",
                alone.commits(), alone.percentile(50), alone.percentile(99));
        return Math.max(PATIENCE_MS, BUSY * alone.percentile(50));
    }

    private WriterProcess.Report writers(int processes, int daemons, int first, int records, List<String> settings)
            throws Exception {
        List<Process> started = new ArrayList<>();
        for (int i = 0; i < processes; i++) {
            int from = first + i * daemons * records;
            started.add(WriterProcess.start(directory.resolve("process" + from), daemons, from, records, settings));
        }
        WriterProcess.Report all = WriterProcess.Report.none();
        for (Process process : started) {
            all = all.plus(WriterProcess.report(process));
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        }
        return all;
    }

    private void run(String what, int daemons, int records, List<String> settings) throws Exception {
        long allowedMs = allowedMs();
        int before = server.keysInOrder(TABLE).size();
        long began = System.nanoTime();
        WriterProcess.Report all = writers(PROCESSES, daemons, 0, records, settings);
        double seconds = (System.nanoTime() - began) / 1e9;
        List<String> keys = server.keysInOrder(TABLE);
        System.out.printf(
                "%s: %,d rows, %,d distinct, %,d commits and %,d conflicts in %.1f s, %d surfaced%s; a delivery p50 %d ms,"
                        + " p99 %d ms, most %d ms; a first one up to %d ms%n",
                what,
                keys.size() - before,
                new HashSet<>(keys).size() - before,
                all.commits(),
                all.conflicts(),
                seconds,
                all.surfaced(),
                all.errors(),
                all.percentile(50),
                all.percentile(99),
                all.percentile(100),
                all.slowestFirst());
        assertThat(keys).hasSize(PROCESSES * daemons * records + before).doesNotHaveDuplicates();
        assertThat(all.conflicts()).isPositive();
        assertThat(all.surfaced()).isZero();
        assertThat(all.percentile(99)).isLessThanOrEqualTo(allowedMs);
        assertThat(server.orphans(TABLE)).isEmpty();
    }
}
