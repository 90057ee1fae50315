package taproot.daemon.sink.iceberg;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.Table;
import taproot.daemon.sink.Batch;
import taproot.daemon.sink.Delivery;
import taproot.daemon.sink.Sink;
import taproot.daemon.sink.SinkException;

/**
 * Appends each batch to the table in one commit: files first, then the snapshot that names them and says which batch they
 * are. An attempt of which nobody knows what became is looked for in the table before anything else is done.
 */
final class IcebergSink implements Sink {
    private final TableConnection connection;
    private final Recognition recognition;
    private final BatchFiles files = new BatchFiles();
    private final Committer committer;
    private final AtomicLong rows = new AtomicLong();
    private final AtomicLong alreadyThere = new AtomicLong();

    IcebergSink(TableConnection connection, Committer.Gate gate, Recognition recognition) {
        this.connection = connection;
        this.recognition = recognition;
        committer = new Committer(connection, gate, recognition, files);
    }

    @Override
    public Delivery deliver(Batch batch) throws InterruptedException {
        IcebergSinkFactory.atHome();
        Table table;
        try {
            table = connection.table();
            if (batch.uncertain()) {
                table.refresh();
                String attempt = Ancestry.attemptAt(table, batch.id(), recognition);
                if (attempt != null) {
                    return wasThere(table, batch, attempt);
                }
            }
        } catch (SinkException | RuntimeException e) {
            connection.reopen();
            return batch.uncertain() ? new Delivery.Unknown(Reason.of(e)) : new Delivery.Failed(Reason.of(e));
        }
        BatchMark mark = BatchMark.next(batch.id());
        List<DataFile> written;
        try {
            written = files.write(table, batch, mark);
        } catch (IOException e) {
            connection.reopen(); // Its storage may have to be asked for other credentials.
            return new Delivery.Failed("cannot write to " + table.location() + ": " + Reason.of(e));
        }
        return switch (committer.commit(mark, written)) {
            case Committer.Outcome.Committed _ -> {
                rows.addAndGet(batch.records().size());
                if (batch.uncertain()) {
                    files.removeOthers(table, batch.id(), mark.attempt());
                }
                yield Delivery.delivered();
            }
            case Committer.Outcome.AlreadyThere there -> wasThere(table, batch, there.attempt());
            case Committer.Outcome.Failed failed -> {
                files.remove(table, written);
                yield new Delivery.Failed(failed.reason());
            }
            case Committer.Outcome.Unknown unknown -> new Delivery.Unknown(unknown.reason());
        };
    }

    private Delivery wasThere(Table table, Batch batch, String attempt) {
        alreadyThere.incrementAndGet();
        files.removeOthers(table, batch.id(), attempt);
        return Delivery.delivered();
    }

    @Override
    public Map<String, Long> figures() {
        Map<String, Long> figures = new TreeMap<>();
        figures.put("commits", committer.commits());
        figures.put("conflicts", committer.conflicts());
        figures.put("rows", rows.get());
        figures.put("already_there", alreadyThere.get());
        figures.put("files", files.written());
        figures.put("file_bytes", files.bytes());
        figures.put("files_removed", files.removed());
        figures.put("orphans", files.orphans());
        return figures;
    }

    @Override
    public void close() {
        committer.close();
        connection.close();
    }
}
