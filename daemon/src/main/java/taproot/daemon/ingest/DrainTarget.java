package taproot.daemon.ingest;

import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

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

    /** A loop more will be asked. */
    void expect() {
        missing.incrementAndGet();
    }

    /** One of those expected is done. */
    void done() {
        if (missing.decrementAndGet() == 0) {
            whenRead.run();
        }
    }

    /** The connection still holds so many bytes; joins a wait for an earlier drain, which goes on. */
    Pending wait(@Nullable Pending earlier, long bytesRead, int held) {
        expect();
        return new Pending(this, bytesRead + held, earlier);
    }

    /** One connection's wait. */
    static final class Pending {
        private final DrainTarget target;
        private final long upTo;
        private final @Nullable Pending earlier;

        private Pending(DrainTarget target, long upTo, @Nullable Pending earlier) {
            this.target = target;
            this.upTo = upTo;
            this.earlier = earlier;
        }

        /** What is still to be waited for, after so much has been read and so much is left. */
        @Nullable
        Pending progress(long bytesRead, int held) {
            Pending before = earlier == null ? null : earlier.progress(bytesRead, held);
            if (held == 0 || bytesRead >= upTo + BEYOND) {
                target.done();
                return before;
            }
            return before == earlier ? this : new Pending(target, upTo, before);
        }
    }
}
