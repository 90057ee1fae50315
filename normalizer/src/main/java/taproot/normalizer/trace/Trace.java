package taproot.normalizer.trace;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the raw lines of one command say about its inside: the regions of every thread of every process. One pass over the
 * lines. Where a region stands comes from the wall clock, because git gives nothing else; how long it took, from git's own.
 */
public final class Trace {
    private static final Trace NONE = new Trace();

    private final Map<String, Map<String, Strand>> bySid = new LinkedHashMap<>();
    private long untimed;

    private Trace() {}

    /** @param lines newline-terminated; null where none are kept */
    public static Trace of(byte @Nullable [] lines) {
        if (lines == null) {
            return NONE;
        }
        Trace trace = new Trace();
        new String(lines, StandardCharsets.UTF_8).lines().forEach(trace::line);
        return trace;
    }

    /** The threads of one process that said anything of themselves. */
    public Collection<Strand> strands(@Nullable String sid) {
        Map<String, Strand> strands = bySid.get(sid == null ? "" : sid);
        return strands == null ? List.of() : strands.values();
    }

    public boolean isEmpty() {
        return bySid.isEmpty();
    }

    /** How many regions there would be if git had said when they began; its brief mode leaves that out. */
    public long untimed() {
        return untimed;
    }

    private void line(String text) {
        try {
            event(TraceLine.of(text));
        } catch (IOException e) {
            // Kept as git wrote it and no JSON: a torn line has no region to show.
            return;
        }
    }

    private void event(TraceLine event) {
        switch (event.text("event")) {
            case "region_enter" -> enter(event);
            case "region_leave" -> strand(event).leave(name(event), event.micros("t_rel"));
            case "thread_start" -> {
                Long at = event.time();
                if (at != null) {
                    strand(event).began(at);
                }
            }
            case "thread_exit" -> strand(event).ended(event.micros("t_rel"));
            case "data", "data_json" -> {
                Long at = event.time();
                if (at != null) {
                    String name = event.text("category") + "/" + event.text("key");
                    strand(event).add(new Strand.Datum(at, name, event.text("value")));
                }
            }
            default -> {
                // Of processes and children the record says everything.
            }
        }
    }

    private void enter(TraceLine event) {
        Long at = event.time();
        if (at == null) {
            untimed++;
            return;
        }
        strand(event).enter(new Region(event.text("category"), event.text("label"), event.text("msg"), at));
    }

    private static String name(TraceLine event) {
        return new Region(event.text("category"), event.text("label"), "", 0).name();
    }

    private Strand strand(TraceLine event) {
        return bySid.computeIfAbsent(event.text("sid"), sid -> new LinkedHashMap<>())
                .computeIfAbsent(event.text("thread"), Strand::new);
    }
}
