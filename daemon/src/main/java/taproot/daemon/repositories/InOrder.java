package taproot.daemon.repositories;

import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import taproot.daemon.metrics.Counters;

/**
 * Lets commands out in the order in which they came, each family's in a line of its own. One that is not ready holds up
 * those behind it in its line for a bounded time, then it is passed and goes when it is ready; nobody of another line ever
 * waits for it. Nobody waits in here: whoever makes the first of a line ready takes all out that were ready behind it, and
 * who is alone pays for one look into a map.
 */
final class InOrder {
    private static final Runnable PASSED = () -> {};

    private final long patience;
    private final Counters counters;

    /** Those in which somebody stands. Entered, and taken out when empty, inside the map's compute only. */
    private final ConcurrentHashMap<String, Line> lines = new ConcurrentHashMap<>();

    private volatile boolean over;

    /** Those of one family. */
    private static final class Line {
        final String name;
        final Queue<Place> places = new ConcurrentLinkedQueue<>();

        /** Calls that have not been answered; who finds none is in charge of the line until there is none again. */
        final AtomicInteger calls = new AtomicInteger();

        Line(String name) {
            this.name = name;
        }
    }

    /** One in a line. */
    static final class Place {
        private final long since = System.nanoTime();
        private final Line line;

        /** What lets the command out, once it is ready; {@link #PASSED} when nobody waits for it any more. */
        private final AtomicReference<@Nullable Runnable> out = new AtomicReference<>();

        private Place(Line line) {
            this.line = line;
        }

        boolean isIn(String name) {
            return line.name.equals(name);
        }
    }

    InOrder(Duration patience, Counters counters) {
        this.patience = patience.toNanos();
        this.counters = counters;
    }

    /** Whether there is nobody to wait for in this line. */
    boolean isEmpty(String name) {
        Line line = lines.get(name);
        return line == null || line.places.isEmpty();
    }

    /** Whether nobody waits for anybody. */
    boolean isEmpty() {
        return lines.isEmpty();
    }

    /** The last place in the line. */
    Place enter(String name) {
        Place[] entered = new Place[1];
        lines.compute(name, (_, known) -> {
            Line line = known == null ? new Line(name) : known;
            entered[0] = new Place(line);
            line.places.add(entered[0]);
            return line;
        });
        return entered[0];
    }

    /** A place of one whom nobody is to wait for. */
    static Place beside() {
        Place place = new Place(new Line(""));
        place.out.set(PASSED);
        return place;
    }

    /** The command at this place is ready: runs what lets it out, now, or when those before it are out. Once for a place. */
    void leave(Place place, Runnable out) {
        if (place.out.compareAndSet(null, out)) {
            advance(place.line);
        } else {
            run(out);
        }
    }

    /** Nothing will come of this place: whoever had it stands elsewhere now. */
    void vacate(Place place) {
        leave(place, PASSED);
    }

    /** Lets out whoever is due. To be called now and then while there is a line: patience ends by itself for nobody. */
    void advance() {
        lines.values().forEach(this::advance);
    }

    private void advance(Line line) {
        if (line.calls.getAndIncrement() != 0) {
            return; // Whoever is in charge goes round once more.
        }
        int answered = 1;
        do {
            for (Place first = line.places.peek(); first != null && isDone(first); first = line.places.peek()) {
                line.places.poll(); // Only now: as long as it was not out, nobody was to find the line empty.
            }
            lines.computeIfPresent(line.name, (_, known) -> known == line && line.places.isEmpty() ? null : known);
            answered = line.calls.addAndGet(-answered);
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
