package taproot.daemon.replay;

import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.Arrays;

/** When an event happened, as its line says; found by a scan that decodes nothing else. */
final class EventTime {
    /** The line does not say: in brief mode few do. */
    static final long UNKNOWN = Long.MIN_VALUE;

    private static final byte[] NAME = "\"time\"".getBytes(StandardCharsets.US_ASCII);
    private static final int MICROS_LENGTH = "2026-11-20T05:00:11.300000".length();

    private EventTime() {}

    /** Microseconds since the epoch, UTC. Inside a JSON string no quote is unescaped, so that only a field is found. */
    static long of(byte[] line, int from, int to) {
        int i = from;
        while (i + NAME.length < to) {
            if (line[i] == '"' && Arrays.equals(NAME, 0, NAME.length, line, i, i + NAME.length)) {
                return value(line, i + NAME.length, to);
            }
            i++;
        }
        return UNKNOWN;
    }

    private static long value(byte[] line, int behindName, int to) {
        int i = behindName;
        while (i < to && (line[i] == ' ' || line[i] == ':')) {
            i++;
        }
        int from = i + 1;
        if (i >= to || line[i] != '"' || from + MICROS_LENGTH > to) {
            return UNKNOWN;
        }
        try {
            LocalDateTime time = LocalDateTime.parse(new String(line, from, MICROS_LENGTH, StandardCharsets.US_ASCII));
            return time.toEpochSecond(ZoneOffset.UTC) * 1_000_000L + time.getNano() / 1_000;
        } catch (DateTimeParseException e) {
            // Whether the line is of any use, its reader decides; it keeps its place behind the one before.
            return UNKNOWN;
        }
    }
}
