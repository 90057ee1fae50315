package taproot.daemon.log;

import java.time.Instant;

/**
 * A record that did not go with its batch.
 *
 * @param waiting whether it will be sent again without anybody asking
 * @param attempts how often it was tried by itself
 * @param round with which it was last sent again, 0 for never
 * @param json the record as it was to be delivered: kept also when the log forgets its own
 */
@SuppressWarnings("ArrayRecordComponent") // Handed over once and never compared.
public record SetAside(
        long seq, String key, boolean waiting, String reason, Instant at, int attempts, long round, byte[] json) {}
