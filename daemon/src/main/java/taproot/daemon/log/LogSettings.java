package taproot.daemon.log;

import java.time.Duration;

/**
 * How the log writes and what it keeps. A retention of zero means that nothing is removed for that reason.
 *
 * @param durability what a power cut may cost; {@code kill -9} costs nothing with either
 * @param readOnlyAge how long a read-only command keeps a row of its own before it is folded into a minute bucket
 * @param retentionAge how long a record is kept, counted from its commit
 * @param retentionSize bytes the database may hold; the oldest records make room
 * @param queueLimit bytes of records that may wait for the writer
 * @param retryFirst the pause after a first failure to open or write; it doubles with each further one
 * @param retryLongest what the pause grows to
 * @param retentionInterval how often the log looks for what has grown too old or too large
 */
public record LogSettings(
        Durability durability,
        Duration readOnlyAge,
        Duration retentionAge,
        long retentionSize,
        long queueLimit,
        Duration retryFirst,
        Duration retryLongest,
        Duration retentionInterval) {

    /** When the disk is told to make a commit last. */
    public enum Durability {
        /** At checkpoints: a power cut may cost the last commits, never the database. */
        NORMAL,
        /** At every commit. */
        FULL
    }

    public static final LogSettings DEFAULTS = new LogSettings(
            Durability.NORMAL,
            Duration.ofHours(1),
            Duration.ofDays(30),
            1L << 30,
            16L << 20,
            Duration.ofMillis(100),
            Duration.ofSeconds(5),
            Duration.ofMinutes(1));

    public LogSettings {
        requirePositive("queueLimit", queueLimit);
        requirePositive("retryFirst", retryFirst.toNanos());
        requirePositive("retryLongest", retryLongest.toNanos());
        requirePositive("retentionInterval", retentionInterval.toNanos());
        if (readOnlyAge.isNegative() || retentionAge.isNegative() || retentionSize < 0) {
            throw new IllegalArgumentException("a retention is zero (unlimited) or more, got readOnlyAge " + readOnlyAge
                    + ", retentionAge " + retentionAge + ", retentionSize " + retentionSize);
        }
    }

    private static void requirePositive(String name, long value) {
        if (value <= 0) {
            throw new IllegalArgumentException(name + " must be more than zero, got " + value);
        }
    }
}
