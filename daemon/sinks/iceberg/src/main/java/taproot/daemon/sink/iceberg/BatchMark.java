package taproot.daemon.sink.iceberg;

import java.util.UUID;
import org.apache.iceberg.Snapshot;
import org.jspecify.annotations.Nullable;
import taproot.daemon.sink.Batch;

/**
 * One attempt at a batch, as the table knows it: a property of the snapshot that brought it, and the names of its files.
 * All attempts at a batch share the property and the directory, no two of them a file.
 *
 * @param attempt random; the value of the property, and what the names of the files begin with
 */
record BatchMark(Batch.Id batch, String attempt) {
    private static final String PROPERTY = "taproot.batch.";

    static BatchMark next(Batch.Id batch) {
        return new BatchMark(batch, UUID.randomUUID().toString());
    }

    /** In the snapshot's summary; several batches may share a snapshot. */
    String property() {
        return property(batch);
    }

    private static String property(Batch.Id batch) {
        return PROPERTY + batch.text();
    }

    /** Which attempt at the batch a snapshot brought; null if none. */
    static @Nullable String broughtBy(Snapshot snapshot, Batch.Id batch) {
        return snapshot.summary() == null ? null : snapshot.summary().get(property(batch));
    }

    /** Below the table's data: one directory for each batch, so that what its attempts left behind is soon found. */
    static String directory(Batch.Id batch) {
        String owner = batch.installation() + "/" + batch.logId() + "/" + batch.sink() + "/";
        // What follows has slashes for parts and rounds, and no batch's directory may lie in that of another.
        return owner + batch.text().substring(owner.length()).replace('/', '.') + "/";
    }

    String file(int n) {
        return directory(batch) + attempt + "-" + n + ".parquet";
    }

    /** Whether a file of the batch's directory is of this attempt. */
    static boolean isOf(String attempt, String path) {
        return path.substring(path.lastIndexOf('/') + 1).startsWith(attempt);
    }
}
