package taproot.normalizer.trace;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A stretch of a thread's work that git has named, and those within it in the order of their starts. */
public final class Region {
    private final String category;
    private final String label;
    private final String message;
    private final long startedAt;
    private final List<Region> inner = new ArrayList<>();
    private @Nullable Long durationUs;

    Region(String category, String label, String message, long startedAt) {
        this.category = category;
        this.label = label;
        this.message = message;
        this.startedAt = startedAt;
    }

    void left(@Nullable Long afterUs) {
        durationUs = afterUs;
    }

    void add(Region region) {
        inner.add(region);
    }

    public String category() {
        return category;
    }

    /** What it is called; git names some by a number in the message alone. */
    public String name() {
        return label.isEmpty() ? category : category.isEmpty() ? label : category + "/" + label;
    }

    public String message() {
        return message;
    }

    public long startedAt() {
        return startedAt;
    }

    /** Null where its end was never seen. */
    public @Nullable Long durationUs() {
        return durationUs;
    }

    public List<Region> inner() {
        return inner;
    }
}
