package taproot.daemon.api;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/** Times as all of Taproot's JSON has them: RFC 3339, UTC, microseconds; durations in whole microseconds. */
final class Rfc3339 {
    private static final DateTimeFormatter MICROS =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);

    private Rfc3339() {}

    static String micros(Instant time) {
        return MICROS.format(time);
    }

    static long micros(Duration duration) {
        return duration.toNanos() / 1_000;
    }
}
