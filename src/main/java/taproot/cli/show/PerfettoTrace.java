package taproot.cli.show;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import taproot.cli.text.ShellText;
import taproot.normalizer.CommandRecord;
import taproot.normalizer.CommandRecord.ChildEntry;
import taproot.normalizer.CommandRecord.ProcessEntry;
import taproot.normalizer.trace.Region;
import taproot.normalizer.trace.Strand;
import taproot.normalizer.trace.Trace;

/**
 * One command as Chrome's trace events in JSON, which ui.perfetto.dev and chrome://tracing open: a track for each thread of
 * each process with its regions as slices, children as asynchronous slices, data as instants, and an arrow from whatever
 * started a process to that process.
 *
 * <p>Viewers refuse slices of one track that overlap without one lying within the other. Begins come from the wall clock and
 * durations from the monotonic one, so a region may seem to outlast the one around it by a microsecond: it is cut there.
 *
 * @see <a href="https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU">Trace Event Format</a>
 */
final class PerfettoTrace {
    private static final JsonFactory FACTORY = new JsonFactory();

    private final CommandRecord record;
    private final Trace trace;
    private final JsonGenerator json;
    /** Numbers of our own: after an exec two processes have one pid, and slices of both would overlap. */
    private final Map<String, Integer> numbers = new HashMap<>();

    private int tracks;
    private int arrows;

    private PerfettoTrace(CommandRecord record, Trace trace, JsonGenerator json) {
        this.record = record;
        this.trace = trace;
        this.json = json;
    }

    static void write(CommandRecord record, Trace trace, OutputStream out) throws IOException {
        try (JsonGenerator json = FACTORY.createGenerator(out)) {
            json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
            new PerfettoTrace(record, trace, json).write();
            json.writeRaw('\n');
        }
    }

    private void write() throws IOException {
        json.writeStartObject();
        json.writeArrayFieldStart("traceEvents");
        long until = until();
        List<ProcessEntry> processes = record.processes();
        for (int i = 0; i < processes.size(); i++) {
            numbers.put(processes.get(i).sid(), i + 1);
        }
        tracks = processes.size();
        for (ProcessEntry process : processes) {
            process(process, until);
        }
        for (int i = 0; i < record.children().size(); i++) {
            child(record.children().get(i), i + 1);
        }
        json.writeEndArray();
        json.writeStringField("displayTimeUnit", "ms");
        json.writeObjectFieldStart("otherData");
        json.writeStringField("key", record.key());
        json.writeStringField(
                "started_at",
                Instant.EPOCH.plus(record.startedAt(), ChronoUnit.MICROS).toString());
        json.writeStringField("trace", record.trace().wire());
        json.writeEndObject();
        json.writeEndObject();
    }

    private long until() {
        long until = record.startedAt() + (record.durationUs() == null ? 0 : record.durationUs());
        for (ProcessEntry process : record.processes()) {
            if (process.startedAt() != null) {
                until = Math.max(
                        until, process.startedAt() + (process.durationUs() == null ? 0 : process.durationUs()));
            }
        }
        for (ChildEntry child : record.children()) {
            if (child.startedAt() != null && child.durationUs() != null) {
                until = Math.max(until, child.startedAt() + child.durationUs());
            }
        }
        return until;
    }

    private void process(ProcessEntry process, long commandsEnd) throws IOException {
        int pid = numbers.getOrDefault(process.sid(), 0);
        String name = ShellText.brief(process.argv());
        int main = pid; // Threads have the numbers after those of all processes.
        label("process_name", pid, main, name);
        label("thread_name", pid, main, Strand.MAIN);
        json.writeStartObject();
        event("M", "process_sort_index", pid, main);
        json.writeObjectFieldStart("args");
        json.writeNumberField("sort_index", pid);
        json.writeEndObject();
        json.writeEndObject();
        if (process.startedAt() == null) {
            return;
        }
        long until = process.durationUs() == null ? commandsEnd : process.startedAt() + process.durationUs();
        slice(pid, main, name, "process", process.startedAt(), until, () -> about(process));
        for (Strand strand : trace.strands(process.sid())) {
            int track = strand.isMain() ? main : thread(strand, pid, process.startedAt(), until);
            regions(strand.regions(), pid, track, process.startedAt(), until);
            for (Strand.Datum datum : strand.data()) {
                instant(datum, pid, track);
            }
        }
        arrow(process, pid, main);
    }

    private void about(ProcessEntry process) throws IOException {
        json.writeStringField("sid", process.sid());
        json.writeArrayFieldStart("argv");
        for (String word : process.argv()) {
            json.writeString(word);
        }
        json.writeEndArray();
        if (process.outcome() != null) {
            json.writeStringField("outcome", process.outcome().wire());
        }
        if (process.exitCode() != null) {
            json.writeNumberField("exit_code", process.exitCode());
        }
        if (process.durationUs() == null) {
            json.writeBooleanField("end_unknown", true);
        }
    }

