package taproot.daemon.log;

import org.jspecify.annotations.Nullable;

/**
 * What records of one kind have in common. Percentiles are within 3 % of the durations that are known; those of folded
 * read-only commands are known to a factor of 1.4.
 *
 * @param name what they share: a command, a repository, a caller, an outcome, or the hour in which they started as RFC 3339;
 *     null where it is not known
 * @param failures those that did not exit with 0
 * @param totalUs the sum of the durations that are known
 * @param p50Us null where no duration is known
 */
public record SummaryRow(
        @Nullable String name,
        long count,
        long failures,
        long totalUs,
        @Nullable Long p50Us,
        @Nullable Long p95Us,
        @Nullable Long p99Us) {}
