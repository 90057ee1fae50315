package taproot.daemon.sink.opentelemetry;

import com.google.protobuf.ByteString;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import taproot.normalizer.CommandRecord;
import taproot.normalizer.CommandRecord.ChildEntry;
import taproot.normalizer.CommandRecord.ProcessEntry;
import taproot.normalizer.Effect;
import taproot.normalizer.Outcome;
import taproot.normalizer.trace.Region;
import taproot.normalizer.trace.Strand;
import taproot.normalizer.trace.Trace;

/**
 * One record as the spans of one trace: its git processes below the owner's, and below each what it started. Pure; the same
 * record gives the same spans, ids and all.
 *
 * <p>Names and attributes follow OpenTelemetry's conventions for the execution of command line programs ({@code process.*},
 * {@code error.type}); what they have no name for begins with {@code git.}.
 */
final class Spans {
    private static final long NANOS_PER_MICRO = 1_000;

    private final CommandRecord record;
    private final @Nullable Above above;
    private final @Nullable String nickname;
    private final ByteString trace;
    private final ByteString root;
    /** The span of each process of the record. */
    private final Map<String, ByteString> processes = new LinkedHashMap<>();

    private final List<Span> spans = new ArrayList<>();

    private Spans(CommandRecord record, @Nullable Above above, @Nullable String nickname) {
        this.record = record;
        this.above = above;
        this.nickname = nickname;
        trace = Ids.trace(record.key());
        root = Ids.command(record.key());
    }

    /**
     * The command's own span first.
     *
     * @param above what it is linked to
     * @param trace what is kept of the raw lines; only looked at for {@link Detail#VERBOSE}
     */
    static List<Span> of(
            CommandRecord record, @Nullable Above above, @Nullable String nickname, Detail detail, Trace trace) {
        if (detail == Detail.DROP) {
            return List.of();
        }
        Spans spans = new Spans(record, above, nickname);
        spans.command();
        if (detail.includes(Detail.PROCESS)) {
            spans.processes();
            spans.children();
        }
        if (detail.includes(Detail.VERBOSE)) {
            spans.insides(trace);
        }
        return spans.spans;
    }

    private void command() {
        processes.put(record.sid(), root);
        Span.Builder span = span(root, null, name(record.command()), record.startedAt(), record.durationUs())
                .addAllAttributes(commandAttributes().list())
                .setStatus(status(record.outcome(), record.exitCode(), record.errors()));
        if (above != null) {
            span.addLinks(Span.Link.newBuilder()
                    .setTraceId(Ids.trace(above.key()))
                    .setSpanId(above.span())
                    .addAllAttributes(
                            new Attributes().put("git.parent.sid", above.sid()).list()));
        }
        spans.add(span.build());
    }

    private Attributes commandAttributes() {
        Attributes all = execution("git", record.argv(), record.pid(), record.exitCode(), record.outcome());
        all.put("error.type", errorType(record.outcome(), record.exitCode(), record.signal()))
                .put("git.key", record.key())
                .put("git.command", record.command())
                .put("git.mode", record.mode())
                .put("git.hierarchy", record.hierarchy())
                .put("git.alias", record.alias() == null ? null : record.alias().name())
                .put("git.version", record.gitVersion())
                .put("git.session", record.session())
                .put("git.caller", record.caller())
                .put("git.read_only", record.readOnly())
                .put("git.detached", record.detached())
                .put("git.late", record.late())
                .put("git.truncated", record.truncated())
                .put("git.signal", record.signal())
                .put(
                        "git.effects",
                        record.effects().stream().map(Effect::kind).distinct().toList());
        record.annotations().forEach((name, value) -> all.put("git.annotation." + name, value));
        return repository(all, record.repository());
    }

    private Attributes repository(Attributes to, CommandRecord.@Nullable Repository repository) {
        if (repository != null) {
            to.put("git.repository.id", repository.id());
            if (nickname == null) {
                to.put("git.repository.worktree", repository.worktree());
            }
        }
        return to.put("vcs.repository.name", nickname);
    }

    private void processes() {
        List<ProcessEntry> others = record.processes().stream()
                .filter(process -> !process.sid().equals(record.sid()))
                .toList();
        others.forEach(process -> processes.put(process.sid(), Ids.process(record.key(), process.sid())));
        for (ProcessEntry process : others) {
            Outcome outcome = process.outcome();
            ByteString id = Objects.requireNonNull(processes.get(process.sid()));
            Attributes attributes = execution("git", process.argv(), null, process.exitCode(), outcome)
                    .put("error.type", errorType(outcome, process.exitCode(), null))
                    .put("git.sid", process.sid())
                    .put("git.command", process.command())
                    .put("git.detached", process.detached());
            spans.add(span(
                            id,
                            around(process.parent()),
                            name(process.command()),
                            Objects.requireNonNullElse(process.startedAt(), record.startedAt()),
                            process.durationUs())
                    .addAllAttributes(attributes.list())
                    .setStatus(status(outcome, process.exitCode(), List.of()))
                    .build());
        }
    }

