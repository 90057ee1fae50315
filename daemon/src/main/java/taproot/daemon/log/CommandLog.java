package taproot.daemon.log;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import taproot.daemon.metrics.Counter;
import taproot.daemon.metrics.Counters;
import taproot.normalizer.FinishedCommand;

/**
 * The embedded log: finished commands in, a {@code seq} for each, gapless and in the order in which everybody downstream
 * sees them. Appending never waits; one thread writes in groups, at once when idle; what {@link #committed} has confirmed
 * survives {@code kill -9}.
 *
 * <p>Whatever is wrong with the database (it cannot be opened, it is locked, the disk is full), records wait in a
 * bounded queue while the writer tries again; it is counted and stands in {@link #status}.
 */
public final class CommandLog {
    private final AppendQueue queue;
    private final Counters counters;
    private final Newest newest = new Newest();
    private final CompletableFuture<Void> opened = new CompletableFuture<>();
    private final LogWriter writer;
    private final Thread thread;
    private volatile boolean closed;

    private CommandLog(
            StateDirectory directory,
            LogSettings settings,
            SinkCursors sinks,
            RecordCodec codec,
            Counters counters,
            InstantSource clock) {
        this.counters = counters;
        queue = new AppendQueue(settings.queueLimit());
        writer = new LogWriter(directory, settings, sinks, codec, counters, clock, queue, newest, opened);
        thread = Thread.ofPlatform().name("log-writer").unstarted(writer);
    }

    /**
     * Begins to open the log and returns at once; records may be appended from now on.
     *
     * @throws LogException if the state directory is not ours, not private, or cannot be made
     */
    public static CommandLog open(Path stateDirectory, LogSettings settings, RecordCodec codec, Counters counters)
            throws LogException {
        return open(stateDirectory, settings, SinkCursors.UNCHANGED, codec, counters, InstantSource.system());
    }

    /** The same for sinks to read, and with a clock of the caller's, which retention goes by. */
    public static CommandLog open(
            Path stateDirectory,
            LogSettings settings,
            SinkCursors sinks,
            RecordCodec codec,
            Counters counters,
            InstantSource clock)
            throws LogException {
        CommandLog log = new CommandLog(StateDirectory.create(stateDirectory), settings, sinks, codec, counters, clock);
        log.thread.start();
        return log;
    }

    /**
     * Hands a finished command over, from any thread, without waiting. False if it is lost: the queue is full, or the
     * log is closed; both are counted.
     */
    public boolean append(FinishedCommand command) {
        counters.increment(Counter.RECORDS_FINISHED);
        if (closed) {
            counters.increment(Counter.RECORDS_UNWRITTEN);
            return false;
        }
        long bytes = Footprint.of(command);
        if (!queue.reserve(bytes)) {
            counters.increment(Counter.RECORDS_QUEUE_FULL);
            return false;
        }
        if (!queue.put(new AppendQueue.Entry.Append(command, bytes, System.nanoTime()), thread)) {
            queue.release(1, bytes);
            counters.increment(Counter.RECORDS_UNWRITTEN);
            return false;
        }
        return true;
    }

    /**
     * Completes with the head once everything that was appended before this call is committed; exceptionally, with a
     * {@link LogException}, if the log is closed first. It completes on the writer's thread: what depends on it must
     * not block.
     */
    public CompletionStage<Long> committed() {
        CompletableFuture<Long> done = new CompletableFuture<>();
        if (!queue.put(new AppendQueue.Entry.Flush(done), thread)) {
            done.completeExceptionally(new LogException(LogException.Kind.CLOSED, "the log is closed"));
        }
        return done.minimalCompletionStage();
    }

