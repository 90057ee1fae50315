package taproot.daemon.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import taproot.daemon.Meetings;

/** A drain is over once, and when all loops are done; one that does not count itself is over when the first of them is. */
class DrainTargetTest {
    private static final int LOOPS = 2;

    /** What is counted down. */
    private interface Countdown {
        void expect();

        void done();

        /** All are expected who will be. */
        void allAreExpected();
    }

    @Test
    void aDrainIsOverOnceAndWhenAllLoopsAreDone() throws Exception {
        Meetings.Outcome outcome = Meetings.ofTheReal(() -> new Round(whenRead -> {
            DrainTarget target = new DrainTarget(whenRead);
            return new Countdown() {
                @Override
                public void expect() {
                    target.expect();
                }

                @Override
                public void done() {
                    target.done();
                }

                @Override
                public void allAreExpected() {
                    target.done();
                }
            };
        }));
        assertThat(outcome.wrong()).isEmpty();
        assertThat(outcome.met()).isGreaterThan(20);
    }

    @Test
    void oneThatDoesNotCountItselfIsOverBeforeTheSecondLoopIsAsked() throws Exception {
        assertThat(Meetings.ofTheTwin(() -> new Round(whenRead -> {
                            AtomicInteger missing = new AtomicInteger();
                            return new Countdown() {
                                @Override
                                public void expect() {
                                    missing.incrementAndGet();
                                }

                                @Override
                                public void done() {
                                    if (missing.decrementAndGet() == 0) {
                                        whenRead.run();
                                    }
                                }

                                @Override
                                public void allAreExpected() {}
                            };
                        }))
                        .wrong())
                .isNotEmpty();
    }

    /** One thread asks the loops one after the other, as a drain does; the other is all of them. */
    private static final class Round implements Meetings.Round {
        private final ConcurrentLinkedQueue<Integer> asked = new ConcurrentLinkedQueue<>();
        private final ConcurrentLinkedQueue<Integer> overAfter = new ConcurrentLinkedQueue<>();
        private final AtomicInteger done = new AtomicInteger();
        private final Countdown countdown;

        Round(Function<Runnable, Countdown> subject) {
            countdown = subject.apply(() -> overAfter.add(done.get()));
        }

        @Override
        public List<Runnable> sides() {
            return List.of(this::ask, this::answer);
        }

        private void ask() {
            for (int loop = 0; loop < LOOPS; loop++) {
                countdown.expect();
                asked.add(loop);
                for (int i = 0; i < 200; i++) {
                    Thread.onSpinWait();
                }
            }
            countdown.allAreExpected();
        }

        private void answer() {
            while (done.get() < LOOPS) {
                if (asked.poll() == null) {
                    Thread.onSpinWait();
                } else {
                    done.incrementAndGet();
                    countdown.done();
                }
            }
        }

        @Override
        public String wrong() {
            return List.copyOf(overAfter).equals(List.of(LOOPS)) ? "" : "over after " + overAfter + " loops";
        }
    }
}
