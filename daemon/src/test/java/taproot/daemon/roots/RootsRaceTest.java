package taproot.daemon.roots;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import taproot.daemon.Meetings;

/**
 * Whatever can happen to one root, in twos and threes at the same moment, on threads that start together: one record,
 * nothing left live. The same on a twin that gets and puts where {@link Roots} computes fails.
 */
class RootsRaceTest {
    @Test
    void whateverHappensToARootAtTheSameMomentThereIsOneRecordAndNothingStays() throws Exception {
        Meetings.Outcome outcome = Meetings.until(combinations(Race::real), sofar -> sofar.met() > 20);
        assertThat(outcome.wrong()).isEmpty();
        // Proof that something was tried: calls did run into each other.
        assertThat(outcome.met()).isGreaterThan(20);
        System.out.printf("%d rounds, %d times calls overlapped%n", outcome.rounds(), outcome.met());
    }

    @Test
    void theTwinIsRightAsLongAsOneThingHappensAfterTheOther() {
        Race.Happening[] all = Race.Happening.values();
        for (Race.Happening first : all) {
            for (Race.Happening second : all) {
                Race round = new Race(Race.Twin::new);
                first.to(round);
                second.to(round);
                round.settle();
                assertThat(round.isRight()).as("%s, %s", first, second).isTrue();
            }
        }
    }

    @Test
    void theTwinThatGetsAndPutsLosesOpensOrRecords() throws Exception {
        assertThat(Meetings.until(
                                combinations(Race.Twin::new),
                                sofar -> !sofar.wrong().isEmpty())
                        .wrong())
                .isNotEmpty();
    }

    /** All twos and threes. */
    private static List<Supplier<Combination>> combinations(Function<Race, Race.Subject> subjects) {
        return Race.combinations().stream()
                .<Supplier<Combination>>map(happenings -> () -> new Combination(happenings, new Race(subjects)))
                .toList();
    }

    private record Combination(List<Race.Happening> happenings, Race race) implements Meetings.Round {
        @Override
        public List<Runnable> sides() {
            return happenings.stream()
                    .<Runnable>map(happening -> () -> happening.to(race))
                    .toList();
        }

        @Override
        public String wrong() {
            race.settle();
            return race.isRight() ? "" : happenings.toString();
        }
    }
}
