package taproot.daemon.log;

import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The newest records, kept in memory for those who follow the log, so that a commit costs them no query each; nothing is
 * kept while nobody follows. The writer thread alone writes; any thread reads, without waiting: a slot says by its seq
 * whether it holds what is looked for, and who does not find it reads the database.
 */
final class Newest {
    /** A power of two: four seconds at 1,000 commands/s. */
    private static final int SLOTS = 4_096;

    private static final long MOST_BYTES = 8 << 20;

    private volatile @Nullable Ring ring;
    private volatile boolean followed;
    private int followers;

    /** The slots for one log's records, and where the writer is in them. */
    private static final class Ring {
        private final AtomicReferenceArray<@Nullable CommittedCommand> slots = new AtomicReferenceArray<>(SLOTS);
        private final String logId;

        // Writer thread only: the slots from oldest to before next are taken.
        private long oldest;
        private long next;
        private long bytes;

        Ring(String logId) {
            this.logId = logId;
        }

        void add(long seq, CommittedCommand command) {
            if (seq != next) {
                clear();
                oldest = seq;
            }
            while (seq - oldest >= SLOTS || (oldest < seq && bytes + size(command) > MOST_BYTES)) {
                removeOldest();
            }
            slots.set(slot(seq), command);
            bytes += size(command);
            next = seq + 1;
        }

        void clear() {
            while (oldest < next) {
                removeOldest();
            }
        }

        private void removeOldest() {
            CommittedCommand removed = slots.getAndSet(slot(oldest), null);
            bytes -= removed == null ? 0 : size(removed);
            oldest++;
        }

        private static int slot(long seq) {
            return (int) (seq & (SLOTS - 1));
        }

        private static long size(CommittedCommand command) {
            return command.stored().json().length;
        }
    }

    /** From now on the newest records are kept, until as many calls of {@link #unfollow} as of this. */
    synchronized void follow() {
        followers++;
        followed = true;
    }

    synchronized void unfollow() {
        if (--followers == 0) {
            ring = null;
        }
        followed = followers > 0;
    }

    /** The record at this place of this log; null if it is not kept any more, or not yet there. */
    @Nullable
    CommittedCommand get(String logId, long seq) {
        Ring kept = ring;
        if (kept == null || !logId.equals(kept.logId)) {
            return null;
        }
        CommittedCommand found = kept.slots.get(Ring.slot(seq));
        return found != null && found.stored().seq() == seq ? found : null;
    }

    // Writer thread only from here on.

    /** A group was committed, to the end of the log. */
    void committed(String logId, long head, List<Database.Row> rows, int inserted) {
        Ring kept = ring(logId);
        if (kept == null) {
            return;
        }
        if (inserted < rows.size()) {
            kept.clear(); // Some were there already, and which is not told: once in a while everybody reads the
            // database.
            return;
        }
        long seq = head - inserted;
        for (Database.Row row : rows) {
            seq++;
            CommittedCommand command = new CommittedCommand(
                    CommandFacts.of(row.record()),
                    StoredCommand.of(seq, row.record().key(), row.json()));
            kept.add(seq, command);
        }
    }

    /** A ring belongs to one log, so that nobody is given another log's record under a seq of his own. */
    private @Nullable Ring ring(String logId) {
        Ring kept = ring;
        if (!followed || (kept != null && kept.logId.equals(logId))) {
            return kept;
        }
        synchronized (this) {
            if (followed) {
                kept = new Ring(logId);
                ring = kept;
            }
            return kept;
        }
    }

    /** What is kept may be gone from the log. */
    void clear() {
        Ring kept = ring;
        if (kept != null) {
            kept.clear();
        }
    }
}
