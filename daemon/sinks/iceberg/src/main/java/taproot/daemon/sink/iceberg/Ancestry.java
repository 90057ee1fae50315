package taproot.daemon.sink.iceberg;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.util.SnapshotUtil;
import org.jspecify.annotations.Nullable;
import taproot.daemon.sink.Batch;

/** What a table was made from: its present snapshot and those before it, as far as they have not expired. */
final class Ancestry {
    private Ancestry() {}

    /** The newest first. */
    static Iterable<Snapshot> of(Table table) {
        Snapshot head = table.currentSnapshot();
        return head == null ? List.of() : SnapshotUtil.ancestorsOf(head.snapshotId(), table::snapshot);
    }

    /**
     * Which attempt at a batch is in the table; null if none is. Where snapshots have expired the files are asked: the path
     * of each says whose it is, as long as nobody has rewritten them.
     */
    static @Nullable String attemptAt(Table table, Batch.Id batch, Recognition recognition) {
        Recognition.Found found = recognition.find(of(table), batch);
        if (found != null) {
            return found.attempt();
        }
        return hasExpired(table) ? amongFiles(table, batch) : null;
    }

    /** Whether there were snapshots that cannot be asked any more. */
    static boolean hasExpired(Table table) {
        Snapshot oldest = null;
        for (Snapshot snapshot : of(table)) {
            oldest = snapshot;
        }
        return oldest != null && oldest.parentId() != null;
    }

    private static @Nullable String amongFiles(Table table, Batch.Id batch) {
        try (CloseableIterable<FileScanTask> candidates = table.newScan()
                .filter(Expressions.and(
                        Expressions.equal(Column.INSTALLATION.columnName(), batch.installation()),
                        Expressions.equal(Column.LOG_ID.columnName(), batch.logId()),
                        Expressions.greaterThanOrEqual(Column.SEQ.columnName(), batch.first()),
                        Expressions.lessThanOrEqual(Column.SEQ.columnName(), batch.last())))
                .planFiles()) {
            for (FileScanTask candidate : candidates) {
                String attempt =
                        BatchFiles.attemptAt(table, batch, candidate.file().location());
                if (attempt != null) {
                    return attempt;
                }
            }
            return null;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
