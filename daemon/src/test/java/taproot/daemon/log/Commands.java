package taproot.daemon.log;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import taproot.normalizer.CommandRecord;
import taproot.normalizer.FinishedCommand;
import taproot.normalizer.Outcome;
import taproot.normalizer.TraceExtent;

/** Finished commands to write, and a codec that makes JSON of the size of real ones. */
public final class Commands {
    static final byte[] NO_TRACE = new byte[0];
    static final long STARTED = 1_700_000_000_000_000L;

    /** About 1.5 KB, like a {@code git status} without children. */
    private static final String REST =
            ",\"argv\":[\"git\",\"status\",\"--porcelain=v2\",\"--branch\"],\"params\":[\"" + "p".repeat(1300) + "\"]}";

    private String key = "k";
    private @Nullable String session;
    private @Nullable String command = "status";
    private Outcome outcome = Outcome.EXITED;
    private @Nullable Integer exitCode = 0;
    private boolean readOnly;
    private long startedAt = STARTED;
    private @Nullable Long durationUs = 5_000L;
    private @Nullable String worktree = "/home/someone/project";
    private @Nullable String gitDir;
    private @Nullable String caller = "bash";
    private List<String> argv = List.of("git", "status");
    private byte[] trace = NO_TRACE;

    private Commands() {}

    public static Commands command(String key) {
        Commands commands = new Commands();
        commands.key = key;
        return commands;
    }

    public static FinishedCommand plain(String key) {
        return command(key).finished();
    }

    public Commands session(@Nullable String id) {
        session = id;
        return this;
    }

    public Commands named(@Nullable String name) {
        command = name;
        return this;
    }

    public Commands ended(Outcome how, @Nullable Integer code) {
        outcome = how;
        exitCode = code;
        return this;
    }

    public Commands readOnly() {
        readOnly = true;
        return this;
    }

    public Commands startedAt(long microseconds) {
        startedAt = microseconds;
        return this;
    }

    public Commands took(@Nullable Long microseconds) {
        durationUs = microseconds;
        return this;
    }

    public Commands in(@Nullable String path) {
        worktree = path;
        return this;
    }

    public Commands inBare(String path) {
        worktree = null;
        gitDir = path;
        return this;
    }

    public Commands calledBy(@Nullable String name) {
        caller = name;
        return this;
    }

    public Commands argv(String... words) {
        argv = List.of(words);
        return this;
    }

    public Commands traced(byte[] lines) {
        trace = lines;
        return this;
    }

    public FinishedCommand finished() {
        CommandRecord.Repository repository = worktree == null && gitDir == null
                ? null
                : new CommandRecord.Repository(null, worktree, gitDir, null, null);
        return new FinishedCommand(
                new CommandRecord(
                        key,
                        key,
                        key,
                        null,
                        session,
                        false,
                        false,
                        argv,
                        command,
                        null,
                        null,
                        null,
                        readOnly,
                        List.of(),
                        repository,
                        "2.56.0",
                        1L,
                        caller,
                        List.of(),
                        startedAt,
                        null,
                        durationUs,
                        outcome,
                        exitCode,
                        null,
                        List.of(),
                        List.of(),
                        List.of(),
                        List.of(),
                        List.of(),
                        List.of(),
                        Map.of(),
                        List.of(),
                        null,
                        List.of(),
                        7,
                        false,
                        Map.of(),
                        trace.length == 0 ? TraceExtent.NONE : TraceExtent.FULL),
                trace);
    }

    /** The codec of these tests: the real one lives elsewhere. */
    public static RecordCodec.Encoded encode(FinishedCommand command) {
        CommandRecord record = command.record();
        String json = "{\"v\":1,\"key\":\"" + record.key() + "\"" + REST;
        return new RecordCodec.Encoded(record, json.getBytes(StandardCharsets.UTF_8), command.trace());
    }
}
