package taproot.daemon.replay;

import java.util.List;

/**
 * What a replay has gone through; what became of the lines is in the counters.
 *
 * @param files with events in them
 * @param bytes in those
 * @param skipped the others, and those that could not be read to their end
 */
public record Played(long files, long bytes, List<SkippedFile> skipped) {}
