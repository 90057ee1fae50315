package taproot.daemon.sink;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import taproot.daemon.metrics.GateFigures;

/**
 * Lets at most so many flushes happen at once, over all sinks and all parts of each, first come first served among those
 * that are still waiting. No thread ever waits in it, and no turn, whatever becomes of its owner, stands in the way of
 * another.
 *
 * <p>Everything anybody wants of the gate is an entry in one queue: to line up, to leave, to be let go because its patience
 * is over, to change the number of slots. Whoever finds the queue unattended works it off until it is empty; the others
 * put their entry in and go. So the line, the number inside and the state of each turn are only ever touched by one thread
 * at a time, and no order of events is special: a turn that leaves is taken out of the line if it stands there, or gives
 * its slot back if it has one, or does nothing if it has left before. A slot cannot be granted to somebody who is gone, and
 * what was granted to somebody who goes at the same moment comes back with his leaving.
 *
 * <p>The line is ordered by number of arrival. Who lost patience and lines up again keeps his number: with a new one, a sink
 * whose patience always ends just before a slot comes free would wait for ever.
 */
final class FlushGate {
    /** As many flushes make up the picture of what is usual. */
    private static final int REMEMBERED = 64;

    private static final Duration LEAST_PATIENCE = Duration.ofSeconds(1);

    /** Where a turn is. */
    private enum Place {
        NEW,
        WAITING,
        INSIDE,
        GONE
    }

    /** Something somebody wants; what has to be told to whom is told later, when the queue is left. */
    private interface Entry {
        void apply(List<Runnable> later);
    }

    private final ScheduledExecutorService timer;
    private final LongSupplier nanoTime;
    private final Queue<Entry> entries = new ConcurrentLinkedQueue<>();
    private final AtomicInteger unattended = new AtomicInteger();
    private final AtomicLong arrivals = new AtomicLong();

    // Touched by whoever works off the queue, one at a time.
    private final TreeMap<Long, Turn> line = new TreeMap<>();
    private final long[] flushNanos = new long[REMEMBERED];
    private long flushes;

    // Written by the same, read by any.
    private volatile int slots;
    private volatile int inside;
    private volatile int waiting;
    private volatile Duration patience = LEAST_PATIENCE;

    private final AtomicInteger bypassing = new AtomicInteger();
    private final LongAdder timeouts = new LongAdder();
    private final LongAdder bypasses = new LongAdder();
    private final LongAdder waitNanos = new LongAdder();
    private final LongAdder[] waits = new LongAdder[GateFigures.WAIT_BOUNDS.size() + 1];

    /** @param timer runs what takes no time: the end of somebody's patience */
    FlushGate(int slots, ScheduledExecutorService timer) {
        this(slots, timer, System::nanoTime);
    }

    FlushGate(int slots, ScheduledExecutorService timer, LongSupplier nanoTime) {
        this.slots = requirePositive(slots);
        this.timer = timer;
        this.nanoTime = nanoTime;
        Arrays.setAll(waits, _ -> new LongAdder());
    }

    private static int requirePositive(int slots) {
        if (slots < 1) {
            throw new IllegalArgumentException("a gate has at least one slot, got " + slots);
        }
        return slots;
    }

    /** Changes the number of slots: more are granted at once, fewer as they are given back. */
    void resize(int newSlots) {
        requirePositive(newSlots);
        enter(_ -> slots = newSlots);
    }

    /** Lines up for as long as somebody has patience here. */
    Turn lineUp() {
        return lineUp(arrivals.incrementAndGet(), patience);
    }

    /** The same for a while of one's own choice. */
    Turn lineUp(Duration atMost) {
        return lineUp(arrivals.incrementAndGet(), atMost);
    }

    private Turn lineUp(long number, Duration atMost) {
        Turn turn = new Turn(number);
        enter(_ -> {
            turn.place = Place.WAITING;
            line.put(number, turn);
        });
        turn.waitAtMost(atMost);
        return turn;
    }

    /** For who may not wait any more: he is inside at once, one too many, and counted. */
    Turn bypass() {
        Turn turn = new Turn(arrivals.incrementAndGet());
        turn.bypassing = true;
        turn.place = Place.INSIDE;
        turn.since = nanoTime.getAsLong();
        bypasses.increment();
        bypassing.incrementAndGet();
        turn.outcome.complete(true);
        return turn;
    }

