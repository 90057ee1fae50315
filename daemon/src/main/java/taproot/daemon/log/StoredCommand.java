package taproot.daemon.log;

import java.nio.charset.StandardCharsets;

/**
 * A record as it is handed out.
 *
 * @param json the record of DESIGN §5 in UTF-8, its {@code seq} included
 */
@SuppressWarnings("ArrayRecordComponent") // Handed over once and never compared.
public record StoredCommand(long seq, String key, byte[] json) implements LogEntry {

    @Override
    public long from() {
        return seq;
    }

    @Override
    public long to() {
        return seq;
    }

    /** The record in which {@code seq} follows the first field, {@code v}: a seq exists only once a record is stored. */
    static StoredCommand of(long seq, String key, byte[] stored) {
        int comma = 0;
        while (comma < stored.length && stored[comma] != ',' && stored[comma] != '}') {
            comma++;
        }
        byte[] field = (",\"seq\":" + seq).getBytes(StandardCharsets.US_ASCII);
        byte[] json = new byte[stored.length + field.length];
        System.arraycopy(stored, 0, json, 0, comma);
        System.arraycopy(field, 0, json, comma, field.length);
        System.arraycopy(stored, comma, json, comma + field.length, stored.length - comma);
        return new StoredCommand(seq, key, json);
    }
}
