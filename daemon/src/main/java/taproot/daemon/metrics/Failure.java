package taproot.daemon.metrics;

import java.time.Instant;

/**
 * Something that went wrong, in one line.
 *
 * @param at when it did last
 * @param times how often it did, as long as it is among those remembered
 */
public record Failure(Instant at, Part part, String message, long times) {}
