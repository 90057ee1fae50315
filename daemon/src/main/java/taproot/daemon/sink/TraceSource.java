package taproot.daemon.sink;

import org.jspecify.annotations.Nullable;

/** The raw lines that the log keeps beside a command, for a sink that wants more than the record. */
public interface TraceSource {
    /** Where there is no log. */
    TraceSource NONE = _ -> null;

    /** The lines of the command with this key, newline-terminated; null where none are kept. Reads the disk. */
    byte @Nullable [] lines(String key);
}
