package taproot.cli.text;

import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations and sizes as people read and write them. */
public final class Durations {
    private static final Pattern WRITTEN = Pattern.compile("(\\d{1,9})(us|ms|s|m|h|d)");

    private Durations() {}

    /**
     * Reads {@code 250ms}, {@code 5s}, {@code 30d}.
     *
     * @throws IllegalArgumentException when it is nothing of the kind
     */
    public static Duration parse(String text) {
        Matcher matcher = WRITTEN.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "expected a whole number and us, ms, s, m, h or d, like 30s or 2h, got '" + text + "'");
        }
        long n = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
            case "us" -> Duration.ofNanos(n * 1_000);
            case "ms" -> Duration.ofMillis(n);
            case "s" -> Duration.ofSeconds(n);
            case "m" -> Duration.ofMinutes(n);
            case "h" -> Duration.ofHours(n);
            default -> Duration.ofDays(n);
        };
    }

    /** Three digits that matter and a unit, never wider than nine characters below a hundred days. */
    public static String human(long micros) {
        if (micros < 9_950) {
            return String.format(Locale.ROOT, "%.1f ms", micros / 1_000.0);
        }
        if (micros < 999_500) {
            return Math.round(micros / 1_000.0) + " ms";
        }
        if (micros < 9_995_000) {
            return String.format(Locale.ROOT, "%.2f s", micros / 1_000_000.0);
        }
        if (micros < 59_950_000) {
            return String.format(Locale.ROOT, "%.1f s", micros / 1_000_000.0);
        }
        long seconds = Math.round(micros / 1_000_000.0);
        if (seconds < 3_600) {
            return String.format(Locale.ROOT, "%d m %02d s", seconds / 60, seconds % 60);
        }
        if (seconds < 86_400) {
            return String.format(Locale.ROOT, "%d h %02d m", seconds / 3_600, seconds / 60 % 60);
        }
        return String.format(Locale.ROOT, "%d d %02d h", seconds / 86_400, seconds / 3_600 % 24);
    }

    public static String bytes(long n) {
        if (n < 1_024) {
            return n + " B";
        }
        if (n < 1 << 20) {
            return String.format(Locale.ROOT, "%.1f KiB", n / 1_024.0);
        }
        return String.format(Locale.ROOT, "%.1f MiB", n / 1_048_576.0);
    }
}
