package taproot.daemon.log;

import static org.assertj.core.api.Assertions.assertThat;
import static taproot.daemon.log.CommandQuery.where;
import static taproot.daemon.log.Commands.STARTED;
import static taproot.daemon.log.Commands.command;
import static taproot.daemon.log.Commands.plain;

import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import taproot.daemon.metrics.Counter;
import taproot.normalizer.Outcome;

class RetentionTest extends LogTestBase {
    @Test
    void readOnlyCommandsAreFoldedIntoMinutesAfterAnHour() throws Exception {
        CommandLog log = open();
        long minute = STARTED / 60_000_000 * 60_000_000;
        append(
                log,
                command("s1").readOnly().startedAt(minute).took(500L).finished(),
                command("s2")
                        .readOnly()
                        .startedAt(minute + 30_000_000)
                        .took(3_000L)
                        .finished(),
                command("s3")
                        .readOnly()
                        .startedAt(minute + 59_999_999)
                        .took(9_000_000L)
                        .ended(Outcome.EXITED, 128)
                        .traced(new byte[100])
                        .finished(),
                command("next").readOnly().startedAt(minute + 60_000_000).finished(),
                command("other")
                        .readOnly()
                        .startedAt(minute)
                        .calledBy(null)
                        .in(null)
                        .finished(),
                command("lost")
                        .readOnly()
                        .startedAt(minute)
                        .ended(Outcome.LOST, null)
                        .took(null)
                        .finished(),
                command("commit").named("commit").finished());
        settled(log);
        pass(log, Duration.ofMinutes(59));
        assertThat(seqs()).hasSize(7);

        pass(log, Duration.ofMinutes(2));
        Awaitility.await().until(() -> count(Counter.RECORDS_FOLDED) == 6);

        assertThat(keys(where().after(0, 0))).containsExactly("commit");
        assertThat(sql("SELECT count(*) FROM traces")).isEqualTo("0");
        List<ReadOnlyBucket> buckets = buckets();
        assertThat(buckets).hasSize(3);
        ReadOnlyBucket full = buckets.stream()
                .filter(bucket -> bucket.count() == 4)
                .findFirst()
                .orElseThrow();
        assertThat(full)
                .isEqualTo(new ReadOnlyBucket(
                        Instant.ofEpochSecond(minute / 1_000_000),
                        "/home/someone/project",
                        "status",
                        "bash",
                        4,
                        2,
                        9_003_500,
                        List.of(1L, 0L, 1L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 1L)));
        assertThat(buckets).anySatisfy(bucket -> {
            assertThat(bucket.caller()).isNull();
            assertThat(bucket.repository()).isNull();
        });
    }

    @Test
    void whatIsFoldedLaterJoinsItsBucket() throws Exception {
        CommandLog log = open();
        for (int hour = 0; hour < 3; hour++) {
            append(log, command("k" + hour).readOnly().finished());
            settled(log);
            pass(log, Duration.ofMinutes(61));
            long folded = hour + 1;
            Awaitility.await().until(() -> count(Counter.RECORDS_FOLDED) == folded);
        }

        assertThat(buckets()).singleElement().satisfies(bucket -> {
            assertThat(bucket.count()).isEqualTo(3);
            assertThat(bucket.totalDurationUs()).isEqualTo(15_000);
            assertThat(bucket.durations().get(3)).isEqualTo(3);
        });
    }

    @Test
    void whatIsOldGoesAndTheSeqIsNeverUsedAgain() throws Exception {
        CommandLog log = open();
        for (int i = 0; i < 1000; i++) {
            append(log, command("old" + i).traced(new byte[50]).finished());
        }
        append(log, command("polled").readOnly().finished());
        settled(log);
        pass(log, Duration.ofDays(31));
        Awaitility.await().until(() -> count(Counter.RECORDS_EXPIRED) == 1000);
        Awaitility.await().until(() -> buckets().isEmpty());
        assertThat(seqs()).isEmpty();
        assertThat(sql("SELECT count(*) FROM traces")).isEqualTo("0");
        log.close(GRACE);

        CommandLog reopened = open();
        append(reopened, plain("new"));
        assertThat(settled(reopened)).isEqualTo(1002);
        assertThat(seqs()).containsExactly(1002L);
    }

    @Test
    void theOldestMakeRoomAndTheFileBecomesShorter() throws Exception {
        long limit = 4L << 20;
        CommandLog log = open(settings(Duration.ofHours(1), Duration.ofDays(30), limit));
        Random random = new Random(7);
        for (int i = 0; i < 5000; i++) {
            byte[] trace = new byte[2000];
            random.nextBytes(trace);
            append(log, command("k" + i).traced(trace).finished());
        }
        settled(log);
        long before = Files.size(state.resolve("log.db"));
        pass(log, Duration.ofMinutes(2));
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .until(() -> Long.parseLong(sql("PRAGMA page_count")) * 4096 < limit + (2 << 20));
        log.close(GRACE);

        assertThat(before).isGreaterThan(3 * limit);
        assertThat(Files.size(state.resolve("log.db"))).isBetween(limit / 2, limit + (2 << 20));
        List<Long> kept = seqs();
        assertThat(kept).endsWith(5000L).hasSize((int) (5000 - kept.getFirst() + 1)); // The newest, without a hole.
    }

    @Test
    void noLimitsMeanThatNothingGoes() throws Exception {
        CommandLog log = open(settings(Duration.ZERO, Duration.ZERO, 0));
        append(log, plain("a"), command("b").readOnly().finished());
        settled(log);
        pass(log, Duration.ofDays(10_000));
        pass(log, Duration.ofDays(1));

        assertThat(seqs()).containsExactly(1L, 2L);
    }

    @Test
    void recordsAreCommittedWhileRetentionWorks() throws Exception {
        CommandLog log = open();
        for (int i = 0; i < 20_000; i++) {
            append(log, command("old" + i).traced(new byte[500]).finished());
        }
        settled(log);
        pass(log, Duration.ofDays(31));
        long longest = 0;
        int rounds = 0;
        while (count(Counter.RECORDS_EXPIRED) < 20_000) {
            append(log, plain("new" + rounds++));
            long begun = System.nanoTime();
            settled(log);
            longest = Math.max(longest, System.nanoTime() - begun);
        }

        assertThat(rounds).isGreaterThan(20); // Steps and commits did alternate.
        assertThat(Duration.ofNanos(longest)).isLessThan(Duration.ofMillis(500));
    }

    /** Moves the clock and wakes the writer; the pass that is due begins before the next nap. */
    private void pass(CommandLog log, Duration by) throws Exception {
        now = now.plus(by);
        settled(log);
    }

    private List<ReadOnlyBucket> buckets() throws LogException {
        try (LogReader reader = reader()) {
            List<ReadOnlyBucket> buckets = new ArrayList<>();
            reader.buckets(Instant.EPOCH, Instant.EPOCH.plus(Duration.ofDays(100_000)), buckets::add);
            return buckets;
        }
    }
}
