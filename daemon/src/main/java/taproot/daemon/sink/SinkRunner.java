package taproot.daemon.sink;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import taproot.daemon.log.CommandLog;
import taproot.daemon.log.LogException;
import taproot.daemon.log.SetAside;
import taproot.daemon.log.SinkChange;
import taproot.daemon.log.SinkState;
import taproot.daemon.metrics.Counter;
import taproot.daemon.metrics.Counters;
import taproot.daemon.metrics.SinkStatus;

/**
 * One sink at work: reads the log from its cursor, stores what the next batch is, delivers it, stores the cursor, and so
 * on for ever. It has a thread of its own, on which everything may block; nothing in the daemon waits for it, and all it
 * holds in memory is one batch.
 */
final class SinkRunner implements Runnable, Attempts.Mode {
    private static final Logger LOG = LoggerFactory.getLogger(SinkRunner.class);

    /** As many records may be set aside; who refuses more refuses everything, and that is no matter of single records. */
    private static final int MOST_ASIDE = 10_000;

    private static final Duration LONG = Duration.ofMinutes(1);
    private static final Duration LOG_PAUSE = Duration.ofMillis(200);

    private final SinkDefinition definition;
    private final String installation;
    private final Path stateDirectory;
    private final CommandLog log;
    private final FlushGate gate;
    private final Counters counters;
    private final SinkConnection connection;
    private final SinkProgress progress;
    private final Bell bell = new Bell();
    private final Queue<Request> requests = new ConcurrentLinkedQueue<>();
    private final ExecutorService lanes;
    private final Backoff asidePauses;

