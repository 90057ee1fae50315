package taproot.daemon.repositories;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import taproot.daemon.metrics.Counters;

/** Runs something a little later, on one thread of its own, on which nothing may hang. Sleeps while nothing is to be run. */
final class Alarms implements Movements.Later {
    private static final Logger LOG = LoggerFactory.getLogger(Alarms.class);

    private final Counters counters;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(
            task -> Thread.ofPlatform().name("repositories-watch").daemon().unstarted(task));

    Alarms(Counters counters) {
        this.counters = counters;
    }

    /** The thread would keep to itself what a task throws. */
    void guarded(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | Error e) {
            counters.defect("watching repositories", e);
        }
    }

    @Override
    public void run(Duration delay, Runnable task) {
        try {
            var unused = thread.schedule(() -> guarded(task), delay.toNanos(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            // It has stopped: whoever waits is given up.
            LOG.debug("nothing waits any more: {}", e.toString());
        }
    }

    void stop() {
        thread.shutdownNow();
    }
}
