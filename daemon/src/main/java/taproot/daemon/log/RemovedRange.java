package taproot.daemon.log;

/**
 * Places of the log whose records are gone: retention removed them, folded them into buckets, or somebody had them
 * forgotten. Since a seq is given without gaps, a jump between two rows says so.
 *
 * @param from the first seq that is gone
 * @param to the last seq that is gone
 */
public record RemovedRange(long from, long to) implements LogEntry {}
