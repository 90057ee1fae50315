package taproot.daemon;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Lets the sides of a round begin in the same instant, round after round, on threads of their own; counts how often one
 * was under way while another was. What is raced against its twin that lacks a guard is raced here.
 */
public final class Meetings {
    private static final int ROUNDS = 60;
    private static final int MOST_PASSES = 200;

    private Meetings() {}

    /** One meeting, with everything it is about; used once. */
    public interface Round {
        /** What happens at the same time; as many in every round. */
        List<Runnable> sides();

        /** When all sides are over: what is wrong with what came of it, empty where nothing is. */
        String wrong();
    }

    /**
     * What came of many rounds.
     *
     * @param met how often a side was under way while another was
     * @param wrong one element for each round that was
     */
    public record Outcome(int rounds, int met, List<String> wrong) {
        private static final Outcome NONE = new Outcome(0, 0, List.of());

        private Outcome and(Outcome other) {
            List<String> all = new ArrayList<>(wrong);
            all.addAll(other.wrong);
            return new Outcome(rounds + other.rounds, met + other.met, all);
        }
    }

    /**
     * Sixty rounds of each kind, and again of all of them until that is enough: on a busy machine few of them meet.
     *
     * @param kinds each makes a round
     */
    public static Outcome until(List<? extends Supplier<? extends Round>> kinds, Predicate<Outcome> enough)
            throws Exception {
        Outcome outcome = Outcome.NONE;
        for (int pass = 0; pass < MOST_PASSES && (pass == 0 || !enough.test(outcome)); pass++) {
            for (Supplier<? extends Round> kind : kinds) {
                outcome = outcome.and(some(kind));
            }
        }
        return outcome;
    }

    /** Until twenty have met, and none of them was wrong. */
    public static Outcome ofTheReal(Supplier<? extends Round> rounds) throws Exception {
        return until(List.of(rounds), sofar -> sofar.met > 20 || !sofar.wrong.isEmpty());
    }

    /** Until one is wrong. */
    public static Outcome ofTheTwin(Supplier<? extends Round> rounds) throws Exception {
        return until(List.of(rounds), sofar -> !sofar.wrong.isEmpty());
    }

    private static Outcome some(Supplier<? extends Round> kind) throws Exception {
        List<Round> rounds = new ArrayList<>();
        List<List<Runnable>> sides = new ArrayList<>();
        for (int i = 0; i < ROUNDS; i++) {
            Round round = kind.get();
            rounds.add(round);
            sides.add(round.sides());
        }
        List<String> wrong = Collections.synchronizedList(new ArrayList<>());
        int met = race(sides, wrong);
        for (Round round : rounds) {
            try {
                String verdict = round.wrong();
                if (!verdict.isEmpty()) {
                    wrong.add(verdict);
                }
            } catch (RuntimeException e) {
                wrong.add(e.toString());
            }
        }
        return new Outcome(ROUNDS, met, List.copyOf(wrong));
    }

    private static int race(List<List<Runnable>> rounds, List<String> wrong) throws Exception {
        int sides = rounds.getFirst().size();
        CyclicBarrier together = new CyclicBarrier(sides);
        AtomicLong turn = new AtomicLong();
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger met = new AtomicInteger();
        try (ExecutorService threads = Executors.newFixedThreadPool(sides)) {
            List<Future<?>> racers = new ArrayList<>();
            for (int side = 0; side < sides; side++) {
                int own = side;
                racers.add(threads.submit(() -> {
                    together.await();
                    for (int i = 0; i < rounds.size(); i++) {
                        meet(turn, (i + 1L) * sides);
                        boolean first = inside.incrementAndGet() == 1;
                        try {
                            rounds.get(i).get(own).run();
                        } catch (RuntimeException e) {
                            wrong.add(e.toString());
                        }
                        if (!first | inside.decrementAndGet() > 0) {
                            met.incrementAndGet();
                        }
                    }
                    return null;
                }));
            }
            for (Future<?> racer : racers) {
                racer.get();
            }
        }
        return met.get();
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
