package taproot.daemon.sink;

import java.util.List;

/**
 * Records to deliver together. All attempts at a batch have the same id and, unless somebody has removed some from the log
 * in between, the same records.
 *
 * @param attempt from 1, counted since the daemon started
 * @param uncertain an earlier attempt may have arrived: it ended in {@link Delivery.Unknown}, or with the daemon
 * @param records by {@code seq}, at least one
 */
public record Batch(Id id, int attempt, boolean uncertain, List<SinkRecord> records) {
    public Batch {
        records = List.copyOf(records);
    }

    /**
     * What a batch is recognized by.
     *
     * @param installation the random name of the installation that sends it
     * @param logId the log the sequence numbers belong to
     * @param sink its name in the configuration
     * @param first the seq after the cursor; records between it and {@code last} that are not in the batch are none of it
     * @param last the seq the cursor will stand at
     * @param part which part, from 0
     * @param parts of how many; a record's part depends on its key alone
     * @param round 0, or that of records which were set aside earlier and are sent again
     */
    public record Id(
            String installation, String logId, String sink, long first, long last, int part, int parts, long round) {

        /** Unique among all batches of all installations, and the same for each attempt. */
        public String text() {
            StringBuilder text = new StringBuilder();
            text.append(installation).append('/').append(logId).append('/').append(sink);
            text.append('/').append(first).append('-').append(last);
            if (parts > 1) {
                text.append("/part").append(part).append("of").append(parts);
            }
            if (round > 0) {
                text.append("/round").append(round);
            }
            return text.toString();
        }

        @Override
        public String toString() {
            return text();
        }
    }
}
