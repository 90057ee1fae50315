package taproot.daemon.sink;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import taproot.daemon.metrics.Counters;

/**
 * The opened {@link Sink}, opened when it is first needed and again after it had to be given up. It turns everything that a
 * sink may do into one of the four answers. For the threads of one sink.
 */
final class SinkConnection implements AutoCloseable {
    private final SinkFactory factory;
    private final SinkSettings settings;
    private final ScheduledExecutorService timer;
    private final Counters counters;
    /** Guarded by this. */
    private @Nullable Sink sink;
    /** What sinks that were given up had counted is lost with them; what the present one says is shown. */
    private volatile Map<String, Long> lastFigures = Map.of();

    SinkConnection(SinkFactory factory, SinkSettings settings, ScheduledExecutorService timer, Counters counters) {
        this.factory = factory;
        this.settings = settings;
        this.timer = timer;
        this.counters = counters;
    }

    /** @throws InterruptedException when the daemon stops; what became of the batch is unknown then */
    Delivery deliver(Batch batch) throws InterruptedException {
        Sink open;
        try {
            open = open();
        } catch (SinkException e) {
            return new Delivery.Failed("cannot be opened: " + e.getMessage());
        } catch (RuntimeException | LinkageError e) {
            counters.defect("opening a sink", e);
            return new Delivery.Failed("cannot be opened: " + e);
        }
        Watch watch = new Watch(open, Thread.currentThread());
        ScheduledFuture<?> end = timer.schedule(watch, patience().toNanos(), TimeUnit.NANOSECONDS);
        try {
            return open.deliver(batch);
        } catch (InterruptedException e) {
            if (watch.ended()) {
                return noAnswer();
            }
            throw e;
        } catch (RuntimeException | LinkageError e) {
            if (watch.ended()) {
                return noAnswer();
            }
            counters.defect("delivering to a sink", e);
            return new Delivery.Unknown("failed in an unforeseen way: " + e);
        } finally {
            end.cancel(false);
            watch.returned();
        }
    }

    /** A sink keeps its own time; this is for one that does not. */
    private Duration patience() {
        return settings.deliveryTimeout().multipliedBy(2);
    }

    private Delivery noAnswer() {
        return new Delivery.Unknown("no answer within " + patience().toMillis() + " ms: the connection is made anew");
    }

    private synchronized Sink open() throws SinkException, InterruptedException {
        Sink open = sink;
        if (open == null) {
            open = factory.open(settings);
            sink = open;
        }
        return open;
    }

    private synchronized boolean forget(Sink given) {
        boolean present = sink == given;
        if (present) {
            sink = null;
        }
        return present;
    }

    Map<String, Long> figures() {
        return lastFigures;
    }

    /** To be called by the sink's own threads: what a sink counts may be under a lock of its own. */
    void lookAtFigures() {
        Sink open;
        synchronized (this) {
            open = sink;
        }
        if (open != null) {
            lastFigures = Map.copyOf(open.figures());
        }
    }

    @Override
    public void close() {
        Sink open;
        synchronized (this) {
            open = sink;
            sink = null;
        }
        if (open != null) {
            close(open);
        }
    }

    private void close(Sink open) {
        try {
            open.close();
        } catch (RuntimeException | LinkageError e) {
            counters.defect("closing a sink", e);
        }
    }

    /** Ends an attempt that takes too long: closes the sink beside it, and interrupts whoever waits. */
    private final class Watch implements Runnable {
        private final Sink watched;
        private final Thread thread;
        // Guarded by this: an interrupt must not come after the attempt.
        private boolean over;
        private boolean ended;

        Watch(Sink watched, Thread thread) {
            this.watched = watched;
            this.thread = thread;
        }

        @Override
        public synchronized void run() {
            if (over) {
                return;
            }
            ended = true;
            if (forget(watched)) {
                // Closing may block, and this is the thread of all timers.
                Thread.ofVirtual().name("sink-closer").start(() -> close(watched));
            }
            thread.interrupt();
        }

        synchronized boolean ended() {
            return ended;
        }

        @SuppressWarnings("ThreadInterrupted") // Only the interrupt that was meant for this attempt is taken back.
        synchronized void returned() {
            over = true;
            if (ended) {
                Thread.interrupted();
            }
        }
    }
}
