package taproot.daemon.sink;

import taproot.normalizer.CommandRecord;

/**
 * A record on its way to a sink.
 *
 * @param json the record of DESIGN §5 in UTF-8, its {@code seq} included; not to be changed
 * @param command the same, read
 */
@SuppressWarnings("ArrayRecordComponent") // Handed over once and never compared.
public record SinkRecord(long seq, String key, byte[] json, CommandRecord command) {}
