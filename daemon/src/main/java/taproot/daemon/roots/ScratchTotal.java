package taproot.daemon.roots;

import java.util.concurrent.atomic.AtomicLong;
import taproot.daemon.metrics.Counter;
import taproot.daemon.metrics.Counters;
import taproot.normalizer.TraceBudget;

/**
 * The raw bytes that all roots and all unfinished lines hold together. From half of the limit on read-only roots
 * gather no more, at the whole nobody does. An atomic number, not a lock.
 */
final class ScratchTotal implements TraceBudget {
    private final long limit;
    private final Counters counters;
    private final AtomicLong bytes = new AtomicLong();

    ScratchTotal(long limit, Counters counters) {
        this.limit = limit;
        this.counters = counters;
    }

    @Override
    public boolean take(int amount, boolean readOnly) {
        long allowed = readOnly ? limit / 2 : limit;
        if (bytes.addAndGet(amount) <= allowed) {
            return true;
        }
        bytes.addAndGet(-amount);
        counters.add(Counter.SCRATCH_BYTES_SHED, amount);
        return false;
    }

    @Override
    public void giveBack(long amount) {
        bytes.addAndGet(-amount);
    }

    long bytes() {
        return bytes.get();
    }
}
