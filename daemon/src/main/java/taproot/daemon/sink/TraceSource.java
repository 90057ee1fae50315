package taproot.daemon.sink;

import org.jspecify.annotations.Nullable;
import taproot.normalizer.CommandRecord;

/** What the log keeps of commands, for a sink that wants more than the records of its batch. Each call reads the disk. */
public interface TraceSource {
    /** Where there is no log. */
    TraceSource NONE = _ -> null;

    /** The raw lines of the command with this key, newline-terminated; null where none are kept. */
    byte @Nullable [] lines(String key);

    /** The record with this key; null where none is kept, or not yet. */
    default @Nullable CommandRecord command(String key) {
        return null;
    }
}
