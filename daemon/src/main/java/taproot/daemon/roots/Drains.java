package taproot.daemon.roots;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * Collects the roots whose commands have ended and whose children may still have lines in socket buffers, and has
 * everything that git has sent read for all of them together. One drain is under way at a time, however many ask.
 */
final class Drains {
    interface Drained {
        void done(RootId id, long until);
    }

    private final Roots.Clock clock;
    private final Consumer<Runnable> drain;
    private final Drained drained;
    private final ConcurrentLinkedQueue<RootId> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean underWay = new AtomicBoolean();

    Drains(Roots.Clock clock, Consumer<Runnable> drain, Drained drained) {
        this.clock = clock;
        this.drain = drain;
        this.drained = drained;
    }

    void want(RootId id) {
        waiting.add(id);
        startIfIdle();
    }

    private void startIfIdle() {
        if (waiting.isEmpty() || !underWay.compareAndSet(false, true)) {
            return;
        }
        List<RootId> covered = new ArrayList<>();
        for (RootId id = waiting.poll(); id != null; id = waiting.poll()) {
            covered.add(id);
        }
        long until = clock.monotonicMicros();
        drain.accept(() -> {
            underWay.set(false);
            for (RootId id : covered) {
                drained.done(id, until);
            }
            startIfIdle();
        });
    }
}
