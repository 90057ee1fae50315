package taproot.daemon.roots;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/**
 * The races of {@link RootsRaceTest} for jcstress, which starts the sides of each again and again in the same instant, from
 * code that is interpreted and compiled in every way. Each state takes the next of all combinations in its turn; what is
 * observed is the verdict, with the combination where it is wrong, and whether the sides have met. Run by {@link
 * RootsJcstressTest}.
 */
public class RootsJcstress {
    private static final String RIGHT = "right";
    private static final String MET = "right, and they met";

    /** The sides of one race, and whether one of them was under way when the other began. */
    public static class Sides {
        private static final AtomicInteger TURN = new AtomicInteger();

        final List<Race.Happening> one;
        final List<Race.Happening> other;
        private final Race race;
        private final AtomicInteger inside = new AtomicInteger();
        private volatile boolean met;
        private volatile boolean failed;

        Sides(int happenings, Function<Race, Race.Subject> subjects) {
            List<List<Race.Happening>> all = Race.combinations().stream()
                    .filter(combination -> combination.size() == happenings)
                    .toList();
            int turn = TURN.getAndIncrement() & Integer.MAX_VALUE;
            List<Race.Happening> together = new ArrayList<>(all.get(turn % all.size()));
            // Each of them is in its turn the one against the rest.
            one = List.of(together.remove(turn / all.size() % happenings));
            other = together;
            race = new Race(subjects);
        }

        void happen(List<Race.Happening> happenings) {
            boolean first = inside.incrementAndGet() == 1;
            try {
                happenings.forEach(happening -> happening.to(race));
            } catch (RuntimeException e) {
                failed = true;
            }
            if (!first | inside.decrementAndGet() > 0) {
                met = true;
            }
        }

        private boolean isRight() {
            try {
                race.settle();
                return race.isRight();
            } catch (RuntimeException e) {
                return false;
            }
        }

        String verdict() {
            if (failed || !isRight()) {
                return "wrong: " + one + " against " + other;
            }
            return met ? MET : RIGHT;
        }
    }

    @JCStressTest
    @Outcome(id = RIGHT, expect = Expect.ACCEPTABLE, desc = "One record, nothing left; one after the other.")
    @Outcome(id = MET, expect = Expect.ACCEPTABLE, desc = "One record, nothing left; at the same time.")
    @State
    public static class Twos extends Sides {
        public Twos() {
            super(2, Race::real);
        }

        @Actor
        public void one() {
            happen(one);
        }

        @Actor
        public void other() {
            happen(other);
        }

        @Arbiter
        public void judge(L_Result result) {
            result.r1 = verdict();
        }
    }

    /** One against the two others: jcstress runs no more sides at once than there are processors. */
    @JCStressTest
    @Outcome(id = RIGHT, expect = Expect.ACCEPTABLE, desc = "One record, nothing left; one after the other.")
    @Outcome(id = MET, expect = Expect.ACCEPTABLE, desc = "One record, nothing left; at the same time.")
    @State
    public static class Threes extends Sides {
        public Threes() {
            super(3, Race::real);
        }

        @Actor
        public void one() {
            happen(one);
        }

        @Actor
        public void other() {
            happen(other);
        }

        @Arbiter
        public void judge(L_Result result) {
            result.r1 = verdict();
        }
    }

    /** What gets and puts where the roots compute: has to be found out. */
    @JCStressTest
    @Outcome(id = RIGHT, expect = Expect.ACCEPTABLE, desc = "One record, nothing left; one after the other.")
    @Outcome(id = MET, expect = Expect.ACCEPTABLE, desc = "One record, nothing left; at the same time.")
    @State
    public static class Twin extends Sides {
        public Twin() {
            super(2, Race.Twin::new);
        }

        @Actor
        public void one() {
            happen(one);
        }

        @Actor
        public void other() {
            happen(other);
        }

        @Arbiter
        public void judge(L_Result result) {
            result.r1 = verdict();
        }
    }
}