    /**
     * {@code flush} as soon as there is a slot for it, however long that takes; the slot comes back however it ends,
     * cancelled included.
     */
    <T> Mono<T> through(Mono<T> flush) {
        return Mono.defer(() -> {
            Turn turn = lineUp(Duration.ZERO);
            // Who is cancelled at the moment he is let in either leaves before the flush begins, or the flush is to end
            // first.
            AtomicBoolean decided = new AtomicBoolean();
            Mono<T> begun = flush.doOnSuccess(_ -> turn.succeeded()).doFinally(_ -> turn.leave());
            return Mono.fromFuture(turn.inside().toCompletableFuture(), true)
                    .flatMap(_ -> decided.compareAndSet(false, true) ? begun : Mono.empty())
                    .doOnCancel(() -> {
                        if (decided.compareAndSet(false, true)) {
                            turn.leave();
                        }
                    });
        });
    }

    /** How long to wait for a slot before it is worth saying: the median of the last successful flushes, or a second. */
    Duration patience() {
        return patience;
    }

    GateFigures figures() {
        return new GateFigures(
                slots,
                inside + bypassing.get(),
                waiting,
                Arrays.stream(waits).map(LongAdder::sum).toList(),
                Duration.ofNanos(waitNanos.sum()),
                timeouts.sum(),
                bypasses.sum(),
                patience);
    }

    private void enter(Entry entry) {
        entries.add(entry);
        if (unattended.getAndIncrement() != 0) {
            return; // Whoever is at it will find it.
        }
        List<Runnable> later = new ArrayList<>();
        int seen = 1;
        do {
            for (Entry next = entries.poll(); next != null; next = entries.poll()) {
                next.apply(later);
                letIn(later);
            }
            seen = unattended.addAndGet(-seen);
        } while (seen != 0);
        // What somebody does when he is let in is not to keep others from the gate.
        later.forEach(Runnable::run);
    }

    private void letIn(List<Runnable> later) {
        while (inside < slots && !line.isEmpty()) {
            Turn turn = line.pollFirstEntry().getValue();
            turn.place = Place.INSIDE;
            turn.since = nanoTime.getAsLong();
            inside++;
            long nanos = turn.since - turn.arrived;
            waitNanos.add(nanos);
            waits[classOf(nanos)].increment();
            later.add(() -> turn.outcome.complete(true));
        }
        waiting = line.size();
    }

    private static int classOf(long nanos) {
        int i = 0;
        while (i < GateFigures.WAIT_BOUNDS.size()
                && nanos >= GateFigures.WAIT_BOUNDS.get(i).toNanos()) {
            i++;
        }
        return i;
    }

    private void remember(long nanos) {
        flushNanos[(int) (flushes++ % REMEMBERED)] = nanos;
        long[] known = Arrays.copyOf(flushNanos, (int) Math.min(flushes, REMEMBERED));
        Arrays.sort(known);
        Duration median = Duration.ofNanos(known[known.length / 2]);
        patience = median.compareTo(LEAST_PATIENCE) > 0 ? median : LEAST_PATIENCE;
    }

    /** Somebody's place in the line, and then his slot. To be left, always, and as often as one likes. */
    final class Turn {
        private final long number;
        private final long arrived = nanoTime.getAsLong();
        private final CompletableFuture<Boolean> outcome = new CompletableFuture<>();
        private volatile @Nullable ScheduledFuture<?> end;
        private volatile boolean succeeded;
        private boolean bypassing;
        // Touched by whoever works off the queue.
        private Place place = Place.NEW;
        private long since;

        private Turn(long number) {
            this.number = number;
        }

        private void waitAtMost(Duration atMost) {
            if (!atMost.isZero() && !outcome.isDone()) {
                end = timer.schedule(this::losePatience, atMost.toNanos(), TimeUnit.NANOSECONDS);
            }
        }

        /** The patience is over: leaves the line, unless there was a slot first. */
        void losePatience() {
            enter(later -> {
                if (place == Place.WAITING) {
                    line.remove(number);
                    place = Place.GONE;
                    timeouts.increment();
                    later.add(() -> outcome.complete(false));
                }
            });
        }

        /** Completes with true when there is a slot, with false when the patience is over and the line is left. */
        CompletionStage<Boolean> inside() {
            return outcome.minimalCompletionStage();
        }

        /** Lines up again after the patience was over, before all who came later. */
        Turn again() {
            return lineUp(number, patience);
        }

        /** To be said before leaving: the flush succeeded, so its duration is one that others may expect. */
        void succeeded() {
            succeeded = true;
        }

        /** Leaves the line or gives the slot back, whatever there is to leave. */
        void leave() {
            ScheduledFuture<?> timeout = end;
            if (timeout != null) {
                timeout.cancel(false);
            }
            enter(_ -> {
                switch (place) {
                    case NEW, GONE -> {}
                    case WAITING -> line.remove(number);
                    case INSIDE -> goOut();
                }
                place = Place.GONE;
            });
        }

        private void goOut() {
            if (bypassing) {
                bypassing = false;
                FlushGate.this.bypassing.decrementAndGet();
            } else {
                inside--;
            }
            if (succeeded) {
                remember(nanoTime.getAsLong() - since);
            }
        }
    }
}
