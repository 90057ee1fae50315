package taproot.daemon.sink;

import java.util.Map;

/**
 * One system that records go to: a connection to it, and how a batch becomes part of it. It holds nothing that may be
 * lost: what it has not confirmed it is given again, under the same {@link Batch.Id}, for ever.
 *
 * <p>What the runner guarantees: batches come in the order of the log, one after the other (of each part, where the sink
 * is configured with several; then {@link #deliver} is called by as many threads at once). The id of a batch, and with it
 * its records, are stored before the first attempt, so an attempt after a crash is for the same records; the one exception
 * are records that somebody has meanwhile removed from the log. What a sink has to do for its part: recognize what it
 * already has, by key or by batch id, because an attempt may have arrived without anybody knowing.
 */
public interface Sink extends AutoCloseable {
    /**
     * Delivers a batch; blocks until its fate is known, or the time for a delivery is over. An exception counts as
     * {@link Delivery.Unknown}.
     *
     * @throws InterruptedException when the daemon stops; what became of the batch is then unknown
     */
    Delivery deliver(Batch batch) throws InterruptedException;

    /** What the sink itself counts, in the words of its back-end, for status and metrics. From any thread, at once. */
    default Map<String, Long> figures() {
        return Map.of();
    }

    /**
     * Gives everything back. After it has returned nothing of an earlier attempt is sent any more, also of one that has not
     * yet returned: a sink that does not answer in time is closed and opened anew.
     */
    @Override
    void close();
}
