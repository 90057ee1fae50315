package taproot.normalizer;

/**
 * A record that nothing will alter any more, with the raw lines it was made from.
 *
 * @param trace the lines of its processes, newline-terminated, process after process in the order of their starts;
 *     empty where none are kept. Not yet redacted: whoever stores or shows it does that first.
 */
@SuppressWarnings("ArrayRecordComponent") // Handed over once and never compared.
public record FinishedCommand(CommandRecord record, byte[] trace) {}
