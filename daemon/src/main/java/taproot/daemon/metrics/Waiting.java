package taproot.daemon.metrics;

import java.time.Duration;

/**
 * What waits in one part of the daemon.
 *
 * @param oldest for how long the one has that came first; zero where nothing waits
 */
public record Waiting(long count, Duration oldest) {
    public static final Waiting NOTHING = new Waiting(0, Duration.ZERO);

    /** @param since each one's {@link System#nanoTime} of coming */
    public static Waiting since(Iterable<Long> since) {
        long now = System.nanoTime();
        long count = 0;
        long oldest = 0;
        for (long came : since) {
            count++;
            oldest = Math.max(oldest, now - came);
        }
        return new Waiting(count, Duration.ofNanos(oldest));
    }
}
