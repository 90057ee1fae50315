package taproot.daemon.repositories;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import taproot.normalizer.CommandRecord;
import taproot.normalizer.Outcome;
import taproot.normalizer.TraceExtent;

class TrafficTest {
    private static final RawPath FAMILY = new RawPath("/r/.git");
    private static final int WRITERS = 6;
    private static final int EACH = 3_000;

    private final Traffic traffic = new Traffic();

    @Test
    void whoRanAtTheSameTimeIsBesideAndWhoOnlyReadIsNot() {
        traffic.note(record("a", 100, 50, "commit"));
        traffic.note(record("b", 100, 50, "status"));
        traffic.note(record("c", 100, 50, "gc"));
        assertThat(beside(record("x", 120, 50, "commit"))).containsExactly("a");
    }

    @Test
    void whoEndedBeforeIsBesideUntilHeIsAccountedFor() {
        Traffic.Journey journey = Objects.requireNonNull(traffic.note(record("a", 100, 50, "commit")));
        CommandRecord later = record("x", 200, 50, "commit");
        assertThat(beside(later)).containsExactly("a");
        journey.settle(FAMILY);
        assertThat(beside(later)).isEmpty();
        // Given up, or accounted for elsewhere: what it wrote may still be found for as long as the clock is coarse.
        Traffic.Journey lost = Objects.requireNonNull(traffic.note(record("b", 100, 60, "commit")));
        lost.giveUp();
        assertThat(beside(later)).containsExactly("b");
        assertThat(beside(record("y", 161 + Traffic.TICK, 50, "commit"))).isEmpty();
    }

    @Test
    void ofMoreThanAreRememberedAnyMayHaveBeenThere() {
        for (int i = 0; i < 11_000; i++) {
            Traffic.Journey journey = Objects.requireNonNull(traffic.note(record("n" + i, i * 10L, 5, "commit")));
            journey.settle(FAMILY);
        }
        assertThat(traffic.beside(record("x", 5, 1_000_000, "commit"), FAMILY, List.of()))
                .isNull();
        assertThat(traffic.beside(record("y", 109_000, 1_000_000, "commit"), FAMILY, List.of()))
                .isNotNull();
    }

    /** Also one that was noted late, behind others that ended after it. */
    @Test
    void whoIsNotAccountedForIsBesideHoweverManyWereNotedSince() {
        var unused = traffic.note(record("old", 5, 5, "commit"));
        for (int i = 1; i <= 20_000; i++) {
            Traffic.Journey journey = Objects.requireNonNull(traffic.note(record("n" + i, i * 10L, 5, "commit")));
            journey.settle(FAMILY);
        }
        assertThat(beside(record("x", 200_005 + Traffic.TICK, 50, "commit"))).containsExactly("old");
    }

    @Test
    void whoEndedLaterIsBesideAlsoWhereHeWasNotedBeforeOthersWhoEndedEarlier() {
        for (int i = 0; i < 10; i++) {
            Traffic.Journey journey =
                    Objects.requireNonNull(traffic.note(record("n" + i, 100, 100_000 - i * 5_000L, "commit")));
            journey.settle(FAMILY);
        }
        assertThat(beside(record("x", 90_000, 50, "commit"))).containsExactlyInAnyOrder("n0", "n1", "n2");
    }

    @Test
    void whoeverIsNotedIsSeenOrKnownToBeForgottenHoweverManyNoteAtOnce() throws Exception {
        AtomicInteger missed = new AtomicInteger();
        AtomicInteger forgotten = new AtomicInteger();
        List<Thread> writers = new ArrayList<>();
        for (int w = 0; w < WRITERS; w++) {
            int writer = w;
            writers.add(Thread.ofPlatform().start(() -> {
                for (int i = 0; i < EACH; i++) {
                    long start = i * 10L;
                    traffic.note(record(writer + "-" + i, start, 5, "commit"));
                    if (i % 100 == 0) {
                        List<Traffic.Passage> beside =
                                traffic.beside(record("x", start, 5, "commit"), FAMILY, List.of());
                        if (beside == null) {
                            forgotten.incrementAndGet();
                        } else if (beside.stream().noneMatch(p -> p.sid().equals(writer + "-" + (start / 10)))) {
                            missed.incrementAndGet();
                        }
                    }
                }
            }));
        }
        for (Thread writer : writers) {
            writer.join();
        }
        assertThat(missed).hasValue(0);
    }

    private List<String> beside(CommandRecord record) {
        List<Traffic.Passage> beside = traffic.beside(record, FAMILY, List.of());
        return beside == null
                ? List.of("?")
                : beside.stream().map(Traffic.Passage::sid).toList();
    }

    private static CommandRecord record(String sid, long start, long took, String command) {
        return record(sid, start, took, command, "/r");
    }

    static CommandRecord record(String sid, long start, long took, String command, String worktree) {
        return record(sid, start, took, List.of("git", command), worktree);
    }

    static CommandRecord record(String sid, long start, long took, List<String> argv, String worktree) {
        String command = argv.getLast();
        CommandRecord.ProcessEntry process = process(sid, start, took, command);
        return new CommandRecord(
                sid,
                sid,
                sid,
                null,
                null,
                false,
                false,
                argv,
                command,
                command,
                null,
                null,
                command.equals("status"),
                List.of(),
                CommandRecord.Repository.at(worktree),
                null,
                null,
                null,
                List.of(),
                start,
                start + took,
                took,
                Outcome.EXITED,
                0,
                null,
                List.of(),
                List.of(),
                List.of(process),
                List.of(),
                List.of(),
                List.of(),
                Map.of(),
                List.of(),
                null,
                List.of(),
                1,
                false,
                Map.of(),
                TraceExtent.NONE);
    }

    private static CommandRecord.ProcessEntry process(String sid, long start, long took, @Nullable String command) {
        return new CommandRecord.ProcessEntry(
                sid,
                null,
                List.of("git", String.valueOf(command)),
                command,
                CommandRecord.Repository.at("/r"),
                start,
                took,
                Outcome.EXITED,
                0,
                false);
    }
}
