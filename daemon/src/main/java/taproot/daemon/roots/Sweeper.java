package taproot.daemon.roots;

import java.io.IOException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import taproot.daemon.metrics.Counters;
import taproot.normalizer.Sid;

/**
 * Finds git processes that died without a word while somebody else holds their connection open: a hook's background
 * process inherits it. Looks at roots that have been silent for two seconds, once a second or, among very many, less
 * often, on a thread of its own, because it reads {@code /proc}.
 *
 * <p>A process is known by its pid and by its age: one under that pid that is younger than the first line of the process
 * is another one. Ages, since they hold also when somebody sets the clock. What it cannot judge it leaves alone: see {@code
 * Normalizer.sweepable}.
 */
public final class Sweeper implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Sweeper.class);
    private static final long SILENCE = TimeUnit.SECONDS.toMicros(2);
    private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** Among very many roots it rests for this many times as long as it swept: they must not cost more than 2 %. */
    private static final int REST = 50;

    private final Roots roots;
    private final Counters counters;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(
            task -> Thread.ofPlatform().name("sweeper").daemon().unstarted(task));

    private Sweeper(Roots roots, Counters counters) {
        this.roots = roots;
        this.counters = counters;
    }

    /** Begins to sweep. */
    public static Sweeper start(Roots roots, Counters counters) {
        Sweeper sweeper = new Sweeper(roots, counters);
        sweeper.sweepAfter(PAUSE_NANOS);
        return sweeper;
    }

    private void sweepAfter(long nanos) {
        var unused = thread.schedule(this::sweepOnce, nanos, TimeUnit.NANOSECONDS);
    }

    /** An exception that got out would end the sweeping for good, and nobody would know. */
    private void sweepOnce() {
        long began = System.nanoTime();
        try {
            sweep();
        } catch (RuntimeException | Error e) {
            counters.defect("sweeping", e);
        }
        long took = System.nanoTime() - began;
        if (!thread.isShutdown()) {
            sweepAfter(Math.max(PAUSE_NANOS, took * REST));
        }
    }

    private void sweep() {
        for (Roots.Silent silent : roots.silentFor(SILENCE)) {
            Sid sid = silent.sid();
            try {
                if (!ProcessAge.of(sid.pid()).isAtLeast(silent.heardAgo())) {
                    roots.gone(sid);
                }
            } catch (IOException e) {
                // Not readable is not gone; it is looked at again in a second.
                LOG.debug("cannot look at pid {}: {}", sid.pid(), e.toString());
            }
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
