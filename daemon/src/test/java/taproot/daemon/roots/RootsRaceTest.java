package taproot.daemon.roots;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/**
 * Whatever can happen to one root, in twos and threes at the same moment, on threads that start together: one record,
 * nothing left live. The same on a twin that gets and puts where {@link Roots} computes fails.
 */
class RootsRaceTest {
    private static final int ROUNDS = 60;
    private static final int PASSES = 50;

    private static final class Outcome {
        final AtomicInteger rounds = new AtomicInteger();
        final AtomicInteger overlapping = new AtomicInteger();
        final List<String> wrong = new ArrayList<>();
    }

    @Test
    void whateverHappensToARootAtTheSameMomentThereIsOneRecordAndNothingStays() throws Exception {
        // On a busy machine few of them meet: as often as it takes.
        Outcome outcome = race(Race::real, sofar -> sofar.overlapping.get() > 20);
        assertThat(outcome.wrong).isEmpty();
        // Proof that something was tried: calls did run into each other.
        assertThat(outcome.overlapping.get()).isGreaterThan(20);
        System.getLogger(getClass().getName())
                .log(
                        System.Logger.Level.INFO,
                        "{0} rounds, {1} of them with calls that overlapped",
                        outcome.rounds.get(),
                        outcome.overlapping.get());
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
        Outcome outcome = race(Race.Twin::new, sofar -> !sofar.wrong.isEmpty());
        assertThat(outcome.wrong).isNotEmpty();
    }

    /** Races through all twos and threes, again and again until that is enough. */
    private static Outcome race(Function<Race, Race.Subject> subjects, Predicate<Outcome> enough) throws Exception {
        Outcome outcome = new Outcome();
        for (int pass = 0; pass < PASSES && (pass == 0 || !enough.test(outcome)); pass++) {
            pass(subjects, outcome);
        }
        return outcome;
    }

    private static void pass(Function<Race, Race.Subject> subjects, Outcome outcome) throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(3)) {
            for (List<Race.Happening> combination : Race.combinations()) {
                rounds(combination, subjects, threads, outcome);
            }
        }
    }

    private static void rounds(
            List<Race.Happening> happenings,
            Function<Race, Race.Subject> subjects,
            ExecutorService threads,
            Outcome outcome)
            throws Exception {
        List<Race> rounds = new ArrayList<>();
        for (int i = 0; i < ROUNDS; i++) {
            rounds.add(new Race(subjects));
        }
        CyclicBarrier together = new CyclicBarrier(happenings.size());
        AtomicLong turn = new AtomicLong();
        AtomicInteger inside = new AtomicInteger();
        List<Future<?>> racers = new ArrayList<>();
        List<String> failures = java.util.Collections.synchronizedList(new ArrayList<>());
        for (Race.Happening happening : happenings) {
            racers.add(threads.submit(() -> {
                together.await();
                for (int i = 0; i < rounds.size(); i++) {
                    meet(turn, (i + 1L) * happenings.size());
                    boolean met = inside.incrementAndGet() > 1;
                    try {
                        happening.to(rounds.get(i));
                    } catch (RuntimeException e) {
                        failures.add(happenings + ": " + e);
                    }
                    if (met | inside.decrementAndGet() > 0) {
                        outcome.overlapping.incrementAndGet();
                    }
                }
                return null;
            }));
        }
        for (Future<?> racer : racers) {
            racer.get();
        }
        outcome.wrong.addAll(failures);
        for (Race round : rounds) {
            outcome.rounds.incrementAndGet();
            try {
                round.settle();
                if (!round.isRight()) {
                    outcome.wrong.add(happenings.toString());
                }
            } catch (RuntimeException e) {
                outcome.wrong.add(happenings + ": " + e);
            }
        }
    }

    /** Arrives, and goes on when so many have; spinning, so that they go on in the same instant. */
    private static void meet(AtomicLong turn, long arrivals) {
        turn.incrementAndGet();
        for (int spins = 0; turn.get() < arrivals; spins++) {
            if (spins < 2_000) {
                Thread.onSpinWait();
            } else {
                Thread.yield();
            }
        }
    }
}
