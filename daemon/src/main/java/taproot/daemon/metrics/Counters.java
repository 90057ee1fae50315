package taproot.daemon.metrics;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import taproot.normalizer.DropReason;

/** The daemon's counters: written from any thread without waiting, read at any time. One per daemon. */
public final class Counters {
    private final LongAdder[] counters = adders(Counter.values().length);
    private final LongAdder[] dropped = adders(DropReason.values().length);

    public void add(Counter counter, long n) {
        counters[counter.ordinal()].add(n);
    }

    public void increment(Counter counter) {
        counters[counter.ordinal()].increment();
    }

    public void dropped(DropReason reason, long lines) {
        dropped[reason.ordinal()].add(lines);
    }

    public long get(Counter counter) {
        return counters[counter.ordinal()].sum();
    }

    public long get(DropReason reason) {
        return dropped[reason.ordinal()].sum();
    }

    /** Lines dropped by reason, those that are 0 included. */
    public Map<DropReason, Long> dropped() {
        Map<DropReason, Long> sums = new EnumMap<>(DropReason.class);
        for (DropReason reason : DropReason.values()) {
            sums.put(reason, get(reason));
        }
        return sums;
    }

    private static LongAdder[] adders(int n) {
        LongAdder[] adders = new LongAdder[n];
        for (int i = 0; i < n; i++) {
            adders[i] = new LongAdder();
        }
        return adders;
    }
}
