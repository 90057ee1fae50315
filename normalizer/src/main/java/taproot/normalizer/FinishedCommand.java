package taproot.normalizer;

import org.jspecify.annotations.Nullable;

/**
 * A record that nothing will alter any more, with the raw lines it was made from.
 *
 * @param trace the lines of its processes, newline-terminated, process after process in the order of their starts;
 *     empty where none are kept. Not yet redacted: whoever stores or shows it does that first.
 * @param rawWorktree the bytes of the work tree's path, one char each, where they are not UTF-8 and the record has
 *     U+FFFD in their place; else null
 */
@SuppressWarnings("ArrayRecordComponent") // Handed over once and never compared.
public record FinishedCommand(
        CommandRecord record, byte[] trace, @Nullable String rawWorktree) {
    public FinishedCommand(CommandRecord record, byte[] trace) {
        this(record, trace, null);
    }

    /** The same command with more known of it. */
    public FinishedCommand with(CommandRecord completed) {
        return new FinishedCommand(completed, trace, rawWorktree);
    }
}
