package taproot.daemon.metrics;

import java.time.Instant;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import taproot.normalizer.DropReason;

/** The daemon's counters: written from any thread without waiting, read at any time. One per daemon. */
public final class Counters {
    private static final Logger LOG = LoggerFactory.getLogger(Counters.class);

    /** Asked for every line: an array's element costs it nothing. */
    private static final boolean[] IS_LOSS = losses();

    private final LongAdder[] counters = adders(Counter.values().length);
    private final Map<Timing, Histogram> timings = histograms();
    private final Failures failures = new Failures();
    private final LongAdder[] dropped = adders(DropReason.values().length);

    /** When each was last counted, in milliseconds since 1970; 0 where it never was, or where it is no loss. */
    private final AtomicLongArray lastLost = new AtomicLongArray(Counter.values().length);

    private final AtomicLongArray lastDropped = new AtomicLongArray(DropReason.values().length);

    /** As many as there are calls in the program. */
    private final Set<String> defectivePlaces = ConcurrentHashMap.newKeySet();

    public void add(Counter counter, long n) {
        counters[counter.ordinal()].add(n);
        noteLoss(counter);
    }

    public void increment(Counter counter) {
        counters[counter.ordinal()].increment();
        noteLoss(counter);
    }

    private void noteLoss(Counter counter) {
        if (IS_LOSS[counter.ordinal()]) {
            lastLost.setOpaque(counter.ordinal(), System.currentTimeMillis());
        }
    }

    public void dropped(DropReason reason, long lines) {
        dropped[reason.ordinal()].add(lines);
        lastDropped.setOpaque(reason.ordinal(), System.currentTimeMillis());
    }

    /**
     * Notes an exception that nobody had foreseen.
     *
     * @param doing what failed by it, a constant; the first exception of each is logged whole, all others only counted
     */
    public void defect(String doing, Throwable e) {
        increment(Counter.DEFECTS);
        failed(Part.DEFECTS, "while " + doing + ": " + e);
        if (defectivePlaces.add(doing)) {
            LOG.error("A defect of Taproot's, met while {}; it is logged once and counted from now on", doing, e);
        }
    }

    /** Notes what went wrong, for the status; counting and logging are the caller's. */
    public void failed(Part part, String message) {
        failures.add(Instant.now(), part, message);
    }

    /** The latest failures, newest first: a few of each part. */
    public List<Failure> failures() {
        return failures.latest();
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

    /** When something was last lost, by what it is counted as (of either kind); none that never was. */
    public Map<String, Instant> lastLosses() {
        Map<String, Instant> times = new HashMap<>();
        for (DropReason reason : DropReason.values()) {
            noteTime(times, reason.wire(), lastDropped.getOpaque(reason.ordinal()));
        }
        for (Counter counter : Counter.losses()) {
            noteTime(times, counter.wire(), lastLost.getOpaque(counter.ordinal()));
        }
        return times;
    }

    private static void noteTime(Map<String, Instant> times, String wire, long millis) {
        if (millis != 0) {
            times.put(wire, Instant.ofEpochMilli(millis));
        }
    }

    private static Map<Timing, Histogram> histograms() {
        Map<Timing, Histogram> histograms = new EnumMap<>(Timing.class);
        for (Timing timing : Timing.values()) {
            histograms.put(timing, new Histogram());
        }
        return histograms;
    }

    private static boolean[] losses() {
        boolean[] losses = new boolean[Counter.values().length];
        Counter.losses().forEach(counter -> losses[counter.ordinal()] = true);
        return losses;
    }

    private static LongAdder[] adders(int n) {
        LongAdder[] adders = new LongAdder[n];
        for (int i = 0; i < n; i++) {
            adders[i] = new LongAdder();
        }
        return adders;
    }
}
