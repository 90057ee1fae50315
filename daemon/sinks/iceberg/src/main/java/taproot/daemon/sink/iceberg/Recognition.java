package taproot.daemon.sink.iceberg;

import org.apache.iceberg.Snapshot;
import org.jspecify.annotations.Nullable;
import taproot.daemon.sink.Batch;

/** How a table is asked whether it has a batch already: what makes an attempt repeatable. */
interface Recognition {
    /** By what the snapshots say that brought batches. Costs a look at each snapshot that has not expired, in memory. */
    Recognition BY_SUMMARY = (ancestry, batch) -> {
        for (Snapshot snapshot : ancestry) {
            String attempt = BatchMark.broughtBy(snapshot, batch);
            if (attempt != null) {
                return new Found(snapshot, attempt);
            }
        }
        return null;
    };

    /**
     * @param snapshot the one that brought it
     * @param attempt which of the attempts at the batch it was
     */
    record Found(Snapshot snapshot, String attempt) {}

    /** @param ancestry the table's present snapshot and what it was made from */
    @Nullable
    Found find(Iterable<Snapshot> ancestry, Batch.Id batch);
}
