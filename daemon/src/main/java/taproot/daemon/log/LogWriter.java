package taproot.daemon.log;

import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import taproot.daemon.metrics.Counter;
import taproot.daemon.metrics.Counters;
import taproot.daemon.metrics.Part;
import taproot.daemon.metrics.Timing;

/**
 * The thread that owns the database: opens it, commits what has gathered, lets retention do a step in between, and tries
 * again after every failure. The queue is the only way in; the fields that others may read are volatile.
 */
final class LogWriter implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(LogWriter.class);
    /**
     * Commits start at least this far apart. A commit costs about as much as writing ten records: without the pause a
     * stream of short commands, each committed as it comes, would cost several times as much. The first record after a
     * pause as long is committed at once.
     */
    private static final long GATHER_NANOS = 1_000_000;

    /** Where that brings as many records as this, the next will too, and a group of several costs each of them less. */
    private static final int CROWD = 8;

    private static final long CROWDED_GATHER_NANOS = 4_000_000;

    /** An injected clock may jump; the real one is looked at no later than this. */
    private static final Duration LONGEST_SLEEP = Duration.ofMinutes(1);

    private final StateDirectory directory;
    private final LogSettings settings;
    private final SinkCursors sinks;
    private final RecordCodec codec;
    private final Counters counters;
    private final InstantSource clock;
    private final AppendQueue queue;
    private final Newest newest;
    private final CompletableFuture<Void> opened;
    private final Batch batch = new Batch();
    private final Forgets forgets;

    private final Retention retention;
    private final Scrub scrub;
    private final List<LongConsumer> listeners = new CopyOnWriteArrayList<>();
    private final SignsOfLife signsOfLife = new SignsOfLife();
    private final Health health;

    // Writer thread only.
    private @Nullable Database database;
    private @Nullable Traces traces;
    private long lastCommit = System.nanoTime() - GATHER_NANOS;

    /** {@link System#nanoTime} at which the writer gives up what is left, once it is to stop. */
    private volatile long deadline;

    private volatile boolean stopping;

    LogWriter(
            StateDirectory directory,
            LogSettings settings,
            SinkCursors sinks,
            RecordCodec codec,
            Counters counters,
            InstantSource clock,
            AppendQueue queue,
            Newest newest,
            CompletableFuture<Void> opened) {
        this.directory = directory;
        this.settings = settings;
        this.sinks = sinks;
        this.codec = codec;
        this.counters = counters;
        this.clock = clock;
        this.queue = queue;
        this.newest = newest;
        forgets = new Forgets(newest);
        this.opened = opened;
        health = new Health(queue, counters, clock);
        retention = new Retention(settings, sinks, clock, counters);
        scrub = new Scrub(clock);
    }

    void addListener(LongConsumer listener) {
        listeners.add(listener);
    }

    /** To be followed by a wake-up of the thread. */
    CompletableFuture<Void> alive() {
        return signsOfLife.next();
    }

    void reload(LogSettings changed) {
        retention.reload(changed);
    }

    /** To be followed by a wake-up of the thread. */
    void stopBy(long nanoTime) {
        deadline = nanoTime;
        stopping = true;
    }

    /** How it does, for whoever asks. */
    Health health() {
        return health;
    }

    @Override
    public void run() {
        try {
            while (!isOver()) {
                round();
            }
        } finally {
            end(); // Also when a defect ends the thread: nobody is to wait for it, and what is lost is counted.
        }
    }

    private void round() {
        signsOfLife.give();
        try {
            Database open = database;
            if (open == null) {
                open = open();
            }
            work(open);
        } catch (SQLException e) {
            recover(e);
        } catch (IOException | LogException e) {
            tryAgainLater(e);
        } catch (RuntimeException e) {
            // Of ours, or of the driver's: as for any other trouble, what waits is tried again.
            counters.defect("writing the log", e);
            tryAgainLater(e);
        }
    }

    private void tryAgainLater(Exception why) {
        failed(why);
        abandon();
        waitBeforeRetry();
    }

    private boolean isOver() {
        return stopping
                && (System.nanoTime() - deadline >= 0 || (batch.isEmpty() && queue.isEmpty() && forgets.isEmpty()));
    }

    private Database open() throws SQLException, IOException, LogException {
        try {
            Database open = Database.open(directory, settings, sinks);
            database = open;
            health.opened(open.logId(), open.head());
            sayWhatWasFound(open);
            if (batch.isEmpty()) {
                health.succeeded();
            }
            opened.complete(null);
            return open;
        } catch (LogException e) {
            opened.completeExceptionally(e); // It will not go away by itself, so whoever started us may want to stop.
            throw e;
        }
    }

    /** Only what is out of the ordinary, and only at the first opening: later the write-ahead log is our own. */
    private void sayWhatWasFound(Database open) {
        if (!opened.isDone() && open.file().unfinished() > 0) {
            LOG.info(
                    "{} had not been closed in order: read {} bytes of write-ahead log back, everything up to seq {} is"
                            + " there",
                    directory.database(),
                    open.file().unfinished(),
                    health.head());
        }
    }

    /** Commits what there is, or else lets retention work, or else sleeps. */
    private void work(Database open) throws SQLException, IOException {
        fill();
        if (batch.isEmpty()) {
            forgets.begin(open);
            if (forgets.step(open) || stopping || retention.step(open.connection()) || scrub.step(open.connection())) {
                return;
            }
            Duration nap = Collections.min(List.of(retention.untilNext(), scrub.untilNext(), LONGEST_SLEEP));
            queue.await(nap.toNanos());
            return;
        }
        gather();
        commit(open);
        forgets.begin(open);
        if (!queue.isEmpty() && !stopping && !forgets.step(open)) {
            retention.step(open.connection());
        }
    }

    private void fill() {
        while (!batch.isFull() && !forgets.isToBegin()) {
            AppendQueue.Entry entry = queue.poll();
            switch (entry) {
                case null -> {
                    return;
                }
                case AppendQueue.Entry.Append append -> encode(append);
                case AppendQueue.Entry.Flush flush -> batch.add(flush.done());
                case AppendQueue.Entry.Forget forget -> forgets.add(forget);
                case AppendQueue.Entry.Sink change -> batch.add(change);
            }
        }
    }

    /** Waits for company while the last commit is only just over, and longer where it comes in crowds. */
    private void gather() {
        gatherUntil(lastCommit + GATHER_NANOS);
        if (queue.records() >= CROWD) {
            gatherUntil(lastCommit + CROWDED_GATHER_NANOS);
        }
    }

    private void gatherUntil(long nanoTime) {
        long wait = nanoTime - System.nanoTime();
        if (wait > 0 && !batch.isFull() && !batch.isAwaited() && !stopping && health.failures() == 0) {
            queue.pause(wait);
            fill();
        }
    }

    private void encode(AppendQueue.Entry.Append append) {
        try {
            RecordCodec.Encoded encoded = codec.encode(append.command());
            Traces.Compressed trace = encoded.trace().length == 0 ? null : compressed(encoded.trace());
            batch.add(
                    new Database.Row(encoded.record(), encoded.json(), trace, Retention.micros(clock.instant())),
                    append.bytes());
        } catch (RuntimeException | LinkageError | StackOverflowError e) {
            // A pattern of the configuration's may need more stack than there is.
            // Whatever is wrong with one command's text, the commands behind it are not to pay for it.
            refused(append.command().record().key(), append.bytes(), e);
        }
    }

    private Traces.Compressed compressed(byte[] lines) {
        Traces compressor = traces;
        if (compressor == null) {
            compressor = new Traces(directory.path());
            traces = compressor;
        }
        return compressor.compress(lines);
    }

    private void refused(String key, long bytes, Throwable why) {
        counters.increment(Counter.RECORDS_REFUSED);
        counters.failed(Part.LOG, "the record " + key + " cannot be stored and is lost: " + why);
        queue.release(1, bytes);
        LOG.error("The record {} cannot be stored and is lost", key, why);
    }

    private void commit(Database open) throws SQLException, IOException {
        while (true) {
            lastCommit = System.nanoTime();
            if (batch.rows().isEmpty() && batch.sinks().isEmpty()) {
                committed(health.head());
                return;
            }
            refuseThoseOfOtherLogs(open.logId());
            switch (open.write(batch.rows(), batch.sinks())) {
                case Database.Result.Committed(long newHead, int inserted, int duplicates) -> {
                    counters.add(Counter.RECORDS_COMMITTED, inserted);
                    counters.add(Counter.RECORDS_DUPLICATE, duplicates);
                    counters.increment(Counter.LOG_COMMITS);
                    newest.committed(open.logId(), newHead, batch.rows(), inserted);
                    time(batch.rows());
                    committed(newHead);
                    return;
                }
                case Database.Result.Refused(int index, SQLException why) -> {
                    String key = batch.rows().get(index).record().key();
                    refused(key, batch.remove(index), why);
                }
                case Database.Result.ChangeRefused(int index, SQLException why) ->
                    batch.sinks()
                            .remove(index)
                            .done()
                            .completeExceptionally(new LogException(
                                    LogException.Kind.UNUSABLE, "the database refuses it: " + why.getMessage(), why));
            }
        }
    }

    private void time(List<Database.Row> rows) {
        long now = Retention.micros(clock.instant());
        for (Database.Row row : rows) {
            Long took = row.record().durationUs();
            if (took != null) {
                counters.time(Timing.COMMAND_DURATION, took);
            }
            Long finishedAt = row.record().finishedAt();
            if (finishedAt != null) {
                counters.time(Timing.INGEST_TO_COMMIT, now - finishedAt);
            }
        }
    }

    /** A database may have been replaced between a sink's reading and its remembering. */
    private void refuseThoseOfOtherLogs(String here) {
        batch.sinks().removeIf(entry -> {
            boolean other = !entry.change().logId().equals(here);
            if (other) {
                entry.done()
                        .completeExceptionally(new LogException(
                                LogException.Kind.OTHER_LOG,
                                "the database was replaced: expected the log "
                                        + entry.change().logId() + ", found " + here));
            }
            return other;
        });
    }

    private void committed(long newHead) {
        boolean moved = newHead != health.head();
        health.succeeded(newHead);
        queue.release(batch.rows().size(), batch.bytes());
        batch.takeSinks().forEach(change -> change.done().complete(null));
        List<CompletableFuture<Long>> waiting = batch.clear();
        if (moved) {
            listeners.forEach(listener -> notify(listener, newHead));
        }
        waiting.forEach(flush -> flush.complete(newHead)); // They may count on the listeners knowing.
    }

    private void notify(LongConsumer listener, long newHead) {
        try {
            listener.accept(newHead);
        } catch (RuntimeException e) {
            // The log outlives its listeners; they all find what they missed by reading on.
            counters.increment(Counter.LOG_ERRORS);
            LOG.error("A listener to commits failed at seq {}", newHead, e);
        }
    }

    private void failed(Exception why) {
        health.failed(why, batch.rows().isEmpty() ? 0 : lastCommit);
    }

    private void recover(SQLException e) {
        failed(e);
        switch (SqlFailure.of(e)) {
            case BUSY -> rollback(e);
            case RECORD_REFUSED, OUT_OF_ORDER -> abandon();
            case CORRUPT -> {
                abandon();
                putAside();
            }
        }
        waitBeforeRetry();
    }

    private void rollback(SQLException e) {
        if (database != null) {
            database.rollback(e);
        }
    }

    /** Lets go of a connection that failed; the next round opens another. */
    private void abandon() {
        try {
            if (database != null) {
                database.close();
            }
        } catch (SQLException e) {
            LOG.warn("The failed connection to {} does not close either", directory.database(), e);
        }
        database = null;
    }

    private void putAside() {
        try {
            health.setAside(directory.database(), directory.setAside(clock.instant()));
        } catch (IOException e) {
            counters.increment(Counter.LOG_ERRORS);
            LOG.error("{} is damaged and cannot be renamed", directory.database(), e);
        }
    }

    private void waitBeforeRetry() {
        boolean wasStopping = stopping;
        long first = settings.retryFirst().toNanos();
        long delay = wasStopping
                ? first
                : Math.min(settings.retryLongest().toNanos(), first << Math.min(health.failures() - 1, 20));
        long until = System.nanoTime() + delay;
        // A stop that comes meanwhile leaves no time for the rest of a long pause.
        for (long left = delay; left > 0 && stopping == wasStopping && !isOver(); left = until - System.nanoTime()) {
            queue.pause(left);
        }
    }

    /** Writes nothing any more: counts what is left, tells those who wait, closes. */
    private void end() {
        queue.end();
        long unwritten = batch.rows().size();
        LogException closed = new LogException(LogException.Kind.CLOSED, "the log was closed before it was written");
        queue.release(unwritten, batch.bytes());
        batch.clear().forEach(flush -> flush.completeExceptionally(closed));
        forgets.fail(closed);
        batch.takeSinks().forEach(change -> change.done().completeExceptionally(closed));
        for (AppendQueue.Entry entry = queue.poll(); entry != null; entry = queue.poll()) {
            switch (entry) {
                case AppendQueue.Entry.Append append -> {
                    unwritten++;
                    queue.release(1, append.bytes());
                }
                case AppendQueue.Entry.Flush flush -> flush.done().completeExceptionally(closed);
                case AppendQueue.Entry.Forget forget -> forget.done().completeExceptionally(closed);
                case AppendQueue.Entry.Sink change -> change.done().completeExceptionally(closed);
            }
        }
        if (unwritten > 0) {
            counters.add(Counter.RECORDS_UNWRITTEN, unwritten);
            LOG.error("The daemon stops before {} records could be written", unwritten);
        }
        opened.completeExceptionally(closed); // Does nothing if it was opened.
        // Nothing is written from here on. The last checkpoint may have to wait for whoever else holds the database.
        health.closed();
        signsOfLife.end();
        checkpointAndClose();
    }

    private void checkpointAndClose() {
        if (traces != null) {
            traces.close();
        }
        if (database != null) {
            try {
                database.checkpoint();
            } catch (SQLException e) {
                // Everything is in the write-ahead log, which the next one who opens reads.
                counters.increment(Counter.LOG_ERRORS);
                LOG.info("No last checkpoint: {}", e.toString());
            }
            abandon();
        }
    }
}
