package taproot.daemon.ingest;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counts down the connections that hold bytes which were sent before a drain began. Thread-safe: the connections may
 * belong to several event loops.
 *
 * <p>A connection is done when it is empty or closed, or when {@value #BEYOND} bytes more than it held have been read:
 * one that never stops flowing must not hold up anybody.
 */
final class DrainTarget {
    static final long BEYOND = 1 << 20;

    /** Counts the drain itself, until every connection has been asked. */
    private final AtomicInteger missing = new AtomicInteger(1);

    private final Runnable whenRead;

    DrainTarget(Runnable whenRead) {
        this.whenRead = whenRead;
    }

    /** A loop or a connection more will be done. */
    void expect() {
        missing.incrementAndGet();
    }

    /** One of those expected is done. */
    void done() {
        if (missing.decrementAndGet() == 0) {
            whenRead.run();
        }
    }

    /** The connection still holds so many bytes: it is expected too. */
    Pending held(long bytesRead, int held) {
        expect();
        return new Pending(this, bytesRead + held);
    }

    /** One connection's wait. Those of later drains are never over before those of earlier ones. */
    record Pending(DrainTarget target, long upTo) {

        /** Whether there is nothing to be waited for any more, after so much has been read and so much is left. */
        boolean isOver(long bytesRead, int held) {
            return held == 0 || bytesRead >= upTo + BEYOND;
        }
    }
}
