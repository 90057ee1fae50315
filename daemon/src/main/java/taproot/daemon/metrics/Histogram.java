package taproot.daemon.metrics;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * How many durations lie below each bound: 256 µs and its doubles up to some two minutes. Written from any thread without
 * waiting; a reader may see the newest durations in one number and not yet in another.
 */
public final class Histogram {
    private static final int FIRST_BIT = 8;
    private static final int BOUNDS = 20;

    /** One for each bound, one for what is longer, and the sum. */
    private final AtomicLongArray numbers = new AtomicLongArray(BOUNDS + 2);

    Histogram() {}

    void add(long micros) {
        long longest = Math.max(0, micros - 1); // A bound is the longest duration of its class.
        int bits = Long.SIZE - Long.numberOfLeadingZeros(longest);
        numbers.getAndIncrement(Math.clamp(bits - FIRST_BIT, 0, BOUNDS));
        numbers.getAndAdd(BOUNDS + 1, Math.max(0, micros));
    }

    /** The bounds in microseconds, but for the last class, which has none. */
    public static long boundMicros(int i) {
        return 1L << (FIRST_BIT + i);
    }

    /** How many bounds there are. */
    public static int bounds() {
        return BOUNDS;
    }

    /** How many durations lie in the class below this bound, and above the one before; the last class has no bound. */
    public long count(int i) {
        return numbers.get(i);
    }

    public long sumMicros() {
        return numbers.get(BOUNDS + 1);
    }
}
