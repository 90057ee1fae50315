package taproot.daemon.log;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How the log is doing.
 *
 * @param head the seq of the newest record ever committed, 0 before the first and until the database is open
 * @param logId the database's random name, absent until it is open
 * @param queuedRecords records that wait for their commit
 * @param queuedBytes what they are taken to occupy
 * @param oldestQueued how long the oldest of them has waited
 * @param lastError the newest failure to open or write; it stays after the log has recovered
 * @param setAside where a corrupt database was moved in this daemon's life
 */
public record LogStatus(
        State state,
        long head,
        @Nullable String logId,
        long queuedRecords,
        long queuedBytes,
        Duration oldestQueued,
        @Nullable String lastError,
        @Nullable Instant lastErrorAt,
        @Nullable Path setAside) {

    /** What the writer is about. */
    public enum State {
        /** The database is being opened for the first time. */
        OPENING,
        /** Records are written as they come. */
        OPEN,
        /** The last attempt to open or write failed; it is tried again, and records wait in the queue. */
        FAILING,
        /** Nothing is written any more. */
        CLOSED
    }
}
