package taproot.daemon.log;

import static org.assertj.core.api.Assertions.assertThat;
import static taproot.daemon.log.CommandQuery.where;
import static taproot.daemon.log.Commands.STARTED;
import static taproot.daemon.log.Commands.command;
import static taproot.daemon.log.Commands.plain;

import java.time.Duration;
import java.util.List;
import org.assertj.core.data.Percentage;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import taproot.normalizer.Outcome;

/** Counts and durations, of records and of what became of them. */
class SummaryTest extends LogTestBase {
    @Test
    void recordsArePutTogetherByWhatTheyShareTheLongestTotalFirst() throws Exception {
        CommandLog log = open();
        for (int i = 1; i <= 100; i++) {
            append(log, command("f" + i).named("fetch").took(i * 10_000L).finished());
        }
        append(
                log,
                command("s")
                        .named("status")
                        .took(1_000L)
                        .ended(Outcome.EXITED, 1)
                        .finished());
        append(
                log,
                command("l")
                        .named("status")
                        .took(null)
                        .ended(Outcome.LOST, null)
                        .finished());
        settled(log);

        List<SummaryRow> rows = summary(where().newest(0), SummaryBy.COMMAND);

        assertThat(rows).extracting(SummaryRow::name).containsExactly("fetch", "status");
        SummaryRow fetch = rows.getFirst();
        assertThat(fetch.count()).isEqualTo(100);
        assertThat(fetch.failures()).isZero();
        assertThat(fetch.totalUs()).isEqualTo(50_500_000);
        assertThat(fetch.p50Us()).isCloseTo(500_000L, Percentage.withPercentage(3.2));
        assertThat(fetch.p95Us()).isCloseTo(950_000L, Percentage.withPercentage(3.2));
        assertThat(fetch.p99Us()).isCloseTo(990_000L, Percentage.withPercentage(3.2));
        assertThat(rows.get(1)).isEqualTo(new SummaryRow("status", 2, 2, 1_000, 1_000L, 1_000L, 1_000L));
    }

    @Test
    void byEveryProperty() throws Exception {
        CommandLog log = open();
        append(
                log,
                command("a").in("/src/a").finished(),
                command("b").in("/src/b").startedAt(STARTED + 3_600_000_000L).finished());
        append(log, command("c").in(null).ended(Outcome.LOST, null).took(null).finished());
        settled(log);
        assertThat(summary(where().newest(0), SummaryBy.REPOSITORY))
                .extracting(SummaryRow::name)
                .containsExactlyInAnyOrder("/src/a", "/src/b", null);
        assertThat(summary(where().newest(0), SummaryBy.OUTCOME))
                .extracting(SummaryRow::name)
                .containsExactly("exited", "lost");
        assertThat(summary(where().newest(0), SummaryBy.CALLER))
                .extracting(SummaryRow::name)
                .containsExactly("bash");
        assertThat(summary(where().newest(0), SummaryBy.HOUR))
                .extracting(SummaryRow::name)
                .containsExactly("2023-11-14T22:00:00Z", "2023-11-14T23:00:00Z");
        assertThat(summary(where().repository("/src/a").newest(0), SummaryBy.COMMAND))
                .extracting(SummaryRow::count)
                .containsExactly(1L);
        assertThat(summary(where().command("nope").newest(0), SummaryBy.COMMAND))
                .isEmpty();
    }

    @Test
    void whatWasFoldedIsCountedStill() throws Exception {
        CommandLog log = open(settings(Duration.ofMinutes(10), Duration.ofDays(30), 1L << 30));
        for (int i = 0; i < 10; i++) {
            append(log, command("r" + i).readOnly().took(3_000L).finished());
        }
        append(
                log,
                command("f").readOnly().took(3_000L).ended(Outcome.EXITED, 1).finished());
        settled(log);
        List<SummaryRow> before = summary(where().newest(0), SummaryBy.COMMAND);
        now = now.plus(Duration.ofMinutes(20));
        append(log, plain("wakes retention"));
        settled(log);
        Awaitility.await()
                .until(() -> sql("SELECT sum(count) FROM read_only_buckets").equals("11"));

        SummaryRow folded =
                summary(where().readOnly(true).newest(0), SummaryBy.COMMAND).getFirst();

        SummaryRow whole = before.getFirst();
        assertThat(folded.count()).isEqualTo(whole.count()).isEqualTo(11);
        assertThat(folded.failures()).isEqualTo(whole.failures()).isEqualTo(1);
        assertThat(folded.totalUs()).isEqualTo(whole.totalUs());
        assertThat(folded.p50Us()).isCloseTo(3_000L, Percentage.withPercentage(41));
        assertThat(summary(where().newest(0), SummaryBy.OUTCOME))
                .filteredOn(row -> row.name() == null)
                .extracting(SummaryRow::count)
                .containsExactly(1L);
    }

    private List<SummaryRow> summary(CommandQuery query, SummaryBy by) throws LogException {
        try (LogReader log = LogReader.open(state)) {
            return log.summary(query, by);
        }
    }
}
