package taproot.daemon.sink;

import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import taproot.daemon.metrics.SinkStatus;

/**
 * One part of a batch on its way: attempt after attempt, each in a slot of the flush gate, until it is there or somebody
 * wants something else. For one thread.
 */
final class Attempts {
    private static final Duration LONG = Duration.ofMinutes(1);

    private final SinkConnection connection;
    private final FlushGate gate;
    private final Bell bell;
    private final SinkProgress progress;
    private final Mode mode;
    private final Backoff backoff;

    /** What the daemon wants of a sink at the moment. Asked from several threads. */
    interface Mode {
        /** Whether a sink is to leave off between two attempts. */
        boolean isToLeave();

        /** Whether the daemon stops: no waiting any more, neither for a slot nor for another attempt. */
        boolean isDraining();
    }

    /** Records of one key range of a batch that is stored. */
    record Part(Batch.Id id, List<SinkRecord> records, boolean uncertain) {}

    Attempts(
            SinkDefinition definition,
            SinkConnection connection,
            FlushGate gate,
            Bell bell,
            SinkProgress progress,
            Mode mode) {
        this.connection = connection;
        this.gate = gate;
        this.bell = bell;
        this.progress = progress;
        this.mode = mode;
        backoff = new Backoff(definition.retryFirst(), definition.retryLongest(), new SplittableRandom());
    }

    /** Waits for a slot; null if somebody wants something else first. */
    FlushGate.@Nullable Turn slot() throws InterruptedException {
        if (mode.isDraining()) {
            return gate.bypass();
        }
        progress.is(SinkStatus.State.WAITING);
        FlushGate.Turn turn = gate.lineUp();
        try {
            while (true) {
                CompletableFuture<Boolean> inside = turn.inside().toCompletableFuture();
                inside.thenRun(bell::ring);
                await(inside::isDone, LONG.multipliedBy(60));
                if (!inside.isDone()) {
                    turn.leave();
                    return mode.isDraining() ? gate.bypass() : null;
                }
                if (inside.join()) {
                    return turn;
                }
                progress.slow(true);
                turn = turn.again();
            }
        } catch (InterruptedException e) {
            turn.leave();
            throw e;
        }
    }

    /**
     * Delivers a part.
     *
     * @param slot one that is held already; it is given back
     * @return what was refused; null if somebody wants something else first
     */
    @Nullable
    List<Delivery.Refusal> deliver(Part part, FlushGate.@Nullable Turn slot) throws InterruptedException {
        boolean uncertain = part.uncertain();
        FlushGate.Turn turn = slot;
        for (int attempt = 1; ; attempt++) {
            if (turn == null) {
                turn = slot();
                if (turn == null) {
                    return null;
                }
            }
            switch (attempt(new Batch(part.id(), attempt, uncertain, part.records()), turn)) {
                case Delivery.Delivered _ -> {
                    return List.of();
                }
                case Delivery.Refused refused -> {
                    return refused.refusals();
                }
                case Delivery.Failed failed -> {
                    progress.failed(failed.reason());
                    pause(failed.pause());
                }
                case Delivery.Unknown unknown -> {
                    progress.unknown(unknown.reason());
                    uncertain = true;
                    pause(null);
                }
            }
            turn = null;
            if (mode.isToLeave() || mode.isDraining()) {
                return null;
            }
        }
    }

    private Delivery attempt(Batch batch, FlushGate.Turn turn) throws InterruptedException {
        progress.is(SinkStatus.State.DELIVERING);
        try {
            Delivery delivery = connection.deliver(batch);
            if (delivery instanceof Delivery.Delivered || delivery instanceof Delivery.Refused) {
                turn.succeeded();
            }
            return delivery;
        } finally {
            turn.leave();
        }
    }

    private void pause(@Nullable Duration wanted) throws InterruptedException {
        if (mode.isDraining()) {
            return;
        }
        progress.is(SinkStatus.State.RETRYING);
        await(() -> false, backoff.next(wanted));
    }

    /** Waits until it holds, the time is over, or somebody wants something else. */
    private void await(BooleanSupplier condition, Duration atMost) throws InterruptedException {
        long until = System.nanoTime() + atMost.toNanos();
        while (true) {
            long heard = bell.rings();
            long left = until - System.nanoTime();
            if (condition.getAsBoolean() || mode.isToLeave() || mode.isDraining() || left <= 0) {
                return;
            }
            bell.await(heard, left);
        }
    }
}
