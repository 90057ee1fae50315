package taproot.daemon.sink.iceberg;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.Table;
import org.jspecify.annotations.Nullable;
import taproot.daemon.sink.SinkException;

/**
 * Commits to a table. Whoever comes while a commit of this process is on its way waits at a fair gate of one; the first to
 * come through commits for all that wait, whichever sink they are of, in one snapshot, and the others find their outcome there.
 */
final class Committer {
    /** As many batches share a snapshot. */
    private static final int MOST_TOGETHER = 64;

    private final TableSource tables;
    private final Gate gate;
    private final Recognition recognition;
    private final BatchFiles files;
    private final AtomicLong commits = new AtomicLong();
    private final AtomicLong conflicts = new AtomicLong();
    private volatile boolean closed;

    /** What all who commit to a table in this process share. */
    static final class Gate {
        private final Semaphore one = new Semaphore(1, true);
        private final Queue<Offer> offers = new ConcurrentLinkedQueue<>();

        /** How many wait outside; about right, as it is of others. */
        int waiting() {
            return one.getQueueLength();
        }
    }

    /** Where the table is had from. */
    interface TableSource {
        /** Opened when it is first needed, and again after {@link #reopen}. */
        Table table() throws SinkException;

        /** Something went wrong with it. */
        void reopen();
    }

    /** What became of an offer. */
    sealed interface Outcome {
        record Committed() implements Outcome {}

        /** An attempt has arrived: an earlier one, or this one unheard. */
        record AlreadyThere(String attempt) implements Outcome {}

        /** It is not in the table and will not be. */
        record Failed(String reason) implements Outcome {}

        record Unknown(String reason) implements Outcome {}
    }

    /** A batch whose files are written. */
    static final class Offer {
        private final BatchMark mark;
        private final List<DataFile> files;
        /** Behind the gate only. */
        private @Nullable Outcome outcome;

        private Offer(BatchMark mark, List<DataFile> files) {
            this.mark = mark;
            this.files = files;
        }

        BatchMark mark() {
            return mark;
        }

        List<DataFile> files() {
            return files;
        }

        void became(Outcome what) {
            outcome = what;
        }
    }

    /** @param gate the table's */
    Committer(TableSource tables, Gate gate, Recognition recognition, BatchFiles files) {
        this.tables = tables;
        this.gate = gate;
        this.recognition = recognition;
        this.files = files;
    }

    /** Snapshots made. */
    long commits() {
        return commits.get();
    }

    /** Tries that came too late, and were made again on a newer snapshot. */
    long conflicts() {
        return conflicts.get();
    }

    boolean isClosed() {
        return closed;
    }

    /** No try begins any more. */
    void close() {
        closed = true;
    }

    /**
     * Commits, or finds out why not.
     *
     * @throws InterruptedException while waiting; what becomes of it is unknown then
     */
    Outcome commit(BatchMark mark, List<DataFile> data) throws InterruptedException {
        Offer own = new Offer(mark, data);
        gate.offers.add(own);
        try {
            gate.one.acquire();
        } catch (InterruptedException e) {
            gate.offers.remove(own);
            throw e;
        }
        try {
            while (own.outcome == null) {
                commitAll(next());
            }
            return own.outcome;
        } finally {
            gate.one.release();
        }
    }

    private List<Offer> next() {
        List<Offer> together = new ArrayList<>();
        while (together.size() < MOST_TOGETHER) {
            Offer offer = gate.offers.poll();
            if (offer == null) {
                break;
            }
            together.add(offer);
        }
        return together;
    }

    /** Those among them that were there already leave the others to another commit. */
    private void commitAll(List<Offer> together) {
        List<Offer> left = together;
        while (!left.isEmpty()) {
            commitOnce(left);
            left = left.stream().filter(offer -> offer.outcome == null).toList();
        }
    }

    /** Whatever happens: whoever was taken out of the line is told, or he would look for himself there for ever. */
    private void commitOnce(List<Offer> together) {
        Table table;
        try {
            table = tables.table();
        } catch (SinkException | RuntimeException | Error e) {
            together.forEach(offer -> offer.became(new Outcome.Failed(Reason.of(e))));
            tables.reopen();
            return;
        }
        try {
            Append append = new Append(table, together, recognition, files, this::isClosed);
            boolean committed = append.run();
            commits.addAndGet(committed ? 1 : 0);
            conflicts.addAndGet(append.conflicts());
        } catch (RuntimeException | Error e) {
            together.forEach(offer -> offer.became(new Outcome.Unknown(Reason.of(e))));
        }
        if (together.stream()
                .anyMatch(
                        offer -> offer.outcome instanceof Outcome.Failed || offer.outcome instanceof Outcome.Unknown)) {
            tables.reopen();
        }
    }
}
