package taproot.daemon.metrics;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import taproot.normalizer.DropReason;

/** The daemon's counters: written from any thread without waiting, read at any time. One per daemon. */
public final class Counters {
    private static final Logger LOG = LoggerFactory.getLogger(Counters.class);

    private final LongAdder[] counters = adders(Counter.values().length);
    private final Map<Timing, Histogram> timings = histograms();
    private final LongAdder[] dropped = adders(DropReason.values().length);

    /** As many as there are calls in the program. */
    private final Set<String> defectivePlaces = ConcurrentHashMap.newKeySet();

    public void add(Counter counter, long n) {
        counters[counter.ordinal()].add(n);
    }

    public void increment(Counter counter) {
        counters[counter.ordinal()].increment();
    }

    public void dropped(DropReason reason, long lines) {
        dropped[reason.ordinal()].add(lines);
    }

    /**
     * Notes an exception that nobody had foreseen.
     *
     * @param doing what failed by it, a constant; the first exception of each is logged whole, all others only counted
     */
    public void defect(String doing, Throwable e) {
        increment(Counter.DEFECTS);
        if (defectivePlaces.add(doing)) {
            LOG.error("A defect of Taproot's, met while {}; it is logged once and counted from now on", doing, e);
        }
    }

    public void time(Timing timing, long micros) {
        get(timing).add(micros);
    }

    public Histogram get(Timing timing) {
        return Objects.requireNonNull(timings.get(timing));
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

    private static Map<Timing, Histogram> histograms() {
        Map<Timing, Histogram> histograms = new EnumMap<>(Timing.class);
        for (Timing timing : Timing.values()) {
            histograms.put(timing, new Histogram());
        }
        return histograms;
    }

    private static LongAdder[] adders(int n) {
        LongAdder[] adders = new LongAdder[n];
        for (int i = 0; i < n; i++) {
            adders[i] = new LongAdder();
        }
        return adders;
    }
}
