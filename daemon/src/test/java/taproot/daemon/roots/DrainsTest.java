package taproot.daemon.roots;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import taproot.daemon.Meetings;
import taproot.daemon.metrics.Counter;
import taproot.daemon.metrics.Counters;

/** One drain at a time, and nobody who asks is forgotten: two who ask at once, and twins that lack one guard each. */
class DrainsTest {
    private static final RootId ONE = new RootId("one");
    private static final RootId OTHER = new RootId("other");

    @Test
    void oneDrainIsUnderWayAtATimeAndWhoeverAskedIsTold() throws Exception {
        Meetings.Outcome outcome = Meetings.ofTheReal(() -> new Round(round -> {
            Drains drains = new Drains(new ManualTime(0), new Counters(), round::drain, (id, _) -> round.told.add(id));
            return drains::want;
        }));
        assertThat(outcome.wrong()).isEmpty();
        assertThat(outcome.met()).isGreaterThan(20);
    }

    @Test
    void whoAsksInOneStepWhetherOneIsUnderWayAndSaysSoInAnotherHasTwo() throws Exception {
        assertThat(Meetings.ofTheTwin(() -> new Round(round -> new Twin(round, true, false)))
                        .wrong())
                .contains("2 drains at a time");
    }

    @Test
    void whoDoesNotLookAgainWhenADrainIsOverForgetsWhoAskedMeanwhile() throws Exception {
        assertThat(Meetings.ofTheTwin(() -> new Round(round -> new Twin(round, false, true)))
                        .wrong())
                .anySatisfy(wrong -> assertThat(wrong).startsWith("told "));
    }

    @Test
    void aFollowerThatFailsKeepsNoOtherWaiting() {
        Counters counters = new Counters();
        List<Runnable> drain = new ArrayList<>();
        Drains drains = new Drains(new ManualTime(0), counters, drain::add, (_, _) -> {});
        AtomicInteger told = new AtomicInteger();
        drains.follow(told::incrementAndGet);
        drains.follow(() -> {
            throw new NoClassDefFoundError("as where a package is replaced under a daemon that runs");
        });
        drains.follow(told::incrementAndGet);
        drain.removeFirst().run();
        drain.removeFirst().run();
        assertThat(told).hasValue(2);
        assertThat(counters.get(Counter.DEFECTS)).isEqualTo(1);
    }

    /** {@link Drains} without one of its guards. */
    private static final class Twin implements Consumer<RootId> {
        private final ConcurrentLinkedQueue<RootId> waiting = new ConcurrentLinkedQueue<>();
        private final AtomicBoolean underWay = new AtomicBoolean();
        private final Round round;
        private final boolean inTwoSteps;
        private final boolean looksOnce;

        Twin(Round round, boolean inTwoSteps, boolean looksOnce) {
            this.round = round;
            this.inTwoSteps = inTwoSteps;
            this.looksOnce = looksOnce;
        }

        @Override
        public void accept(RootId id) {
            waiting.add(id);
            startIfIdle();
        }

        private void startIfIdle() {
            if (waiting.isEmpty() || !begin()) {
                return;
            }
            List<RootId> covered = new ArrayList<>();
            for (RootId id = waiting.poll(); id != null; id = waiting.poll()) {
                covered.add(id);
            }
            round.drain(() -> {
                round.told.addAll(covered);
                underWay.set(false);
                if (!looksOnce) {
                    startIfIdle();
                }
            });
        }

        private boolean begin() {
            if (!inTwoSteps) {
                return underWay.compareAndSet(false, true);
            }
            boolean free = !underWay.get();
            Round.spin();
            underWay.set(true);
            return free;
        }
    }

    /** Two commands end at once, and each wants everything read. */
    private static final class Round implements Meetings.Round {
        final Set<RootId> told = ConcurrentHashMap.newKeySet();
        private final AtomicInteger underWay = new AtomicInteger();
        private final AtomicInteger most = new AtomicInteger();
        private final Consumer<RootId> drains;

        Round(java.util.function.Function<Round, Consumer<RootId>> subject) {
            drains = subject.apply(this);
        }

        void drain(Runnable whenRead) {
            most.accumulateAndGet(underWay.incrementAndGet(), Math::max);
            spin();
            underWay.decrementAndGet();
            whenRead.run();
        }

        static void spin() {
            for (int i = 0; i < 200; i++) {
                Thread.onSpinWait();
            }
        }

        @Override
        public List<Runnable> sides() {
            return List.of(() -> drains.accept(ONE), () -> drains.accept(OTHER));
        }

        @Override
        public String wrong() {
            if (most.get() > 1) {
                return most + " drains at a time";
            }
            return told.equals(Set.of(ONE, OTHER)) ? "" : "told " + told;
        }
    }
}
