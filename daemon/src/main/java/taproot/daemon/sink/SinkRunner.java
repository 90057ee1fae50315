package taproot.daemon.sink;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import taproot.daemon.log.CommandLog;
import taproot.daemon.log.LogException;
import taproot.daemon.log.SetAside;
import taproot.daemon.log.SinkChange;
import taproot.daemon.log.SinkState;
import taproot.daemon.metrics.Counters;
import taproot.daemon.metrics.SinkStatus;

/**
 * One sink at work: decides when the next batch is due and has it dispatched, does in between what it is asked for, and so
 * on for ever. It has a thread of its own, on which everything may block; nothing in the daemon waits for it, and all it
 * holds in memory is one batch.
 */
final class SinkRunner implements Runnable, Attempts.Mode {
    private static final Logger LOG = LoggerFactory.getLogger(SinkRunner.class);

    private static final Duration LONG = Duration.ofMinutes(1);
    private static final Duration LOG_PAUSE = Duration.ofMillis(200);

    private final SinkDefinition definition;
    private final Path stateDirectory;
    private final CommandLog log;
    private final Counters counters;
    private final SinkConnection connection;
    private final SinkProgress progress;
    private final Bell bell = new Bell();
    private final Queue<Request> requests = new ConcurrentLinkedQueue<>();
    private final Dispatch dispatch;
    private final Aside aside;

    // The sink's own thread only.
    private @Nullable SinkCursor cursor;
    private boolean over;

    private volatile boolean paused;
    private volatile boolean draining;
    /** The head from which on a commit is worth waking up for. */
    private volatile long wakeAt;

    // The log's writer only.
    private long committed;

    /** Something somebody wants of the sink, done on its thread between two attempts. */
    private record Request(Action action, CompletableFuture<Long> done) {}

    /** What it is, with the cursor as it stands; answers where it stands then. */
    private interface Action {
        long run(SinkCursor here) throws LogException, InterruptedException;
    }

    SinkRunner(
            SinkDefinition definition,
            String installation,
            Path stateDirectory,
            CommandLog log,
            FlushGate gate,
            SinkConnection connection,
            Counters counters) {
        this.definition = definition;
        this.stateDirectory = stateDirectory;
        this.log = log;
        this.counters = counters;
        this.connection = connection;
        progress = new SinkProgress(definition.name(), definition.factory().type());
        aside = new Aside(definition);
        dispatch = new Dispatch(
                definition,
                installation,
                () -> new Attempts(definition, connection, gate, bell, progress, this),
                aside,
                progress,
                counters);
    }

    // From any thread.

    /** To be called for each commit, by the log's writer. */
    void committed(long head) {
        if (head >= wakeAt || head < committed) { // It only goes back when the database was replaced.
            wakeAt = Long.MAX_VALUE;
            bell.ring();
        }
        committed = head;
    }

    /** From now on nothing is waited for; the thread ends when all is delivered, or something fails. */
    void drain() {
        draining = true;
        bell.ring();
    }

    SinkStatus status() {
        return progress.status(log.status().head(), connection.figures());
    }

    CompletionStage<Long> pause(boolean rest) {
        String logId = log.status().logId();
        if (logId == null) {
            return CompletableFuture.failedStage(new IllegalStateException("the log is not open yet: try again"));
        }
        return log.store(new SinkChange.Pause(logId, definition.name(), rest)).thenCompose(_ -> {
            paused = rest;
            return request(here -> here.state().cursor());
        });
    }

    CompletionStage<Long> resend() {
        return request(here -> {
            here.resendAside();
            aside.recall();
            return here.state().cursor();
        });
    }

    CompletionStage<Long> discard() {
        return request(here -> {
            here.discardAside();
            SinkState.Frozen frozen = here.state().frozen();
            if (frozen != null && frozen.round() > 0) {
                here.progress(here.state().with(null), List.of(), List.of());
                dispatch.forget();
            }
            aside.look(here);
            return here.state().cursor();
        });
    }

    /** Sends again what comes after {@code seq}; further than the sink is there is nothing to send again. */
    CompletionStage<Long> backfill(long seq) {
        return request(here -> rewind(here, Math.max(seq, here.before(Instant.EPOCH))));
    }

    CompletionStage<Long> backfill(Instant from) {
        return request(here -> rewind(here, here.before(from)));
    }

    private CompletionStage<Long> request(Action action) {
        CompletableFuture<Long> done = new CompletableFuture<>();
        requests.add(new Request(action, done));
        bell.ring();
        return done.minimalCompletionStage();
    }

    @Override
    public boolean isToLeave() {
        return paused || !requests.isEmpty();
    }

    @Override
    public boolean isDraining() {
        return draining;
    }

    // The sink's own thread.

    @Override
    public void run() {
        try {
            while (!over) {
                round();
            }
        } catch (InterruptedException e) {
            LOG.info("The sink {} was stopped in the middle of something; it is done again", definition.name());
        } finally {
            progress.is(SinkStatus.State.STOPPED);
            dispatch.close();
            connection.close();
            closeCursor();
            LogException closed = new LogException(LogException.Kind.CLOSED, "the daemon stops");
            requests.forEach(request -> request.done().completeExceptionally(closed));
        }
    }

