package taproot.cli;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import taproot.cli.text.Moment;
import taproot.daemon.log.CommandLog;
import taproot.daemon.log.LogException;
import taproot.daemon.log.LogSettings;
import taproot.daemon.log.RecordCodec;
import taproot.daemon.metrics.Counters;
import taproot.normalizer.CommandRecord;
import taproot.normalizer.CommandRecord.ChildEntry;
import taproot.normalizer.CommandRecord.ProcessEntry;
import taproot.normalizer.FinishedCommand;
import taproot.normalizer.Outcome;
import taproot.normalizer.RecordJson;
import taproot.normalizer.TraceExtent;

/** Records to be shown: a builder with something for every field, and a log to put them into. */
public final class Records {
    /** 2026-11-20T05:00:00Z. */
    public static final long EPOCH = Moment.micros(Instant.parse("2026-11-20T05:00:00Z"));

    private final String sid;
    private final List<String> argv;
    private final List<ProcessEntry> processes = new ArrayList<>();
    private final List<ChildEntry> children = new ArrayList<>();
    private String key;
    private @Nullable String parent;
    private boolean detached;
    private long startedAt = EPOCH;
    private @Nullable Long durationUs = 12_300L;
    private Outcome outcome = Outcome.EXITED;
    private @Nullable Integer exitCode = 0;
    private @Nullable Integer signal;
    private @Nullable String worktree;
    private List<String> errors = List.of();
    private byte[] trace = new byte[0];

    private Records(int pid, String commandLine) {
        sid = sid(pid);
        key = sid;
        argv = List.of(commandLine.split(" ", -1));
    }

    public static String sid(int pid) {
        return String.format("20261120T050000.%06dZ-H0a7c9cdf-P%08x", pid, pid);
    }

    public static Records record(int pid, String commandLine) {
        return new Records(pid, commandLine);
    }

    public Records at(long offsetMs, long durationMs) {
        startedAt = EPOCH + offsetMs * 1_000;
        durationUs = durationMs * 1_000;
        return this;
    }

    public Records exit(int code) {
        exitCode = code;
        return this;
    }

    public Records ended(Outcome how, @Nullable Integer number) {
        outcome = how;
        signal = number;
        exitCode = null;
        durationUs = how == Outcome.SIGNALED ? durationUs : null;
        return this;
    }

    public Records in(String path) {
        worktree = path;
        return this;
    }

    public Records below(String parentSid) {
        parent = parentSid;
        return this;
    }

    public Records secondLife() {
        key = sid + "#2";
        detached = true;
        return this;
    }

    public Records error(String text) {
        errors = List.of(text);
        return this;
    }

    /** The raw lines that are kept of it. */
    public Records trace(String... lines) {
        trace = (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8);
        return this;
    }

    /** A git process below {@code parentSid}. */
    public Records process(String parentSid, int pid, long offsetMs, long durationMs, int code, String commandLine) {
        processes.add(new ProcessEntry(
                parentSid + "/" + sid(pid),
                parentSid,
                List.of(commandLine.split(" ", -1)),
                null,
                null,
                EPOCH + offsetMs * 1_000,
                durationMs * 1_000,
                Outcome.EXITED,
                code,
                false));
        return this;
    }

    /** Something the owner started; with a quote in it, a line for the shell. */
    public Records child(
            String childClass, @Nullable String hook, int pid, long offsetMs, long durationMs, int code, String argv0) {
        children.add(new ChildEntry(
                sid,
                childClass,
                hook,
                argv0.contains("'") ? List.of(argv0) : List.of(argv0.split(" ", -1)),
                false,
                EPOCH + offsetMs * 1_000,
                durationMs * 1_000,
                code,
                (long) pid));
        return this;
    }

    public CommandRecord build() {
        List<ProcessEntry> all = new ArrayList<>();
        all.add(new ProcessEntry(sid, null, argv, null, null, startedAt, durationUs, outcome, exitCode, false));
        all.addAll(processes);
        return new CommandRecord(
                key,
                sid,
                sid,
                parent,
                null,
                detached,
                false,
                argv,
                argv.size() > 1 ? argv.get(1) : null,
                null,
                null,
                null,
                argv.contains("status"),
                List.of(),
                worktree == null ? null : CommandRecord.Repository.at(worktree),
                "2.39.5",
                4242L,
                "bash",
                List.of("bash", "sshd"),
                startedAt,
                durationUs == null ? null : Long.valueOf(startedAt + durationUs),
                durationUs,
                outcome,
                exitCode,
                signal,
                errors,
                List.of(new CommandRecord.Param("core.editor", "vi", "global")),
                all,
                children,
                List.of(),
                List.of(),
                Map.of(),
                List.of(),
                null,
                List.of(),
                6,
                false,
                Map.of(),
                trace.length == 0 ? TraceExtent.NONE : TraceExtent.FULL);
    }

    /** Writes a log of these, in this order, as a daemon would. */
    public static void write(Path stateDirectory, Records... records) throws LogException, InterruptedException {
        RecordCodec codec = finished ->
                new RecordCodec.Encoded(finished.record(), RecordJson.write(finished.record()), finished.trace());
        CommandLog log = CommandLog.open(stateDirectory, LogSettings.DEFAULTS, codec, new Counters());
        for (Records record : records) {
            log.append(new FinishedCommand(record.build(), record.trace));
        }
        CompletableFuture<Long> head = log.committed().toCompletableFuture();
        head.join();
        log.close(Duration.ofSeconds(5));
    }
}
