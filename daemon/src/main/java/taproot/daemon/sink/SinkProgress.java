package taproot.daemon.sink;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import taproot.daemon.log.SinkState;
import taproot.daemon.metrics.SinkStatus;

/** What a sink tells about itself: written by its threads, read by any. */
final class SinkProgress {
    private static final Logger LOG = LoggerFactory.getLogger(SinkProgress.class);

    private final String name;
    private final String type;
    private final LongAdder batches = new LongAdder();
    private final LongAdder failures = new LongAdder();
    private final LongAdder unknown = new LongAdder();

    private volatile SinkStatus.State state = SinkStatus.State.STARTING;
    private volatile @Nullable SinkState stored;
    private volatile @Nullable Instant oldest;
    private volatile @Nullable String batch;
    private volatile boolean slow;
    private volatile long aside;
    private volatile @Nullable Trouble trouble;
    private volatile @Nullable Instant lastDelivery;
    /** Said once; what keeps failing is in the figures. */
    private volatile boolean failing;

    private record Trouble(String message, Instant at) {}

    SinkProgress(String name, String type) {
        this.name = name;
        this.type = type;
    }

    void is(SinkStatus.State now) {
        state = now;
    }

    void stands(SinkState now, long asideNow) {
        stored = now;
        aside = asideNow;
    }

    void oldest(@Nullable Instant time) {
        oldest = time;
    }

    @Nullable
    Instant oldest() {
        return oldest;
    }

    void about(@Nullable String batchId) {
        batch = batchId;
    }

    void slow(boolean now) {
        slow = now;
    }

    void failed(String reason) {
        note(reason); // First: whoever sees it counted finds out why.
        failures.increment();
    }

    void unknown(String reason) {
        note(reason);
        unknown.increment();
    }

    void note(String reason) {
        trouble = new Trouble(reason, Instant.now());
        if (!failing) {
            failing = true;
            LOG.warn("The sink {} fails and is tried again for ever, until it works: {}", name, reason);
        }
    }

    void delivered() {
        batches.increment();
        lastDelivery = Instant.now();
        slow = false;
        if (failing) {
            failing = false;
            LOG.info("The sink {} works again", name);
        }
    }

    SinkStatus status(long head, java.util.Map<String, Long> figures) {
        SinkState now = stored;
        long failed = failures.sum();
        long unsure = unknown.sum();
        Trouble last = trouble; // Behind what is counted of it.
        Instant waiting = oldest;
        long cursor = now == null ? 0 : now.cursor();
        long lag = now == null ? 0 : Math.max(0, head - cursor);
        return new SinkStatus(
                name,
                type,
                state,
                cursor,
                lag,
                lag == 0 || waiting == null ? Duration.ZERO : age(waiting),
                batch,
                slow,
                now == null ? 0 : now.delivered(),
                aside,
                now == null ? 0 : now.missed(),
                batches.sum(),
                failed,
                unsure,
                last == null ? null : last.message,
                last == null ? null : last.at,
                lastDelivery,
                figures);
    }

    /** By this machine's clock, which may have been set back. */
    static Duration age(Instant time) {
        Duration age = Duration.between(time, Instant.now());
        return age.isNegative() ? Duration.ZERO : age;
    }
}
