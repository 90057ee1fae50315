package taproot.daemon.log;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import taproot.daemon.metrics.Counter;
import taproot.daemon.metrics.Counters;
import taproot.daemon.metrics.Part;

/**
 * How the log does: where it ends, whether it can be written, since when not, and why. Written by the writer's thread, read
 * by any. Trouble that goes on is counted each time and logged once.
 */
final class Health {
    private static final Logger LOG = LoggerFactory.getLogger(Health.class);

    private record Failure(String message, Instant at) {}

    private final AppendQueue queue;
    private final Counters counters;
    private final InstantSource clock;

    private volatile LogStatus.State state = LogStatus.State.OPENING;
    private volatile long head;
    private volatile @Nullable String logId;

    /** Since when the oldest record of a group waits whose writing has failed; 0 where there is none. */
    private volatile long batchSince;

    private volatile @Nullable Failure lastFailure;
    private volatile @Nullable Path setAside;

    /** Attempts that failed since the last one that did not. Writer thread only. */
    private int failures;

    Health(AppendQueue queue, Counters counters, InstantSource clock) {
        this.queue = queue;
        this.counters = counters;
        this.clock = clock;
    }

    long head() {
        return head;
    }

    LogStatus status() {
        Failure failure = lastFailure;
        return new LogStatus(
                state,
                head,
                logId,
                queue.records(),
                queue.bytes(),
                oldest(),
                failure == null ? null : failure.message,
                failure == null ? null : failure.at,
                setAside);
    }

    /** The group that is tried again is older than whatever is still in the queue. */
    private Duration oldest() {
        long since = batchSince;
        return since == 0 ? queue.oldest() : Duration.ofNanos(System.nanoTime() - since);
    }

    // Writer thread only from here on.

    int failures() {
        return failures;
    }

    /** A database is open that ends there. */
    void opened(String id, long end) {
        head = end; // First: whoever sees the log's name sees where it ends.
        logId = id;
    }

    /** Everything that was to be written is. */
    void succeeded(long newHead) {
        head = newHead;
        succeeded();
    }

    void succeeded() {
        if (failures > 0) {
            LOG.info("The log is written again after {} failed attempts", failures);
        }
        failures = 0;
        batchSince = 0;
        state = LogStatus.State.OPEN;
    }

    /** @param waitingSince {@link System#nanoTime} of the first attempt to write what waits; 0 where nothing does */
    void failed(Exception why, long waitingSince) {
        counters.increment(Counter.LOG_ERRORS);
        failures++;
        if (batchSince == 0) {
            batchSince = waitingSince;
        }
        state = LogStatus.State.FAILING;
        String message = String.valueOf(why instanceof LogException ? why.getMessage() : why);
        lastFailure = new Failure(message, clock.instant());
        counters.failed(Part.LOG, message);
        if (failures == 1) { // What keeps failing is in the counters and the status; one line of it is enough.
            LOG.warn("The log cannot be written and is tried again; records wait in the queue", why);
        }
    }

    /** The damaged database is kept there. */
    void setAside(Path database, Path aside) {
        setAside = aside;
        counters.failed(Part.LOG, "the database was damaged: kept as " + aside + ", a new log was begun");
        LOG.error("{} is damaged: kept as {}, a new log is begun", database, aside);
    }

    /** Nothing is written any more. */
    void closed() {
        state = LogStatus.State.CLOSED;
    }
}
