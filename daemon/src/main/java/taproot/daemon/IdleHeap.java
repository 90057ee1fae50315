package taproot.daemon;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import taproot.daemon.roots.Roots;

/**
 * Gives back to the system what a busy hour has left behind. The JVM's collector makes a heap smaller only when it has
 * collected all of it, and whoever has nothing to do never comes to that.
 */
final class IdleHeap {
    /** Nothing was received for so long: then a pause of some 50 ms is nobody's. */
    private static final Duration QUIET = Duration.ofSeconds(30);

    /** For less it is not worth it. */
    private static final long MUCH = 16L << 20;

    /** The JVM's. */
    interface Heap {
        Heap OWN = new Heap() {
            @Override
            public long bytes() {
                return Runtime.getRuntime().totalMemory();
            }

            @Override
            public void collect() {
                Runtime.getRuntime().gc();
            }
        };

        /** What it has of the system's memory, used or not. */
        long bytes();

        void collect();
    }

    private final Roots.Timers timers;
    private final LongSupplier received;
    private final Heap heap;

    // One look begins after the other.
    private long seen;
    private long left;

    private IdleHeap(Roots.Timers timers, LongSupplier received, Heap heap) {
        this.timers = timers;
        this.received = received;
        this.heap = heap;
        this.left = heap.bytes();
    }

    /** @param received grows while there is something to do */
    static void watch(Roots.Timers timers, LongSupplier received, Heap heap) {
        new IdleHeap(timers, received, heap).lookLater();
    }

    private void lookLater() {
        timers.after(TimeUnit.NANOSECONDS.toMicros(QUIET.toNanos()), this::look);
    }

    private void look() {
        long now = received.getAsLong();
        boolean idle = now == seen;
        seen = now;
        if (idle && heap.bytes() >= left + MUCH) {
            heap.collect();
            left = heap.bytes();
        }
        lookLater();
    }
}
