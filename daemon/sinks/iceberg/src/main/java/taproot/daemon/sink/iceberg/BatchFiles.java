package taproot.daemon.sink.iceberg;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.PartitionKey;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.parquet.InternalWriter;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.io.DataWriter;
import org.apache.iceberg.io.FileInfo;
import org.apache.iceberg.io.SupportsPrefixOperations;
import org.apache.iceberg.parquet.Parquet;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import taproot.daemon.sink.Batch;
import taproot.daemon.sink.SinkRecord;

/**
 * The Parquet files of batches: one for each partition that a batch has rows of, written before anybody is told of them,
 * removed when it is certain that nobody ever will be. Those that could not be removed are said. From any thread.
 */
final class BatchFiles {
    private static final Logger LOG = LoggerFactory.getLogger(BatchFiles.class);

    private final AtomicLong written = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicLong removed = new AtomicLong();
    private final AtomicLong orphans = new AtomicLong();

    long written() {
        return written.get();
    }

    long bytes() {
        return bytes.get();
    }

    /** Of attempts that failed. */
    long removed() {
        return removed.get();
    }

    /** What should have been removed, and could not be. */
    long orphans() {
        return orphans.get();
    }

    /** @throws IOException when they cannot be written; what was written of them is gone again, as far as possible */
    List<DataFile> write(Table table, Batch batch, BatchMark mark) throws IOException {
        List<DataFile> files = new ArrayList<>();
        List<String> begun = new ArrayList<>();
        try {
            for (Map.Entry<PartitionKey, List<GenericRecord>> partition :
                    partitioned(table, batch).entrySet()) {
                String path = data(table) + mark.file(begun.size());
                begun.add(path);
                files.add(write(table, path, partition.getKey(), partition.getValue()));
            }
        } catch (IOException | RuntimeException e) {
            begun.forEach(path -> remove(table, path));
            throw e instanceof IOException io ? io : new IOException(e);
        }
        written.addAndGet(files.size());
        files.forEach(file -> bytes.addAndGet(file.fileSizeInBytes()));
        return files;
    }

    private static DataFile write(Table table, String path, PartitionKey partition, List<GenericRecord> rows)
            throws IOException {
        DataWriter<GenericRecord> writer = Parquet.writeData(table.io().newOutputFile(path))
                .forTable(table)
                .withPartition(partition)
                .createWriterFunc((schema, type) -> InternalWriter.<GenericRecord>createWriter(schema, type))
                .build();
        try (writer) {
            writer.write(rows);
        }
        return writer.toDataFile();
    }

    private static Map<PartitionKey, List<GenericRecord>> partitioned(Table table, Batch batch) {
        Schema schema = table.schema();
        PartitionKey key = new PartitionKey(table.spec(), schema);
        Map<PartitionKey, List<GenericRecord>> partitions = new LinkedHashMap<>();
        for (SinkRecord record : batch.records()) {
            GenericRecord row = row(schema, batch.id(), record);
            key.partition(row);
            partitions.computeIfAbsent(key.copy(), _ -> new ArrayList<>()).add(row);
        }
        return partitions;
    }

    private static GenericRecord row(Schema schema, Batch.Id batch, SinkRecord record) {
        Column.Row from = new Column.Row(
                batch.installation(),
                batch.logId(),
                record.seq(),
                new String(record.json(), StandardCharsets.UTF_8),
                record.command());
        GenericRecord row = GenericRecord.create(schema);
        for (int i = 0; i < schema.columns().size(); i++) {
            Types.NestedField field = schema.columns().get(i);
            Column column = Column.named(field.name());
            row.set(i, column == null ? null : column.of(from));
        }
        return row;
    }

    /** Removes what an attempt wrote that is known to have failed. */
    void remove(Table table, List<DataFile> files) {
        files.forEach(file -> remove(table, file.location()));
    }

    /**
     * Removes what other attempts at a batch have left behind, now that one of them is in the table. Where snapshots have
     * expired it may be that an earlier one brought another attempt and was rewritten since: then they are left, and said.
     */
    void removeOthers(Table table, Batch.Id batch, String committed) {
        if (!(table.io() instanceof SupportsPrefixOperations io)) {
            return;
        }
        List<String> others = new ArrayList<>();
        for (FileInfo file : io.listPrefix(data(table) + BatchMark.directory(batch))) {
            if (!BatchMark.isOf(committed, file.location())) {
                others.add(file.location());
            }
        }
        if (!others.isEmpty() && Ancestry.hasExpired(table)) {
            left(others, new IllegalStateException("snapshots have expired, one of them may have had it"));
        } else {
            others.forEach(path -> remove(table, path));
        }
    }

    /** Removes one file, of data or of metadata. */
    void remove(Table table, String path) {
        try {
            table.io().deleteFile(path);
            removed.incrementAndGet();
        } catch (NotFoundException e) {
            LOG.debug("{} was not there any more", path);
        } catch (RuntimeException e) {
            left(List.of(path), e);
        }
    }

    /** Says which files are left. */
    void left(List<String> paths, RuntimeException why) {
        orphans.addAndGet(paths.size());
        paths.forEach(
                path -> LOG.warn("An orphan, which is part of no snapshot, is left: {}: {}", path, Reason.of(why)));
    }

    /** Which attempt at a batch the path of a data file tells of; null if it is of another batch. */
    static @Nullable String attemptAt(Table table, Batch.Id batch, String path) {
        String directory = data(table) + BatchMark.directory(batch);
        if (!path.startsWith(directory)) {
            return null;
        }
        String file = path.substring(directory.length());
        return file.substring(0, file.lastIndexOf('-'));
    }

    private static String data(Table table) {
        String configured = table.properties().get(TableProperties.WRITE_DATA_LOCATION);
        return (configured == null ? table.location() + "/data" : configured) + "/";
    }
}
