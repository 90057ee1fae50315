package taproot.daemon.sink.opentelemetry;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The regions of a raw trace, those around before those within.
 */
record TraceRegions(List<Region> list) {
    static final TraceRegions NONE = new TraceRegions(List.of());

    /**
     * A stretch of a thread's work that git has named.
     *
     * @param around the place in the list of the region it lies in; -1 for the outermost
     * @param durationUs absent where its end was not seen
     */
    record Region(
            String sid,
            String thread,
            String name,
            @Nullable String message,
            int around,
            long startedAt,
            @Nullable Long durationUs) {}
}
