package taproot.daemon.log;

import taproot.normalizer.CommandRecord;
import taproot.normalizer.FinishedCommand;

/**
 * Turns a finished command into what is stored: redaction and JSON. Called on the writer's thread only, once per
 * record; a {@link RuntimeException} costs that record alone.
 */
@FunctionalInterface
public interface RecordCodec {
    Encoded encode(FinishedCommand command);

    /**
     * A command as it is stored.
     *
     * @param record redacted: the columns that queries filter by come from it
     * @param json the redacted record in UTF-8, {@code "v":n} first, without {@code seq}
     * @param trace the redacted raw lines, empty where none are kept
     */
    @SuppressWarnings("ArrayRecordComponent") // Handed over once and never compared.
    record Encoded(CommandRecord record, byte[] json, byte[] trace) {}
}
