package taproot.daemon.stream;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import taproot.daemon.log.CommandQuery;
import taproot.daemon.log.LogException;
import taproot.daemon.log.LogPage;
import taproot.daemon.log.LogReader;
import taproot.daemon.metrics.Counters;
import taproot.daemon.metrics.Part;
import taproot.daemon.metrics.Waiting;

/**
 * Where the daemon reads its own log for whoever asks: two threads at most, made when somebody asks and gone ten seconds
 * after the last one did, each with a reader of its own. No event loop ever waits for the database.
 */
public final class LogReads {
    private static final Logger LOG = LoggerFactory.getLogger(LogReads.class);
    private static final int THREADS = 2;
    /** Readings that may wait for a thread; who comes then is refused. */
    private static final int WAITING = 10_000;

    private static final int IDLE_SECONDS = 10;

    private final Path stateDirectory;
    private final Counters counters;
    /** Since when each that was asked for waits or reads. */
    private final Set<Asked> asked = ConcurrentHashMap.newKeySet();

    private final ThreadLocal<@Nullable LogReader> own = new ThreadLocal<>();
    private @Nullable Scheduler threads;
    private boolean closed;

    /** What somebody does with a reader; it blocks while it reads. */
    @FunctionalInterface
    public interface Reading<T> {
        @Nullable
        T read(LogReader log) throws LogException;
    }

    /** One reading; two of the same moment are two. */
    private static final class Asked {
        final long since = System.nanoTime();
    }

    public LogReads(Path stateDirectory, Counters counters) {
        this.stateDirectory = stateDirectory;
        this.counters = counters;
    }

    /** Does the reading on one of the threads; empty where it finds nothing, fails with its {@link LogException}. */
    public <T> Mono<T> read(Reading<T> reading) {
        return Mono.defer(() -> {
            Asked now = new Asked();
            asked.add(now);
            return Mono.fromCallable(() -> now(reading)).subscribeOn(threads()).doFinally(_ -> asked.remove(now));
        });
    }

    /** What was asked for and is not yet read. */
    public Waiting waiting() {
        return Waiting.since(asked.stream().map(one -> one.since).toList());
    }

    /** The threads, for a source that reads page by page with {@link #page}. */
    public synchronized Scheduler threads() {
        if (threads == null) {
            threads = Schedulers.newBoundedElastic(THREADS, WAITING, this::thread, IDLE_SECONDS);
            if (closed) {
                threads.dispose();
            }
        }
        return threads;
    }

    /** The next stretch of the log, at once; only on one of the threads. */
    public LogPage page(CommandQuery query, long bytes) throws LogException {
        LogPage page = now(log -> log.page(query, bytes));
        return page == null ? new LogPage(List.of(), query.after(), query.after()) : page;
    }

    private <T> @Nullable T now(Reading<T> reading) throws LogException {
        LogReader reader = own.get();
        if (reader != null && !reader.isInPlace()) {
            close();
            reader = null;
        }
        if (reader == null) {
            reader = LogReader.open(stateDirectory);
            own.set(reader);
        }
        try {
            return reading.read(reader);
        } catch (LogException e) {
            close(); // The next one tries with a new connection.
            counters.failed(Part.READERS, String.valueOf(e.getMessage()));
            throw e;
        }
    }

    private void close() {
        LogReader reader = own.get();
        own.remove();
        try {
            if (reader != null) {
                reader.close();
            }
        } catch (LogException e) {
            LOG.debug("a reader does not close: {}", e.toString());
        }
    }

    private Thread thread(Runnable work) {
        Runnable whole = () -> {
            try {
                work.run();
            } finally {
                close();
            }
        };
        Thread thread = new Thread(whole, "log-reader");
        thread.setDaemon(true);
        return thread;
    }

    /** Lets go of the threads; what reads then fails. */
    public synchronized void stop() {
        closed = true;
        if (threads != null) {
            threads.dispose();
        }
    }
}
