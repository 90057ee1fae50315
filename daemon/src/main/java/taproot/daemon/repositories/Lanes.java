package taproot.daemon.repositories;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import taproot.daemon.metrics.Counters;

/**
 * Runs tasks of one name one after the other, and those of different names beside each other, on a few threads. A task
 * that hangs holds up its own name alone: it is made up for by another thread, up to a bound. Handing in never waits.
 */
final class Lanes implements Executor {
    private static final Logger LOG = LoggerFactory.getLogger(Lanes.class);

    /** As many as there is work for on an ordinary machine; what a task waits for is seldom the disk. */
    private static final int THREADS = 2;

    /** So many may hang before others have to wait too. */
    private static final int MOST_THREADS = THREADS + 62;

    private static final long KEPT_SECONDS = 10;

    /** Those who wait under one name. Touched inside the map's compute only, but for {@code since}. */
    private static final class Lane {
        final Queue<Runnable> waiting = new ArrayDeque<>(2);

        /** {@link System#nanoTime} at which the task that runs began; 0 where none runs. */
        volatile long since;
    }

    private final ConcurrentHashMap<String, Lane> lanes = new ConcurrentHashMap<>();
    private final Counters counters;
    private final Runnable busy;
    private final ThreadPoolExecutor threads;

    /** @param busy is run, on one of the threads, before tasks that may hang */
    Lanes(Counters counters, Runnable busy) {
        this.counters = counters;
        this.busy = busy;
        threads = new ThreadPoolExecutor(
                THREADS,
                MOST_THREADS,
                KEPT_SECONDS,
                TimeUnit.SECONDS,
                // Putting in takes no lock; so it must never be this that makes a thread, which does.
                new LinkedTransferQueue<>(),
                Thread.ofPlatform().name("repositories-", 0).daemon().factory());
        var unused = threads.prestartAllCoreThreads();
    }

    /** Runs the task when those of the same name that were handed in before are over. */
    void submit(String name, Runnable task) {
        boolean[] fresh = {false};
        lanes.compute(name, (_, known) -> {
            Lane lane = known;
            if (lane == null) {
                lane = new Lane();
                fresh[0] = true;
            }
            lane.waiting.add(task);
            return lane;
        });
        if (fresh[0]) {
            execute(() -> run(name));
        }
    }

    /** Runs a task beside all others. */
    @Override
    public void execute(Runnable task) {
        try {
            threads.execute(task);
        } catch (RejectedExecutionException e) {
            // Stopped: whoever waits for it has been given up, or is at once.
            LOG.debug("nothing is looked up any more: {}", e.toString());
        }
    }

    private void run(String name) {
        Lane lane = lanes.get(name);
        if (lane == null) {
            return;
        }
        busy.run();
        for (Runnable task = next(name); task != null; task = next(name)) {
            lane.since = System.nanoTime() | 1;
            try {
                task.run();
            } catch (RuntimeException | Error e) {
                // Errors too: a lane whose runner has died would take tasks in and never run them.
                counters.defect("looking at a repository", e);
            } finally {
                lane.since = 0;
            }
        }
    }

    /** The next task; the lane is gone when there is none. */
    private @Nullable Runnable next(String name) {
        Runnable[] next = {null};
        lanes.computeIfPresent(name, (_, lane) -> {
            next[0] = lane.waiting.poll();
            return next[0] == null ? null : lane;
        });
        return next[0];
    }

    /** Whether any task runs or waits. */
    boolean isBusy() {
        return !lanes.isEmpty();
    }

    /** Whether the task that runs under this name has been at it for longer than so many nanoseconds. */
    boolean hangs(String name, long nanos) {
        Lane lane = lanes.get(name);
        return lane != null && hangs(lane, nanos);
    }

    private static boolean hangs(Lane lane, long nanos) {
        long since = lane.since;
        return since != 0 && System.nanoTime() - since > nanos;
    }

    /**
     * Makes up for threads whose tasks have been running for longer than so many nanoseconds: where one hangs, others may,
     * and who waits behind them gets a thread.
     */
    void makeUpFor(long nanos) {
        boolean hanging = lanes.values().stream().anyMatch(lane -> hangs(lane, nanos));
        int wanted = hanging ? Math.min(THREADS + lanes.size(), MOST_THREADS) : THREADS;
        if (threads.getCorePoolSize() != wanted) {
            threads.setCorePoolSize(wanted);
            var unused = threads.prestartAllCoreThreads();
        }
    }

    /** Runs nothing any more; who hangs is left to the end of the process. */
    void stop() {
        threads.shutdownNow();
    }
}
