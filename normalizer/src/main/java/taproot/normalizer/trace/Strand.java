package taproot.normalizer.trace;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What one thread of a git process said it was doing: its regions as a forest, and its data. */
public final class Strand {
    /** The thread that a process begins with. */
    public static final String MAIN = "main";

    private final String thread;
    private final List<Region> regions = new ArrayList<>();
    private final List<Datum> data = new ArrayList<>();
    private final Deque<Region> open = new ArrayDeque<>();
    private @Nullable Long startedAt;
    private @Nullable Long durationUs;

    Strand(String thread) {
        this.thread = thread;
    }

    /** A figure that git gave at some moment. */
    public record Datum(long at, String name, String value) {}

    void began(long at) {
        startedAt = at;
    }

    void ended(@Nullable Long afterUs) {
        durationUs = afterUs;
    }

    void enter(Region region) {
        Region around = open.peek();
        if (around == null) {
            regions.add(region);
        } else {
            around.add(region);
        }
        open.push(region);
    }

    /** The end of the innermost region of that name; those within it have ended unsaid. */
    void leave(String name, @Nullable Long afterUs) {
        if (open.stream().noneMatch(region -> region.name().equals(name))) {
            return; // Entered before what is kept begins.
        }
        Region left = open.pop();
        while (!left.name().equals(name)) {
            left = open.pop();
        }
        left.left(afterUs);
    }

    void add(Datum datum) {
        data.add(datum);
    }

    public boolean isMain() {
        return thread.equals(MAIN);
    }

    /** Without git's number before it: {@code preload_index} for {@code th03:preload_index}. */
    public String name() {
        int colon = thread.indexOf(':');
        return colon < 0 ? thread : thread.substring(colon + 1);
    }

    public String thread() {
        return thread;
    }

    public @Nullable Long startedAt() {
        return startedAt;
    }

    public @Nullable Long durationUs() {
        return durationUs;
    }

    public List<Region> regions() {
        return regions;
    }

    public List<Datum> data() {
        return data;
    }
}
