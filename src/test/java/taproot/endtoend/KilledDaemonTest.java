package taproot.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import taproot.daemon.config.Places;
import taproot.daemon.log.CommandQuery;
import taproot.daemon.log.LogException;
import taproot.daemon.log.LogReader;

/** A daemon that is killed under load, or told to stop: what it had shown, and what it had received, is there. */
class KilledDaemonTest {
    private static final int SENDERS = 3;

    @TempDir
    private Path directory;

    /** The newest that a reader has been shown. */
    private long head;

    @Test
    void whatAReaderWasShownSurvivesKillMinusNine() throws Exception {
        killed(Integer.getInteger("taproot.kills", 5));
    }

    @Test
    @Tag("long")
    @Timeout(value = 15, unit = TimeUnit.MINUTES)
    void whatAReaderWasShownSurvivesAHundredOfThem() throws Exception {
        killed(100);
    }

    private void killed(int rounds) throws Exception {
        Random random = new Random(rounds);
        Map<Long, String> shown = new HashMap<>();
        Map<Long, String> latest = new HashMap<>();
        long from = 0;
        int found = 0;
        try (Load _ = new Load(places().traceSocket(), SENDERS)) {
            for (int round = 0; round < rounds; round++) {
                try (Program program = Program.run(places())) {
                    if (round % 4 == 3) { // Perhaps while it is still reading back what the last one left.
                        wait(random.nextInt(1, 200));
                        program.kill();
                        continue;
                    }
                    program.barrier();
                    found += program.said().contains("had not been closed in order") ? 1 : 0;
                    assertThat(after(from)).as("in round %d", round).containsAllEntriesOf(latest);
                    from = head;
                    latest = new HashMap<>();
                    long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(random.nextInt(1, 400));
                    do {
                        show(latest);
                    } while (System.nanoTime() < until);
                    program.kill();
                    shown.putAll(latest);
                }
            }
        }
        System.out.printf(
                "%d kills, %d records shown, %d starts told of what they found%n", rounds, shown.size(), found);
        Map<Long, String> all = after(0);
        assertThat(all).as("at the end").containsAllEntriesOf(shown);
        assertThat(all.keySet())
                .containsExactlyInAnyOrderElementsOf(
                        LongStream.rangeClosed(1, all.size()).boxed().toList());
        assertThat(new HashSet<>(all.values())).as("one record each").hasSize(all.size());
        assertThat(found).as("a start after a kill says so").isGreaterThanOrEqualTo(rounds / 2);
        try (Program program = Program.run(places())) {
            program.barrier();
            assertThat(program.terminate()).isZero();
        }
        try (Program program = Program.run(places())) {
            assertThat(program.terminate()).isZero();
            assertThat(program.said()).as("after an end in order").doesNotContain("closed in order");
        }
    }

    @Test
    void sigtermUnderLoadKeepsWhatWasReceivedAndIsOverInTime() throws Exception {
        Set<String> sent;
        long took;
        try (Program program = Program.run(places());
                Load load = new Load(places().traceSocket(), SENDERS)) {
            GitLab.until(() -> load.sent().size() > 1_000);
            sent = load.sent();
            long began = System.nanoTime();
            assertThat(program.terminate()).as("all of it was written").isZero();
            took = System.nanoTime() - began;
        }
        assertThat(after(0).values()).containsAll(sent);
        assertThat(Duration.ofNanos(took)).isLessThan(Duration.ofSeconds(6));
    }

    @Test
    void aSecondSigtermStopsAtOnce() throws Exception {
        try (Program program = Program.run(places(), "shutdown_grace=60s");
                Load load = new Load(places().traceSocket(), 1)) {
            GitLab.until(() -> load.sent().size() > 100);
            program.barrier();
            try (Connection other = database();
                    Statement statement = other.createStatement()) {
                statement.execute("BEGIN IMMEDIATE"); // So that the first has something to wait for.
                long then = load.sent().size();
                GitLab.until(() -> load.sent().size() > then + 100);
                program.signal("TERM");
                GitLab.until(() -> !load.isHeard());
                assertThat(program.isAlive()).as("waits for the database").isTrue();
                long began = System.nanoTime();
                program.signal("TERM");
                assertThat(program.ended()).isEqualTo(128 + 15);
                assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(5));
            }
        }
    }

    private static void wait(int millis) {
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        for (long left = millis; left > 0; left = until - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    // What is there.

    /** Reads on, as a subscriber does. */
    private void show(Map<Long, String> shown) throws LogException {
        try {
            Map<Long, String> more = after(head);
            head += more.size();
            shown.putAll(more);
        } catch (LogException e) {
            if (e.kind() != LogException.Kind.NO_LOG) { // It is only just being made.
                throw e;
            }
        }
    }

    private Map<Long, String> after(long seq) throws LogException {
        Map<Long, String> found = new HashMap<>();
        try (LogReader reader = LogReader.open(places().stateDirectory())) {
            reader.query(CommandQuery.where().after(seq, 0), stored -> found.put(stored.seq(), stored.key()));
        }
        return found;
    }

    private Connection database() throws Exception {
        return DriverManager.getConnection(
                "jdbc:sqlite:" + places().stateDirectory().resolve("log.db"));
    }

    private Places places() {
        return new Places(directory.resolve("run"), directory.resolve("state"), null);
    }
}
