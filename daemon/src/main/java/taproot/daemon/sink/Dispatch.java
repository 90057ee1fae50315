package taproot.daemon.sink;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import taproot.daemon.log.LogException;
import taproot.daemon.log.SetAside;
import taproot.daemon.log.SinkState;
import taproot.daemon.metrics.Counter;
import taproot.daemon.metrics.Counters;

/**
 * The way of one batch: it is stored what the batch is, its parts are delivered, it is stored that they are there. A crash
 * at any point leaves either no batch or one that is stored, and then the same is sent again. For the sink's own thread; the
 * parts of a batch have threads of their own, which are gone when a method returns.
 */
final class Dispatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Dispatch.class);

    private final SinkDefinition definition;
    private final String installation;
    private final Supplier<Attempts> attempts;
    private final Aside aside;
    private final SinkProgress progress;
    private final Counters counters;
    private final ExecutorService lanes;

    /** The one that is stored, if this daemon has tried it before. */
    private @Nullable Shipment shipment;

    private boolean missing;

    /** @param attempts makes one for each part of a batch */
    Dispatch(
            SinkDefinition definition,
            String installation,
            Supplier<Attempts> attempts,
            Aside aside,
            SinkProgress progress,
            Counters counters) {
        this.definition = definition;
        this.installation = installation;
        this.attempts = attempts;
        this.aside = aside;
        this.progress = progress;
        this.counters = counters;
        lanes = Executors.newThreadPerTaskExecutor(Thread.ofPlatform()
                .daemon()
                .name("sink-" + definition.name() + "-part-", 0)
                .factory());
    }

    /**
     * What comes after the cursor. Reads only when there is a slot: until then the batch grows, in the log.
     *
     * @return false if it is stored but not there, because somebody wants something else
     */
    boolean sendNext(SinkCursor here) throws LogException, InterruptedException {
        FlushGate.Turn slot = attempts.get().slot();
        if (slot == null) {
            return true;
        }
        try {
            SinkCursor.Stretch stretch = here.read(definition.batchRecords(), definition.batchBytes());
            SinkState state = here.state();
            if (stretch.isEmpty()) {
                announce(stretch.missing(), state.cursor(), stretch.upTo());
                here.progress(state.at(stretch.upTo()).plus(0, stretch.missing(), 0), List.of(), List.of());
                settle(here);
                return true;
            }
            SinkState.Frozen frozen = new SinkState.Frozen(
                    state.cursor() + 1, stretch.upTo(), stretch.records().size(), definition.parts(), 0);
            here.progress(state.with(frozen), List.of(), List.of());
            return send(here, shipment(frozen, stretch, here, false), slot);
        } finally {
            slot.leave();
        }
    }

    /** What was set aside and is to be sent again makes a batch of its own, which has its own number. */
    boolean sendAside(SinkCursor here, List<SetAside> waiting) throws LogException, InterruptedException {
        long round = here.state().rounds() + 1;
        List<SetAside> again = waiting.stream()
                .map(one -> new SetAside(
                        one.seq(), one.key(), true, one.reason(), one.at(), one.attempts() + 1, round, one.json()))
                .toList();
        SinkState.Frozen frozen = new SinkState.Frozen(
                again.getFirst().seq(), again.getLast().seq(), again.size(), definition.parts(), round);
        here.progress(here.state().plus(0, 0, 1).with(frozen), again, List.of());
        return send(here, shipment(frozen, here.read(frozen), here, false), null);
    }

    /** A batch that was stored before: by this daemon, which was called away, or by one that did not live to finish it. */
    boolean sendStored(SinkCursor here, SinkState.Frozen frozen) throws LogException, InterruptedException {
        Shipment known = shipment;
        if (known != null) {
            known.mayHaveArrived();
        }
        return send(here, known != null ? known : shipment(frozen, here.read(frozen), here, true), null);
    }

    /** What is stored is not what was tried any more. */
    void forget() {
        shipment = null;
    }

    private Shipment shipment(SinkState.Frozen frozen, SinkCursor.Stretch stretch, SinkCursor here, boolean uncertain) {
        Shipment made = Shipment.of(frozen, stretch, installation, here.logId(), definition.name(), uncertain);
        shipment = made;
        return made;
    }

    private boolean send(SinkCursor here, Shipment sent, FlushGate.@Nullable Turn slot)
            throws LogException, InterruptedException {
        progress.about(sent.id());
        List<Attempts.Part> left = sent.left();
        if (left.size() == 1) {
            sent.arrived(left.getFirst(), attempts.get().deliver(left.getFirst(), slot));
        } else {
            deliverAtOnce(sent, left, slot);
        }
        if (!sent.isComplete()) {
            return false;
        }
        finish(here, sent);
        return true;
    }

    private void deliverAtOnce(Shipment sent, List<Attempts.Part> left, FlushGate.@Nullable Turn slot)
            throws InterruptedException {
        List<Future<List<Delivery.Refusal>>> parts = new ArrayList<>();
        FlushGate.Turn held = slot;
        for (Attempts.Part part : left) {
            FlushGate.Turn first = held;
            held = null;
            Callable<@Nullable List<Delivery.Refusal>> delivery =
                    () -> attempts.get().deliver(part, first);
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
            aside.changed(here, !gone.isEmpty());
        }
        aside.rested();
        counters.add(Counter.SINK_RECORDS_DELIVERED, delivered);
        settle(here);
    }

    private void settle(SinkCursor here) {
        shipment = null;
        progress.about(null);
        progress.stands(here.state(), aside.count());
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

    @Override
    public void close() {
        lanes.shutdownNow();
    }
}
