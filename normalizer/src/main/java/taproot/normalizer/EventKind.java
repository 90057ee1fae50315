package taproot.normalizer;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The registry of trace2 events: each name git writes, and how its line is read. An event that no record needs has no
 * reader; its line is kept as it is, in the trace.
 *
 * <p>The names are those of git's {@code Documentation/technical/api-trace2}.
 */
public enum EventKind {
    VERSION("version", VersionEvent::read),
    START("start", StartEvent::read),
    CMD_ANCESTRY("cmd_ancestry", CmdAncestryEvent::read),
    CMD_NAME("cmd_name", CmdNameEvent::read),
    CMD_MODE("cmd_mode", CmdModeEvent::read),
    ALIAS("alias", AliasEvent::read),
    DEF_REPO("def_repo", DefRepoEvent::read),
    DEF_PARAM("def_param", DefParamEvent::read),
    CHILD_START("child_start", ChildStartEvent::read),
    CHILD_EXIT("child_exit", ChildExitEvent::read),
    CHILD_READY("child_ready", ChildReadyEvent::read),
    EXEC("exec", ExecEvent::read),
    EXEC_RESULT("exec_result", ExecResultEvent::read),
    TIMER("timer", TimerEvent::read),
    COUNTER("counter", CounterEvent::read),
    ERROR("error", ErrorEvent::read),
    SIGNAL("signal", SignalEvent::read),
    EXIT("exit", ExitEvent::read),
    ATEXIT("atexit", AtexitEvent::read),
    /** Read only where its category is {@code taproot}: see {@link LineScanner}. */
    DATA("data", AnnotationEvent::read),
    DATA_JSON("data_json", null),
    REGION_ENTER("region_enter", null),
    REGION_LEAVE("region_leave", null),
    THREAD_START("thread_start", null),
    THREAD_EXIT("thread_exit", null),
    TH_TIMER("th_timer", null),
    TH_COUNTER("th_counter", null),
    PRINTF("printf", null),
    CMD_PATH("cmd_path", null),
    TOO_MANY_FILES("too_many_files", null);

    /** Turns the fields of a line into the event. */
    interface Reader {
        @Nullable
        Event read(Fields fields) throws MalformedEventException;
    }

    private static final int TABLE_SIZE = 128;
    private static final @Nullable EventKind[] TABLE = table();

    private final byte[] name;
    private final @Nullable Reader reader;

    EventKind(String name, @Nullable Reader reader) {
        this.name = name.getBytes(StandardCharsets.US_ASCII);
        this.reader = reader;
    }

    @Nullable
    Reader reader() {
        return reader;
    }

    /** The kind with this name; null for one that is not known here. */
    static @Nullable EventKind named(byte[] bytes, int from, int to) {
        for (int i = slot(bytes, from, to); ; i = (i + 1) % TABLE_SIZE) {
            EventKind kind = TABLE[i];
            if (kind == null || Arrays.equals(kind.name, 0, kind.name.length, bytes, from, to)) {
                return kind;
            }
        }
    }

    private static int slot(byte[] bytes, int from, int to) {
        int length = to - from;
        if (length == 0) {
            return 0;
        }
        return (length * 31 + bytes[from] * 7 + bytes[to - 1] + bytes[from + length / 2] * 3) & (TABLE_SIZE - 1);
    }

    private static @Nullable EventKind[] table() {
        @Nullable EventKind[] table = new @Nullable EventKind[TABLE_SIZE];
        for (EventKind kind : values()) {
            int i = slot(kind.name, 0, kind.name.length);
            while (table[i] != null) {
                i = (i + 1) % TABLE_SIZE;
            }
            table[i] = kind;
        }
        return table;
    }
}
