package taproot.daemon.log;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * How often which duration occurs: sixteen classes to each doubling, so that a percentile is within 3 % of the truth. Costs
 * eight bytes a class, up to the longest duration it has seen.
 */
final class DurationHistogram {
    private static final int BITS = 4;
    private static final int CLASSES = 1 << BITS;

    private long[] counts = new long[0];
    private long total;
    private long least = Long.MAX_VALUE;
    private long most;

    void add(long micros, long times) {
        long known = Math.max(0, micros);
        least = Math.min(least, known);
        most = Math.max(most, known);
        int index = index(known);
        if (index >= counts.length) {
            counts = Arrays.copyOf(counts, index + CLASSES);
        }
        counts[index] += times;
        total += times;
    }

    /** The duration that so much of all do not exceed; null where there is none. */
    @Nullable
    Long percentile(double part) {
        long wanted = Math.max(1, (long) Math.ceil(part * total));
        long seen = 0;
        for (int index = 0; index < counts.length; index++) {
            seen += counts[index];
            if (seen >= wanted) {
                return Math.clamp(middle(index), least, most);
            }
        }
        return null;
    }

    /** Durations below 16 µs have a class each; above, the four bits behind the first one decide. */
    private static int index(long micros) {
        int magnitude = 63 - Long.numberOfLeadingZeros(micros | 1);
        if (magnitude <= BITS) {
            return (int) micros;
        }
        int shift = magnitude - BITS;
        return (shift << BITS) + (int) (micros >>> shift);
    }

    private static long middle(int index) {
        if (index < 2 * CLASSES) {
            return index;
        }
        int shift = (index >> BITS) - 1;
        long first = (long) (CLASSES + (index & (CLASSES - 1))) << shift;
        return first + (1L << shift) / 2;
    }
}
