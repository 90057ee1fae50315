package taproot.daemon.log;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import taproot.normalizer.FinishedCommand;

/**
 * The bounded queue before the log: many event loops put in, the writer alone takes out. Putting in never waits; when
 * the bytes that wait for their commit are at the limit, it is refused.
 */
final class AppendQueue {
    /** What the writer finds in the queue. */
    sealed interface Entry {
        /** A record to be written, put in at this {@link System#nanoTime}. */
        record Append(FinishedCommand command, long bytes, long since) implements Entry {}

        /** Somebody who waits until everything before it is committed; takes no room and no seq. */
        record Flush(CompletableFuture<Long> done) implements Entry {}

        /** Somebody who wants part of the log removed, of what is before it in the queue too. */
        record Forget(Forgetting forgetting, CompletableFuture<Forgotten> done) implements Entry {}

        /** What a sink has to remember; its sender waits for it, so there are never more than a few. */
        record Sink(SinkChange change, CompletableFuture<Void> done) implements Entry {}
    }

    private final long limit;
    private final ConcurrentLinkedQueue<Entry> entries = new ConcurrentLinkedQueue<>();
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicLong records = new AtomicLong();
    /** Set by the writer before it parks: only then an appender has to pay for waking it. */
    private volatile boolean asleep;

    private volatile boolean ended;

    AppendQueue(long limit) {
        this.limit = limit;
    }

    /** Makes room in the budget; a single record larger than the whole of it passes when nothing else waits. */
    boolean reserve(long wanted) {
        long before = bytes.getAndAdd(wanted);
        if (before > 0 && before + wanted > limit) {
            bytes.addAndGet(-wanted);
            return false;
        }
        records.incrementAndGet();
        return true;
    }

    /** Gives back what committed or given up records occupied. */
    void release(long releasedRecords, long releasedBytes) {
        records.addAndGet(-releasedRecords);
        bytes.addAndGet(-releasedBytes);
    }

    /** False if the writer has ended and will not see the entry any more. */
    boolean put(Entry entry, Thread writer) {
        entries.add(entry);
        // Either the writer's last look into the queue finds the entry, or this sees that it was the last.
        if (ended && entries.remove(entry)) {
            return false;
        }
        if (asleep || !(entry instanceof Entry.Append)) {
            LockSupport.unpark(writer);
        }
        return true;
    }

    void wake(Thread writer) {
        LockSupport.unpark(writer);
    }

    // Writer thread only from here on.

    @Nullable
    Entry poll() {
        return entries.poll();
    }

    boolean isEmpty() {
        return entries.isEmpty();
    }

    /** Waits until something is put in, somebody wakes the writer, or the time is over. */
    void await(long nanos) {
        asleep = true;
        if (entries.isEmpty()) {
            LockSupport.parkNanos(this, nanos);
        }
        asleep = false;
    }

    /** Waits without being woken by records: a flush, a wake-up and the end of the time end it. */
    void pause(long nanos) {
        LockSupport.parkNanos(this, nanos);
    }

    /** From now on {@link #put} refuses; what is left in the queue is to be polled once more. */
    void end() {
        ended = true;
    }

    /** How long the oldest record that nobody has taken yet has been in. */
    Duration oldest() {
        for (Entry entry : entries) {
            if (entry instanceof Entry.Append append) {
                return Duration.ofNanos(System.nanoTime() - append.since());
            }
        }
        return Duration.ZERO;
    }

    long bytes() {
        return bytes.get();
    }

    long records() {
        return records.get();
    }
}
