package taproot.daemon.metrics;

import java.time.Duration;
import java.util.List;

/**
 * How the flush gate is doing.
 *
 * @param active flushes that are going on, those that bypassed the gate included
 * @param waits of those let in, how long they had waited: a count for each class of {@link #WAIT_BOUNDS}
 * @param waited what they had waited together
 * @param timeouts how often somebody waited longer than flushes usually take; he keeps his place
 * @param bypasses flushes that did not ask, because the daemon was stopping
 * @param patience how long flushes usually take, at least a second
 */
public record GateFigures(
        int slots,
        int active,
        int waiting,
        List<Long> waits,
        Duration waited,
        long timeouts,
        long bypasses,
        Duration patience) {
    /** The upper bounds of the classes of waiting times; the last class has none. */
    public static final List<Duration> WAIT_BOUNDS = List.of(
            Duration.ofMillis(1),
            Duration.ofMillis(10),
            Duration.ofMillis(100),
            Duration.ofSeconds(1),
            Duration.ofSeconds(10),
            Duration.ofSeconds(60));

    /** A gate that nobody has come to. */
    public static final GateFigures IDLE =
            new GateFigures(0, 0, 0, List.of(), Duration.ZERO, 0, 0, Duration.ofSeconds(1));

    public GateFigures {
        waits = List.copyOf(waits);
    }

    /** How many were let in. */
    public long entries() {
        return waits.stream().mapToLong(Long::longValue).sum();
    }

    public double averageWaitMillis() {
        return entries() == 0 ? 0 : waited.toNanos() / 1e6 / entries();
    }
}
