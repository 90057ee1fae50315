package taproot.daemon.repositories;

import java.time.Instant;

/** The time of day as git tells it. */
final class Micros {
    private Micros() {}

    static long now() {
        Instant now = Instant.now();
        return now.getEpochSecond() * 1_000_000L + now.getNano() / 1_000;
    }
}
