package taproot.daemon.repositories;

import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import taproot.daemon.metrics.Counters;

/**
 * Lets commands out in the order in which they came. One that is not ready holds up those behind it for a bounded time; then
 * it is passed, and goes when it is ready. Nobody ever waits in here: whoever makes the first of the line ready takes all
 * out that were ready behind it, and who is alone pays for one look at an empty queue.
 */
final class InOrder {
    private static final Runnable PASSED = () -> {};

    private final long patience;
    private final Counters counters;
    private final Queue<Place> line = new ConcurrentLinkedQueue<>();

    /** Calls that have not been answered; who finds none is in charge of the line until there is none again. */
    private final AtomicInteger calls = new AtomicInteger();

    private volatile boolean over;

    /** One in the line. */
    static final class Place {
        private final long since = System.nanoTime();

        /** What lets the command out, once it is ready; {@link #PASSED} when nobody waits for it any more. */
        private final AtomicReference<@Nullable Runnable> out = new AtomicReference<>();
    }

    InOrder(Duration patience, Counters counters) {
        this.patience = patience.toNanos();
        this.counters = counters;
    }

    /** Whether there is nobody to wait for. */
    boolean isEmpty() {
        return line.isEmpty();
    }

    /** The last place in the line. */
    Place enter() {
        Place place = new Place();
        line.add(place);
        return place;
    }

    /** A place of one whom nobody is to wait for. */
    static Place beside() {
        Place place = new Place();
        place.out.set(PASSED);
        return place;
    }

    /** The command at this place is ready: runs what lets it out, now, or when those before it are out. Once for a place. */
    void leave(Place place, Runnable out) {
        if (place.out.compareAndSet(null, out)) {
            advance();
        } else {
            run(out);
        }
    }

    /** Lets out whoever is due. To be called now and then while there is a line: patience ends by itself for nobody. */
    void advance() {
        if (calls.getAndIncrement() != 0) {
            return; // Whoever is in charge goes round once more.
        }
        int answered = 1;
        do {
            for (Place first = line.peek(); first != null && isDone(first); first = line.peek()) {
                line.poll(); // Only now: as long as it was not out, nobody was to find the line empty.
            }
            answered = calls.addAndGet(-answered);
        } while (answered != 0);
    }

    /** From now on nobody waits for anybody. */
    void end() {
        over = true;
        advance();
    }

    private boolean isDone(Place first) {
        if (isLate(first) && first.out.compareAndSet(null, PASSED)) {
            return true;
        }
        Runnable out = first.out.get();
        if (out == null) {
            return false;
        }
        run(out);
        return true;
    }

    private boolean isLate(Place place) {
        return over || System.nanoTime() - place.since >= patience;
    }

    private void run(Runnable out) {
        try {
            out.run();
        } catch (RuntimeException | Error e) {
            counters.defect("handing a command on in its order", e); // Those behind it are not to pay for it.
        }
    }
}
