package taproot.daemon.ingest;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counts down the connections that hold bytes which were sent before a drain began. Thread-safe: the connections may
 * belong to several event loops.
 *
 * <p>A connection is done when it is empty or closed, or when {@value #BEYOND} bytes more than it held have been read:
 * one that never stops flowing must not hold up anybody. One whose peer has closed is done when it is closed here too:
 * a git that was killed before a barrier is known to be gone behind it.
 */
final class DrainTarget {
    static final long BEYOND = 1 << 20;

    /** Nothing more can come, so that this is never far: what a socket holds. */
    private static final long UNTIL_CLOSED = Long.MAX_VALUE;

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

    /** The connection's peer has closed it, and it does not know yet: it is expected too. */
    Pending ended() {
        expect();
        return new Pending(this, UNTIL_CLOSED);
    }

    /** One connection's wait. Those of later drains are never over before those of earlier ones. */
    record Pending(DrainTarget target, long upTo) {

        /** Whether there is nothing to be waited for any more, after so much has been read and so much is left. */
        boolean isOver(long bytesRead, int held) {
            return upTo != UNTIL_CLOSED && (held == 0 || bytesRead >= upTo + BEYOND);
        }
    }
}
