package taproot.normalizer;

import java.time.DateTimeException;
import java.time.LocalDate;

/** Git's wall-clock times, {@code 2026-11-20T04:57:45.943807Z}, as microseconds since the epoch. */
final class Timestamps {
    private static final int SECONDS_LENGTH = "YYYY-MM-DDTHH:MM:SS".length();

    private Timestamps() {}

    /** Accepts {@code Z} and, for Android's repo, {@code +00:00Z} and {@code +00:00} behind any number of decimals. */
    static long parse(String time) throws MalformedEventException {
        if (time.length() <= SECONDS_LENGTH
                || time.charAt(4) != '-'
                || time.charAt(7) != '-'
                || time.charAt(10) != 'T'
                || time.charAt(13) != ':'
                || time.charAt(16) != ':') {
            throw malformed(time);
        }
        long seconds = epochDay(time) * 86_400L
                + below(24, time, 11) * 3_600L
                + below(60, time, 14) * 60L
                + below(60, time, 17);
        int zone = SECONDS_LENGTH;
        long micros = 0;
        if (time.charAt(zone) == '.') {
            zone++;
            for (long scale = 100_000; zone < time.length() && isDigit(time.charAt(zone)); zone++, scale /= 10) {
                micros += (time.charAt(zone) - '0') * scale;
            }
        }
        switch (time.substring(zone)) {
            case "Z", "+00:00", "+00:00Z" -> {
                return seconds * 1_000_000L + micros;
            }
            default -> throw malformed(time);
        }
    }

    private static long epochDay(String time) throws MalformedEventException {
        try {
            return LocalDate.of(digits(time, 0, 4), digits(time, 5, 7), digits(time, 8, 10))
                    .toEpochDay();
        } catch (DateTimeException e) {
            throw malformed(time);
        }
    }

    /** The two digits at that place. */
    private static int below(int bound, String time, int at) throws MalformedEventException {
        int n = digits(time, at, at + 2);
        if (n >= bound) {
            throw malformed(time);
        }
        return n;
    }

    private static int digits(String s, int from, int to) throws MalformedEventException {
        int n = 0;
        for (int i = from; i < to; i++) {
            if (!isDigit(s.charAt(i))) {
                throw malformed(s);
            }
            n = n * 10 + (s.charAt(i) - '0');
        }
        return n;
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static MalformedEventException malformed(String time) {
        return new MalformedEventException(
                "expected a UTC time like 2026-11-20T04:57:45.943807Z, came \"" + Text.bounded(time, 40) + "\"");
    }
}