    /**
     * Completes when the change is committed, in the order of the calls; exceptionally, with a {@link LogException}, if
     * the log is another one by now, or is closed first. On the writer's thread.
     */
    public CompletionStage<Void> store(SinkChange change) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        if (!queue.put(new AppendQueue.Entry.Sink(change, done), thread)) {
            done.completeExceptionally(new LogException(LogException.Kind.CLOSED, "the log is closed"));
        }
        return done.minimalCompletionStage();
    }

    /**
     * Completes when the database is open; exceptionally, with a {@link LogException}, when it never will be without
     * somebody's help, and on the writer's thread. The writer goes on trying either way.
     */
    public CompletionStage<Void> opened() {
        return opened.minimalCompletionStage();
    }

    /**
     * Removes for good the records that match, their traces, and what the buckets count of them, among everything that was
     * appended before this call; its limit does not matter. Completes on the writer's thread, as {@link #committed} does.
     */
    public CompletionStage<Forgotten> forget(CommandQuery what) {
        CompletableFuture<Forgotten> done = new CompletableFuture<>();
        if (!queue.put(new AppendQueue.Entry.Forget(new Forgetting(what), done), thread)) {
            done.completeExceptionally(new LogException(LogException.Kind.CLOSED, "the log is closed"));
        }
        return done.minimalCompletionStage();
    }

    /**
     * The same in a log that no daemon has open; blocks until it is done.
     *
     * @throws LogException if there is no log, it cannot be written, or somebody else is writing it
     */
    public static Forgotten forget(Path stateDirectory, CommandQuery what) throws LogException {
        StateDirectory directory = StateDirectory.existing(stateDirectory);
        Forgetting forgetting = new Forgetting(what);
        try (Database database = Database.open(directory, LogSettings.DEFAULTS, SinkCursors.UNCHANGED)) {
            while (!forgetting.step(database.connection())) {
                // A step is a transaction.
            }
            database.checkpoint();
            return forgetting.forgotten();
        } catch (SQLException | IOException e) {
            throw new LogException(
                    LogException.Kind.UNUSABLE,
                    "the log " + directory.database() + " cannot be written: " + e.getMessage()
                            + "; if a daemon is writing it, let that forget",
                    e);
        }
    }

    /**
     * Completes when the writer has turned to its work once more, whatever the database says to it; exceptionally if
     * there is no writer any more. On the writer's thread.
     */
    public CompletionStage<Void> alive() {
        CompletableFuture<Void> alive = writer.alive();
        queue.wake(thread);
        return alive.minimalCompletionStage();
    }

    /** From now on retention goes by these; the rest of the settings stays as it was at the opening. */
    public void reload(LogSettings changed) {
        writer.reload(changed);
        queue.wake(thread);
    }

    /** Calls {@code listener} with the new head after every commit, on the writer's thread: it must not block. */
    public void onCommit(LongConsumer listener) {
        writer.addListener(listener);
    }

    /** What the records occupy that wait for their commit. */
    public long queuedBytes() {
        return queue.bytes();
    }

    /**
     * From now on the newest records are kept in memory for {@link #newest}, until {@link #unfollow} was called as often as
     * this.
     */
    public void follow() {
        newest.follow();
    }

    public void unfollow() {
        newest.unfollow();
    }

    /** The record at this place of this log, if it is kept in memory; else the database has it, or nobody. Never waits. */
    public @Nullable CommittedCommand newest(String logId, long seq) {
        return newest.get(logId, seq);
    }

    /** The seq of the newest record; the cheap part of {@link #status}. */
    public long head() {
        return writer.health().head();
    }

    public LogStatus status() {
        return writer.health().status();
    }

    /**
     * Writes what is queued and closes the database; blocks until then, a little longer than {@code grace} at most. What
     * could not be written in time is counted.
     */
    public void close(Duration grace) throws InterruptedException {
        closed = true;
        writer.stopBy(System.nanoTime() + grace.toNanos());
        queue.wake(thread);
        // A transaction that has begun is not broken off, so the writer may need a moment more than it was given.
        thread.join(grace.plus(Duration.ofSeconds(1)));
    }
}
