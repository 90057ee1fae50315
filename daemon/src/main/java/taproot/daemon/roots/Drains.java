package taproot.daemon.roots;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import taproot.daemon.metrics.Counters;

/**
 * Collects the roots whose commands have ended and whose children may still have lines in socket buffers, and has
 * everything that git has sent read for all of them together. One drain is under way at a time, however many ask.
 */
final class Drains {
    interface Drained {
        void done(RootId id, long until);
    }

    private final Roots.Clock clock;
    private final Counters counters;
    private final Consumer<Runnable> drain;
    private final Drained drained;
    private final ConcurrentLinkedQueue<RootId> waiting = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<Runnable> followers = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean underWay = new AtomicBoolean();

    Drains(Roots.Clock clock, Counters counters, Consumer<Runnable> drain, Drained drained) {
        this.clock = clock;
        this.counters = counters;
        this.drain = drain;
        this.drained = drained;
    }

    /** Has everything read that git has sent, and tells the root. */
    void want(RootId id) {
        waiting.add(id);
        startIfIdle();
    }

    /** Has everything read that git has sent, and runs the action when every root that asked before has been told. */
    void follow(Runnable action) {
        followers.add(action);
        startIfIdle();
    }

    private void startIfIdle() {
        if ((waiting.isEmpty() && followers.isEmpty()) || !underWay.compareAndSet(false, true)) {
            return;
        }
        // Followers first: the roots that asked before them are then in the second list, if they were not told already.
        List<Runnable> following = takeAll(followers);
        List<RootId> covered = takeAll(waiting);
        long until = clock.monotonicMicros();
        drain.accept(() -> finish(covered, following, until));
    }

    private void finish(List<RootId> covered, List<Runnable> following, long until) {
        try {
            for (RootId id : covered) {
                drained.done(id, until);
            }
            following.forEach(this::run);
        } finally {
            underWay.set(false);
        }
        startIfIdle();
    }

    /** One follower's defect is not to keep the others waiting. */
    private void run(Runnable follower) {
        try {
            follower.run();
        } catch (RuntimeException | Error e) {
            counters.defect("following a drain", e);
        }
    }

    private static <T> List<T> takeAll(ConcurrentLinkedQueue<T> queue) {
        List<T> taken = new ArrayList<>();
        for (T element = queue.poll(); element != null; element = queue.poll()) {
            taken.add(element);
        }
        return taken;
    }
}
