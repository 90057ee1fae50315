package taproot.daemon.log;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The read-only commands that one caller ran in one repository within one minute, folded.
 *
 * @param failures those that did not exit with 0
 * @param totalDurationUs the sum of the durations that are known
 * @param durations how many took less than each of {@link #BOUNDS_US}, and not less than the bound before it; the last
 *     number is of those that took longer than every bound
 */
public record ReadOnlyBucket(
        Instant minute,
        @Nullable String repository,
        @Nullable String command,
        @Nullable String caller,
        long count,
        long failures,
        long totalDurationUs,
        List<Long> durations) {

    /** The histogram's bounds in microseconds: 1 ms and its doubles up to about a second. */
    public static final List<Long> BOUNDS_US = List.of(
            1_000L, 2_000L, 4_000L, 8_000L, 16_000L, 32_000L, 64_000L, 128_000L, 256_000L, 512_000L, 1_024_000L);
}
