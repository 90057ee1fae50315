package taproot.daemon.repositories;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import taproot.daemon.Meetings;
import taproot.daemon.metrics.Counter;
import taproot.daemon.metrics.Counters;

class LanesTest {
    private static final int SUBMITTERS = 6;
    private static final int TASKS = 20_000;

    private final Counters counters = new Counters();
    private final Lanes lanes = new Lanes(counters, () -> {});

    @AfterEach
    void stop() {
        lanes.stop();
    }

    @Test
    void tasksOfOneNameRunOneAfterTheOtherAndNoneIsLost() throws Exception {
        ConcurrentHashMap<String, AtomicInteger> running = new ConcurrentHashMap<>();
        AtomicInteger ran = new AtomicInteger();
        AtomicInteger together = new AtomicInteger();
        AtomicInteger begun = new AtomicInteger();
        List<Thread> submitters = new ArrayList<>();
        for (int s = 0; s < SUBMITTERS; s++) {
            submitters.add(Thread.ofPlatform().start(() -> {
                for (int i = 0; i < TASKS; i++) {
                    String name = "lane-" + i % 3;
                    AtomicInteger here = running.computeIfAbsent(name, _ -> new AtomicInteger());
                    lanes.submit(name, () -> {
                        if (here.incrementAndGet() > 1) {
                            together.incrementAndGet();
                        }
                        here.decrementAndGet();
                        ran.incrementAndGet();
                    });
                    if (i % 64 == 0) {
                        // Now and then everything is through, so that lanes also come to an end and begin again.
                        lanes.submit("lane-" + i, begun::incrementAndGet);
                        Thread.onSpinWait();
                    }
                }
            }));
        }
        for (Thread submitter : submitters) {
            submitter.join();
        }
        Awaitility.await().until(() -> ran.get() == SUBMITTERS * TASKS);
        assertThat(together).hasValue(0);
        Awaitility.await().until(() -> begun.get() == SUBMITTERS * Math.ceilDiv(TASKS, 64));
        assertThat(counters.get(Counter.DEFECTS)).isZero();
    }

    /** What loses one of them in the same moment is {@link RepositoriesLincheckTest}'s twin. */
    @Test
    void ofTwoHandedInAtTheMomentInWhichTheirLaneEndsNoneIsLost() throws Exception {
        AtomicInteger rounds = new AtomicInteger();
        Meetings.Outcome outcome = Meetings.ofTheReal(() -> {
            AtomicInteger ran = new AtomicInteger();
            String name = "lane-" + rounds.getAndIncrement();
            Runnable handIn = () -> {
                for (int i = 0; i < 10; i++) {
                    lanes.submit(name, ran::incrementAndGet);
                }
            };
            return new Meetings.Round() {
                @Override
                public List<Runnable> sides() {
                    return List.of(handIn, handIn);
                }

                @Override
                public String wrong() {
                    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
                    while (ran.get() < 20 && System.nanoTime() < until) {
                        Thread.onSpinWait();
                    }
                    return ran.get() == 20 ? "" : ran + " of 20 ran";
                }
            };
        });
        assertThat(outcome.wrong()).isEmpty();
        assertThat(outcome.met()).isGreaterThan(20);
    }

    @Test
    void whoHangsHoldsUpHisOwnNameAlone() throws Exception {
        CountDownLatch end = new CountDownLatch(1);
        CountDownLatch hung = new CountDownLatch(10);
        for (int i = 0; i < 10; i++) {
            lanes.submit("hung-" + i, () -> {
                hung.countDown();
                awaitQuietly(end);
            });
        }
        // As the watch does.
        Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> {
            lanes.makeUpFor(TimeUnit.MILLISECONDS.toNanos(5));
            return hung.getCount() == 0;
        });
        assertThat(lanes.hangs("hung-0", TimeUnit.MILLISECONDS.toNanos(1))).isTrue();
        CountDownLatch other = new CountDownLatch(1);
        CountDownLatch behind = new CountDownLatch(1);
        lanes.submit("hung-0", behind::countDown);
        lanes.submit("other", other::countDown);
        Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> {
            lanes.makeUpFor(TimeUnit.MILLISECONDS.toNanos(5));
            return other.getCount() == 0;
        });
        assertThat(behind.getCount()).isEqualTo(1);
        end.countDown();
        assertThat(behind.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aTaskThatFailsCostsItselfAlone() throws Exception {
        CountDownLatch ran = new CountDownLatch(1);
        lanes.submit("name", () -> {
            throw new IllegalStateException("on purpose");
        });
        lanes.submit("name", () -> {
            throw new NoClassDefFoundError("as where a package is replaced under a daemon that runs");
        });
        lanes.submit("name", ran::countDown);
        assertThat(ran.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(counters.get(Counter.DEFECTS)).isEqualTo(2);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
