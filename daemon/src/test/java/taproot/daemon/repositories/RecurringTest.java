package taproot.daemon.repositories;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Work that is done while somebody needs it, and no timer otherwise. */
class RecurringTest {
    private static final int THREADS = 4;
    private static final int NEEDS = 20_000;

    /** So often at least it ends while others come. */
    private static final int ROUNDS = 100;

    private final Queue<Runnable> timers = new ArrayDeque<>();
    private int needs;

    private final Recurring recurring =
            new Recurring(Duration.ofMillis(1), () -> --needs > 0, (_, task) -> timers.add(task));

    @Test
    void withoutNeedNoTimerRuns() {
        assertThat(timers).isEmpty();
        needs = 3;
        recurring.isNeeded();
        recurring.isNeeded();
        for (int i = 0; i < 3; i++) {
            assertThat(timers).hasSize(1);
            timers.remove().run();
        }
        assertThat(timers).isEmpty();
        needs = 1;
        recurring.isNeeded();
        assertThat(timers).hasSize(1);
    }

    /** Whoever asks just when the work looks whether it is still needed is not forgotten. */
    @Test
    void noNeedIsForgotten() throws Exception {
        AtomicLong asked = new AtomicLong();
        AtomicLong seen = new AtomicLong();
        AtomicInteger began = new AtomicInteger();
        try (ScheduledExecutorService watch = Executors.newSingleThreadScheduledExecutor();
                ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
            Recurring raced = new Recurring(
                    Duration.ofNanos(1),
                    () -> {
                        began.incrementAndGet();
                        seen.set(asked.get());
                        return false;
                    },
                    (pace, task) -> watch.schedule(task, pace.toNanos(), TimeUnit.NANOSECONDS));
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                all.add(threads.submit(() -> {
                    for (int n = 0; n < NEEDS || began.get() < ROUNDS; n++) {
                        asked.incrementAndGet();
                        raced.isNeeded();
                    }
                }));
            }
            for (Future<?> one : all) {
                one.get(1, TimeUnit.MINUTES);
            }
            Awaitility.await().until(() -> seen.get() == asked.get());
        }
        assertThat(began.get())
                .as("how often it was done for %s needs: each time it ended while others came", asked)
                .isBetween(ROUNDS, (int) asked.get() - 1);
    }
}
