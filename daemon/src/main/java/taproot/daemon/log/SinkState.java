package taproot.daemon.log;

import org.jspecify.annotations.Nullable;

/**
 * Where a sink stands, as the database remembers it.
 *
 * @param sink its name
 * @param cursor everything up to this seq is delivered, set aside or was gone
 * @param frozen the batch that may have been tried; it is tried again before anything else
 * @param delivered records ever delivered
 * @param missed records that were gone before this sink had read them
 * @param rounds how often records that were set aside have been sent again
 */
public record SinkState(
        String sink, long cursor, boolean paused, @Nullable Frozen frozen, long delivered, long missed, long rounds) {
    /** The same with another batch, or none. */
    public SinkState with(@Nullable Frozen batch) {
        return new SinkState(sink, cursor, paused, batch, delivered, missed, rounds);
    }

    /** The same elsewhere in the log, without a batch. */
    public SinkState at(long seq) {
        return new SinkState(sink, seq, paused, null, delivered, missed, rounds);
    }

    /** The same with more to count. */
    public SinkState plus(long deliveredNow, long missedNow, long roundsNow) {
        return new SinkState(
                sink, cursor, paused, frozen, delivered + deliveredNow, missed + missedNow, rounds + roundsNow);
    }

    /**
     * A batch before its first attempt: what its id and its records are made from.
     *
     * @param first the seq after the cursor, or the first that was set aside
     * @param last where the cursor will stand, or the last that was set aside
     * @param records how many there were
     * @param parts in how many parts it is sent
     * @param round 0 for the next stretch of the log; else its records are those set aside with this number
     */
    public record Frozen(long first, long last, int records, int parts, long round) {}
}
