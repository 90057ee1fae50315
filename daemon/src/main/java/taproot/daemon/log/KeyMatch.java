package taproot.daemon.log;

import java.util.List;

/** What a part of a key stands for. */
public sealed interface KeyMatch {
    /** Exactly this record. */
    record Found(StoredCommand command) implements KeyMatch {}

    /** No record. */
    record None() implements KeyMatch {}

    /**
     * Several records.
     *
     * @param keys the newest of them, newest first
     * @param more whether there are still others
     */
    record Ambiguous(List<String> keys, boolean more) implements KeyMatch {}
}
