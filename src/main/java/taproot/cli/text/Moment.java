package taproot.cli.text;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;

/** Points in time as people write and read them: in their own time zone. */
public final class Moment {
    private static final DateTimeFormatter SECONDS = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss");
    private static final DateTimeFormatter MILLIS = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.SSS");

    private Moment() {}

    /**
     * Reads RFC 3339, a local date and time, a local date (its midnight), {@code today}, {@code yesterday}, or how long ago.
     *
     * @throws IllegalArgumentException when it is none of them
     */
    public static Instant parse(String text, Instant now, ZoneId zone) {
        LocalDate today = now.atZone(zone).toLocalDate();
        if (text.equals("today")) {
            return today.atStartOfDay(zone).toInstant();
        }
        if (text.equals("yesterday")) {
            return today.minusDays(1).atStartOfDay(zone).toInstant();
        }
        try {
            if (text.matches("\\d{4}-\\d\\d-\\d\\d")) {
                return LocalDate.parse(text).atStartOfDay(zone).toInstant();
            }
            if (text.matches("\\d{4}-\\d\\d-\\d\\d[T ]\\d\\d:\\d\\d(:\\d\\d(\\.\\d+)?)?")) {
                return LocalDateTime.parse(text.replace(' ', 'T')).atZone(zone).toInstant();
            }
            if (text.matches("\\d{4}-.*")) {
                return OffsetDateTime.parse(text.replace(' ', 'T')).toInstant();
            }
            return now.minus(Durations.parse(text));
        } catch (DateTimeException | IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "expected a time like 2026-11-20T14:30:00Z, a local one like '2026-11-20 14:30' or 2026-11-20, today,"
                            + " yesterday, or how long ago, like 30m or 2h, got '" + text + "'",
                    e);
        }
    }

    public static String seconds(long micros, ZoneId zone) {
        return SECONDS.format(instant(micros).atZone(zone));
    }

    public static String millis(long micros, ZoneId zone) {
        return MILLIS.format(instant(micros).atZone(zone));
    }

    public static long micros(Instant time) {
        return time.getEpochSecond() * 1_000_000 + time.getNano() / 1_000;
    }

    private static Instant instant(long micros) {
        return Instant.ofEpochSecond(Math.floorDiv(micros, 1_000_000L), Math.floorMod(micros, 1_000_000L) * 1_000);
    }
}