    private void round() throws InterruptedException {
        long heard = bell.rings();
        try {
            work(heard);
        } catch (LogException e) {
            progress.note(String.valueOf(e.getMessage()));
            closeCursor();
            over = draining;
            bell.await(heard, LOG_PAUSE.toNanos());
        } catch (RuntimeException | LinkageError e) {
            counters.defect("running a sink", e);
            progress.note("a defect of Taproot's: " + e);
            closeCursor();
            over = draining;
            bell.await(heard, LONG.toNanos());
        }
    }

    /** @param heard what was rung before; whatever is asked for after that ends a rest */
    private void work(long heard) throws LogException, InterruptedException {
        SinkCursor here = openCursor();
        if (here == null) {
            over = draining;
            bell.await(heard, LOG_PAUSE.toNanos());
            return;
        }
        serveRequests(here);
        connection.lookAtFigures();
        if (paused) {
            over = draining;
            rest(SinkStatus.State.PAUSED, heard, LONG);
        } else if (here.state().frozen() != null) {
            sent(dispatch.sendStored(here, here.state().frozen()));
        } else if (!draining && aside.isDue()) {
            sendAside(here);
        } else if (aside.isFull()) {
            progress.note("has set " + aside.count()
                    + " records aside, as many as are kept: send them again (sinks resend) or give"
                    + " them up (sinks discard)");
            over = draining;
            rest(SinkStatus.State.BLOCKED, heard, LONG);
        } else if (isDue(here, heard)) {
            sent(dispatch.sendNext(here));
        }
    }

    /** Null while the log is not open. A cursor is only good for the log it was made with. */
    private @Nullable SinkCursor openCursor() throws LogException {
        String logId = log.status().logId();
        if (cursor != null && !cursor.logId().equals(logId)) {
            LOG.info("The sink {} reads another log now: the database was replaced", definition.name());
            closeCursor();
        }
        if (cursor == null && logId != null) {
            SinkCursor opened = SinkCursor.open(definition.name(), stateDirectory, log);
            cursor = opened;
            paused = opened.state().paused();
            aside.look(opened);
            progress.stands(opened.state(), aside.count());
        }
        return cursor;
    }

    private void closeCursor() {
        try {
            if (cursor != null) {
                cursor.close();
            }
        } catch (LogException e) {
            LOG.debug("while closing the cursor of {}: {}", definition.name(), e.toString());
        }
        cursor = null;
        dispatch.forget();
    }

    private void serveRequests(SinkCursor here) throws LogException, InterruptedException {
        for (Request request = requests.peek(); request != null; request = requests.peek()) {
            try {
                long answer = request.action().run(here);
                progress.stands(here.state(), aside.count()); // Who has been answered sees it done.
                request.done().complete(answer);
            } catch (IllegalArgumentException e) {
                request.done().completeExceptionally(e);
            }
            requests.poll(); // Not before: it is served again if the log failed.
        }
    }

    private long rewind(SinkCursor here, long to) throws LogException, InterruptedException {
        if (to > here.state().cursor()) {
            throw new IllegalArgumentException("expected a place the sink has passed, at most seq "
                    + (here.state().cursor() + 1) + ", got one that it will come to by itself, seq " + (to + 1));
        }
        here.progress(here.state().at(to), List.of(), List.of());
        dispatch.forget();
        progress.oldest(null);
        return to;
    }

    /** Whether the next batch is to be sent: because of its size, its age, or because there is no later. Else rests. */
    private boolean isDue(SinkCursor here, long heard) throws LogException, InterruptedException {
        wakeAt = here.state().cursor() + 1; // Before the head is looked at: a commit after the look rings.
        long head = log.status().head();
        long waiting = head - here.state().cursor();
        if (waiting <= 0) {
            progress.oldest(null);
            over = draining;
            rest(SinkStatus.State.IDLE, heard, LONG);
            return false;
        }
        if (progress.oldest() == null) {
            progress.oldest(here.oldest());
        }
        Instant oldest = progress.oldest();
        if (oldest == null || draining || waiting >= definition.batchRecords()) {
            return true;
        }
        Duration left = definition.batchAge().minus(SinkProgress.age(oldest));
        if (left.compareTo(Duration.ZERO) <= 0
                || here.bytesWaiting(definition.batchRecords()) >= definition.batchBytes()) {
            return true;
        }
        wakeAt = head + Math.max(1, definition.batchRecords() / 8);
        if (log.status().head() < wakeAt) {
            rest(SinkStatus.State.IDLE, heard, left);
        }
        return false;
    }

    private void rest(SinkStatus.State state, long heard, Duration atMost) throws InterruptedException {
        progress.is(state);
        if (draining) {
            return;
        }
        bell.await(heard, aside.rest(atMost.toNanos()));
    }

    private void sendAside(SinkCursor here) throws LogException, InterruptedException {
        List<SetAside> waiting = here.waitingAside(definition.batchRecords());
        if (waiting.isEmpty()) {
            aside.leaveAlone();
        } else {
            sent(dispatch.sendAside(here, waiting));
        }
    }

    /** @param arrived false if somebody wants something else */
    private void sent(boolean arrived) {
        over = draining && !arrived;
    }
}