    // The sink's own thread only.
    private @Nullable SinkCursor cursor;
    private @Nullable Shipment shipment;
    private long aside;
    private boolean asideWaiting;
    private long asideAt;
    private boolean missing;
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
        this.installation = installation;
        this.stateDirectory = stateDirectory;
        this.log = log;
        this.gate = gate;
        this.counters = counters;
        this.connection = connection;
        progress = new SinkProgress(definition.name(), definition.factory().type());
        lanes = Executors.newThreadPerTaskExecutor(Thread.ofPlatform()
                .daemon()
                .name("sink-" + definition.name() + "-part-", 0)
                .factory());
        asidePauses = new Backoff(definition.retryFirst(), definition.retryLongest(), new SplittableRandom());
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
            asideWaiting = true;
            asideAt = System.nanoTime();
            return here.state().cursor();
        });
    }

    CompletionStage<Long> discard() {
        return request(here -> {
            here.discardAside();
            if (shipment != null && shipment.frozen().round() > 0) {
                here.progress(here.state().with(null), List.of(), List.of());
                shipment = null;
            }
            countAside(here);
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
            lanes.shutdownNow();
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
            sendStored(here, here.state().frozen());
        } else if (isAsideDue()) {
            sendAside(here);
        } else if (aside >= MOST_ASIDE) {
            progress.note(
                    "has set " + aside + " records aside, as many as are kept: send them again (sinks resend) or give"
                            + " them up (sinks discard)");
            over = draining;
            rest(SinkStatus.State.BLOCKED, heard, LONG);
        } else if (isDue(here, heard)) {
            sendNext(here);
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
            countAside(opened);
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
        shipment = null;
    }

    private void countAside(SinkCursor here) throws LogException {
        aside = here.countAside();
        asideWaiting = aside > 0 && !here.waitingAside(1).isEmpty();
        progress.stands(here.state(), aside);
    }

    private void serveRequests(SinkCursor here) throws LogException, InterruptedException {
        for (Request request = requests.peek(); request != null; request = requests.peek()) {
            try {
                request.done().complete(request.action().run(here));
            } catch (IllegalArgumentException e) {
                request.done().completeExceptionally(e);
            }
            requests.poll(); // Not before: it is served again if the log failed.
        }
        progress.stands(here.state(), aside);
    }

    private long rewind(SinkCursor here, long to) throws LogException, InterruptedException {
        if (to > here.state().cursor()) {
            throw new IllegalArgumentException("expected a place the sink has passed, at most seq "
                    + (here.state().cursor() + 1) + ", got one that it will come to by itself, seq " + (to + 1));
        }
        here.progress(here.state().at(to), List.of(), List.of());
        shipment = null;
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
        long nanos = atMost.toNanos();
        bell.await(heard, asideWaiting ? Math.clamp(asideAt - System.nanoTime(), 1, nanos) : nanos);
    }

    /** Reads only when there is a slot: until then the batch grows, in the log. */
    private void sendNext(SinkCursor here) throws LogException, InterruptedException {
        FlushGate.Turn slot = attempts().slot();
        if (slot == null) {
            return;
        }
        try {
            SinkCursor.Stretch stretch = here.read(definition.batchRecords(), definition.batchBytes());
            SinkState state = here.state();
            if (stretch.isEmpty()) {
                announce(stretch.missing(), state.cursor(), stretch.upTo());
                here.progress(state.at(stretch.upTo()).plus(0, stretch.missing(), 0), List.of(), List.of());
                settle(here);
                return;
            }
            SinkState.Frozen frozen = new SinkState.Frozen(
                    state.cursor() + 1, stretch.upTo(), stretch.records().size(), definition.parts(), 0);
            here.progress(state.with(frozen), List.of(), List.of());
            send(here, shipment(frozen, stretch, here, false), slot);
        } finally {
            slot.leave();
        }
    }

    private boolean isAsideDue() {
        return asideWaiting && (asideAt - System.nanoTime() <= 0 || draining);
    }

    /** Those that are to be sent again make a batch of their own, which has its own number. */
    private void sendAside(SinkCursor here) throws LogException, InterruptedException {
        List<SetAside> waiting = here.waitingAside(definition.batchRecords());
        if (waiting.isEmpty() || draining) {
            asideWaiting = false;
            return;
        }
        long round = here.state().rounds() + 1;
        List<SetAside> again = waiting.stream()
                .map(one -> new SetAside(
                        one.seq(), one.key(), true, one.reason(), one.at(), one.attempts() + 1, round, one.json()))
                .toList();
        SinkState.Frozen frozen = new SinkState.Frozen(
                again.getFirst().seq(), again.getLast().seq(), again.size(), definition.parts(), round);
        here.progress(here.state().plus(0, 0, 1).with(frozen), again, List.of());
        send(here, shipment(frozen, here.read(frozen), here, false), null);
    }

    /** A batch that was stored before: by this runner, which was called away, or by one that did not live to finish it. */
    private void sendStored(SinkCursor here, SinkState.Frozen frozen) throws LogException, InterruptedException {
        Shipment known = shipment;
        if (known != null) {
            known.mayHaveArrived();
        }
        send(here, known != null ? known : shipment(frozen, here.read(frozen), here, true), null);
    }

    private Shipment shipment(SinkState.Frozen frozen, SinkCursor.Stretch stretch, SinkCursor here, boolean uncertain) {
        Shipment made = Shipment.of(frozen, stretch, installation, here.logId(), definition.name(), uncertain);
        shipment = made;
        return made;
    }

    private void send(SinkCursor here, Shipment sent, FlushGate.@Nullable Turn slot)
            throws LogException, InterruptedException {
        progress.about(sent.id());
        List<Attempts.Part> left = sent.left();
        if (left.size() == 1) {
            sent.arrived(left.getFirst(), attempts().deliver(left.getFirst(), slot));
        } else {
            deliverAtOnce(sent, left, slot);
        }
        if (sent.isComplete()) {
            finish(here, sent);
        } else {
            over = draining;
        }
    }

    private void deliverAtOnce(Shipment sent, List<Attempts.Part> left, FlushGate.@Nullable Turn slot)
            throws InterruptedException {
        List<Future<List<Delivery.Refusal>>> parts = new ArrayList<>();
        FlushGate.Turn held = slot;
        for (Attempts.Part part : left) {
            FlushGate.Turn first = held;
            held = null;
            Callable<@Nullable List<Delivery.Refusal>> delivery =
                    () -> attempts().deliver(part, first);
            parts.add(lanes.submit(delivery));
        }
        for (int i = 0; i < parts.size(); i++) {
            try {
                sent.arrived(left.get(i), parts.get(i).get());
            } catch (ExecutionException e) {
                throw new IllegalStateException(Objects.requireNonNullElse(e.getCause(), e));
            }
        }
    }

    private void finish(SinkCursor here, Shipment sent) throws LogException, InterruptedException {
        List<SetAside> setAside = sent.aside();
        SinkState state = here.state();
        long delivered = sent.records() - setAside.size();
        List<Long> gone = new ArrayList<>();
        if (sent.frozen().round() == 0) {
            announce(sent.missing(), state.cursor(), sent.frozen().last());
            state = state.at(sent.frozen().last()).plus(delivered, sent.missing(), 0);
        } else {
            state = state.with(null).plus(delivered, 0, 0);
            gone.addAll(sent.seqs());
            setAside.forEach(kept -> gone.remove(kept.seq()));
        }
        here.progress(state, setAside, gone);
        progress.delivered();
        setAside.forEach(one -> LOG.warn(
                "The sink {} has set seq {} aside, {}: {}", definition.name(), one.seq(), one.key(), one.reason()));
        if (!setAside.isEmpty() || !gone.isEmpty()) {
            counters.add(Counter.SINK_RECORDS_SET_ASIDE, sent.frozen().round() == 0 ? setAside.size() : 0);
            countAside(here);
            asideAt =
                    System.nanoTime() + (gone.isEmpty() ? asidePauses.next(null).toNanos() : 0);
        }
        if (!asideWaiting) {
            asidePauses.succeeded();
        }
        counters.add(Counter.SINK_RECORDS_DELIVERED, delivered);
        settle(here);
    }

    private void settle(SinkCursor here) {
        shipment = null;
        progress.about(null);
        progress.stands(here.state(), aside);
        progress.oldest(null);
    }

    /** Once for each time, however many batches it takes to get over it. */
    private void announce(long gone, long after, long upTo) {
        if (gone > 0) {
            counters.add(Counter.SINK_RECORDS_MISSED, gone);
            if (!missing) {
                LOG.warn(
                        "The sink {} misses {} records between seq {} and {}, and perhaps more behind them: they were removed"
                                + " before it had read them (sinks.hold_age, sinks.hold_size)",
                        definition.name(),
                        gone,
                        after + 1,
                        upTo);
            }
        }
        missing = gone > 0;
    }

    private Attempts attempts() {
        return new Attempts(definition, connection, gate, bell, progress, this);
    }
}