    /** What git started that is not git: hooks, editors, transports, pagers. A git child has its process's span. */
    private void children() {
        for (int i = 0; i < record.children().size(); i++) {
            ChildEntry child = record.children().get(i);
            if (isProcess(child)) {
                continue;
            }
            Attributes attributes = execution(
                            child.argv().isEmpty() ? "" : basename(child.argv().getFirst()),
                            child.argv(),
                            child.pid(),
                            child.exitCode(),
                            null)
                    .put("error.type", errorType(null, child.exitCode(), null))
                    .put("git.child.class", child.childClass())
                    .put("git.hook.name", child.hook())
                    .put("git.background", child.background());
            spans.add(span(
                            Ids.part(record.key(), "child", i),
                            around(child.sid()),
                            child.hook() != null
                                    ? "hook " + child.hook()
                                    : Objects.requireNonNullElse(child.childClass(), "child"),
                            Objects.requireNonNullElse(child.startedAt(), record.startedAt()),
                            child.durationUs())
                    .addAllAttributes(attributes.list())
                    .setStatus(status(null, child.exitCode(), List.of()))
                    .build());
        }
    }

    /** A child is known by its pid, or, where git did not come to tell it, by what was run. */
    private boolean isProcess(ChildEntry child) {
        Long pid = child.pid();
        if (pid == null) {
            return !child.argv().isEmpty() && basename(child.argv().getFirst()).equals("git");
        }
        String end = "P" + String.format("%08x", pid);
        return record.processes().stream().anyMatch(process -> process.sid().endsWith(end));
    }

    /** The threads and regions of each process, numbered as they come in the trace. */
    private void insides(Trace kept) {
        for (Map.Entry<String, ByteString> process : List.copyOf(processes.entrySet())) {
            for (Strand strand : kept.strands(process.getKey())) {
                ByteString around = process.getValue();
                Long startedAt = strand.startedAt();
                if (!strand.isMain() && startedAt != null) {
                    around = inside(around, "thread " + strand.name(), strand, "", startedAt, strand.durationUs());
                }
                regions(strand, strand.regions(), around);
            }
        }
    }

    private void regions(Strand strand, List<Region> regions, ByteString around) {
        for (Region region : regions) {
            ByteString id =
                    inside(around, region.name(), strand, region.message(), region.startedAt(), region.durationUs());
            regions(strand, region.inner(), id);
        }
    }

    private ByteString inside(
            ByteString around, String name, Strand strand, String message, long startedAt, @Nullable Long durationUs) {
        ByteString id = Ids.part(record.key(), "inside", spans.size());
        spans.add(span(id, around, name, startedAt, durationUs)
                .addAllAttributes(new Attributes()
                        .put("thread.name", strand.thread())
                        .put("git.region.message", message.isEmpty() ? null : message)
                        .list())
                .build());
        return id;
    }

    private ByteString around(@Nullable String sid) {
        return processes.getOrDefault(sid == null ? "" : sid, root);
    }

    /** What is not over, or whose end nobody saw, gets a span without extent that says so. */
    private Span.Builder span(
            ByteString id, @Nullable ByteString parent, String name, long startedAt, @Nullable Long durationUs) {
        Span.Builder span = Span.newBuilder()
                .setTraceId(trace)
                .setSpanId(id)
                .setName(name)
                .setKind(Span.SpanKind.SPAN_KIND_INTERNAL)
                .setStartTimeUnixNano(startedAt * NANOS_PER_MICRO)
                .setEndTimeUnixNano((startedAt + Objects.requireNonNullElse(durationUs, 0L)) * NANOS_PER_MICRO);
        if (parent != null) {
            span.setParentSpanId(parent);
        }
        if (durationUs == null) {
            span.addAllAttributes(new Attributes().put("git.end_unknown", true).list());
        }
        return span;
    }

    private static Attributes execution(
            String executable,
            List<String> argv,
            @Nullable Long pid,
            @Nullable Integer code,
            @Nullable Outcome outcome) {
        return new Attributes()
                .put("process.executable.name", executable)
                .put("process.command_args", argv)
                .put("process.pid", pid)
                .put("process.exit.code", code)
                .put("git.outcome", outcome == null ? null : outcome.wire());
    }

    private static String name(@Nullable String command) {
        return command == null ? "git" : "git " + command;
    }

    /** Only what is an error: the convention has it exactly where the exit code is not 0, or there will be none. */
    private static @Nullable String errorType(
            @Nullable Outcome outcome, @Nullable Integer code, @Nullable Integer signal) {
        if (outcome == Outcome.SIGNALED) {
            return signal == null ? "signal" : "signal_" + signal;
        }
        return code == null || code == 0 ? null : code.toString();
    }

    private static Status status(@Nullable Outcome outcome, @Nullable Integer code, List<String> errors) {
        if (outcome != Outcome.SIGNALED && (code == null || code == 0)) {
            return Status.getDefaultInstance();
        }
        Status.Builder status = Status.newBuilder().setCode(Status.StatusCode.STATUS_CODE_ERROR);
        if (!errors.isEmpty()) {
            status.setMessage(errors.getFirst());
        }
        return status.build();
    }

    private static String basename(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }
}
