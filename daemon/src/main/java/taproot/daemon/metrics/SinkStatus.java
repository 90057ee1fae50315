package taproot.daemon.metrics;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a sink is doing.
 *
 * @param cursor everything up to this seq is delivered, set aside or was gone
 * @param lagRecords how many places of the log it is behind
 * @param lag how long the oldest record it has not had has been in the log
 * @param batch the id of the batch it is about, if there is one
 * @param slow it has waited for a slot longer than flushes usually take
 * @param delivered records ever delivered
 * @param aside records that were refused or stalled, and are kept
 * @param missed records that were gone before this sink had read them
 * @param batches batches delivered since the daemon started
 * @param failures attempts that failed since then
 * @param unknown attempts of unknown outcome since then
 * @param lastError the newest failure; it stays after the sink has recovered
 * @param figures what the sink itself counts
 */
public record SinkStatus(
        String name,
        String type,
        State state,
        long cursor,
        long lagRecords,
        Duration lag,
        @Nullable String batch,
        boolean slow,
        long delivered,
        long aside,
        long missed,
        long batches,
        long failures,
        long unknown,
        @Nullable String lastError,
        @Nullable Instant lastErrorAt,
        @Nullable Instant lastDeliveryAt,
        Map<String, Long> figures) {

    /** What it is doing. */
    public enum State {
        /** The log is not open yet. */
        STARTING,
        /** Nothing to deliver, or not yet enough. */
        IDLE,
        /** In line for one of the slots. */
        WAITING,
        /** An attempt is under way. */
        DELIVERING,
        /** The last attempt failed; the next one is made after a pause. */
        RETRYING,
        /** Until somebody resumes it. */
        PAUSED,
        /** Too much has been set aside: it goes on once that was sent again or given up. */
        BLOCKED,
        /** The daemon stops, or has stopped. */
        STOPPED
    }
}
