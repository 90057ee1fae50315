package taproot.daemon.sink;

import java.time.Duration;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** The pauses between attempts: each about twice as long as the one before, up to a bound, and never the same for all. */
final class Backoff {
    private final Duration first;
    private final Duration longest;
    private final RandomGenerator random;
    private int failures;

    Backoff(Duration first, Duration longest, RandomGenerator random) {
        this.first = first;
        this.longest = longest;
        this.random = random;
    }

    /** @param wanted what the other side asked for; it is given at least that */
    Duration next(@Nullable Duration wanted) {
        long most = Math.min(longest.toNanos(), first.toNanos() << Math.min(failures++, 30));
        if (most <= 0) {
            most = longest.toNanos(); // The shift has left the range of a long.
        }
        Duration pause = Duration.ofNanos(most / 2 + random.nextLong(most / 2 + 1));
        return wanted != null && wanted.compareTo(pause) > 0 ? wanted : pause;
    }

    void succeeded() {
        failures = 0;
    }
}