    private int thread(Strand strand, int pid, long from, long until) throws IOException {
        int track = ++tracks;
        label("thread_name", pid, track, strand.thread());
        Long began = strand.startedAt();
        if (began != null) {
            Long took = strand.durationUs();
            slice(
                    pid,
                    track,
                    strand.name(),
                    "thread",
                    Math.max(began, from),
                    took == null ? until : began + took,
                    () -> {});
        }
        return track;
    }

    /** Each within [from, until] and after the one before it. */
    private void regions(List<Region> regions, int pid, int track, long from, long until) throws IOException {
        long free = from;
        for (Region region : regions) {
            long begin = Math.clamp(region.startedAt(), free, Math.max(free, until));
            Long took = region.durationUs();
            long end = took == null
                    ? Math.max(begin, until)
                    : Math.clamp(region.startedAt() + took, begin, Math.max(begin, until));
            slice(pid, track, region.name(), region.category(), begin, end, () -> {
                if (!region.message().isEmpty()) {
                    json.writeStringField("msg", region.message());
                }
                if (took == null) {
                    json.writeBooleanField("end_unknown", true);
                }
            });
            regions(region.inner(), pid, track, begin, end);
            free = end;
        }
    }

    private void child(ChildEntry child, int id) throws IOException {
        Integer pid = numbers.get(child.sid());
        if (pid == null || child.startedAt() == null) {
            return;
        }
        String hook = child.hook();
        String name = hook == null ? ShellText.brief(child.argv()) : "hook " + hook;
        asynchronous("b", name, pid, id, child.startedAt());
        json.writeObjectFieldStart("args");
        if (child.childClass() != null) {
            json.writeStringField("class", child.childClass());
        }
        json.writeStringField("argv", ShellText.of(child.argv()));
        if (child.exitCode() != null) {
            json.writeNumberField("exit_code", child.exitCode());
        }
        json.writeEndObject();
        json.writeEndObject();
        if (child.durationUs() != null) {
            asynchronous("e", name, pid, id, child.startedAt() + child.durationUs());
            json.writeEndObject();
        }
    }

    private void asynchronous(String phase, String name, int pid, int id, long at) throws IOException {
        json.writeStartObject();
        event(phase, name, pid, pid);
        json.writeStringField("cat", "child");
        json.writeNumberField("id", id);
        json.writeNumberField("ts", at - record.startedAt());
    }

    /** From the process that started this one, at the moment at which this one began. */
    private void arrow(ProcessEntry process, int pid, int track) throws IOException {
        ProcessEntry parent = process(process.parent());
        if (parent == null
                || parent.startedAt() == null
                || process.startedAt() == null
                || parent.durationUs() == null) {
            return;
        }
        long at = Math.clamp(process.startedAt(), parent.startedAt(), parent.startedAt() + parent.durationUs());
        int parentPid = numbers.getOrDefault(parent.sid(), 0);
        arrows++;
        arrowEnd("s", parentPid, parentPid, at);
        arrowEnd("f", pid, track, process.startedAt());
    }

    private void arrowEnd(String phase, int pid, int track, long at) throws IOException {
        json.writeStartObject();
        event(phase, "starts", pid, track);
        json.writeStringField("cat", "start");
        json.writeNumberField("id", arrows);
        json.writeNumberField("ts", at - record.startedAt());
        if (phase.equals("f")) {
            json.writeStringField("bp", "e");
        }
        json.writeEndObject();
    }

    private @Nullable ProcessEntry process(@Nullable String sid) {
        return record.processes().stream()
                .filter(process -> process.sid().equals(sid))
                .findFirst()
                .orElse(null);
    }

    private void instant(Strand.Datum datum, int pid, int track) throws IOException {
        json.writeStartObject();
        event("i", datum.name(), pid, track);
        json.writeStringField("s", "t");
        json.writeNumberField("ts", datum.at() - record.startedAt());
        json.writeObjectFieldStart("args");
        json.writeStringField("value", datum.value());
        json.writeEndObject();
        json.writeEndObject();
    }

    /** Writes what is known of a slice. */
    private interface About {
        void write() throws IOException;
    }

    private void slice(int pid, int track, String name, String category, long begin, long end, About about)
            throws IOException {
        json.writeStartObject();
        event("X", name, pid, track);
        json.writeStringField("cat", category);
        json.writeNumberField("ts", begin - record.startedAt());
        json.writeNumberField("dur", Math.max(0, end - begin));
        json.writeObjectFieldStart("args");
        about.write();
        json.writeEndObject();
        json.writeEndObject();
    }

    private void label(String what, int pid, int track, String name) throws IOException {
        json.writeStartObject();
        event("M", what, pid, track);
        json.writeObjectFieldStart("args");
        json.writeStringField("name", name);
        json.writeEndObject();
        json.writeEndObject();
    }

    private void event(String phase, String name, int pid, int track) throws IOException {
        json.writeStringField("ph", phase);
        json.writeStringField("name", name);
        json.writeNumberField("pid", pid);
        json.writeNumberField("tid", track);
    }
}
