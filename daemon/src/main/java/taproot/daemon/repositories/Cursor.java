package taproot.daemon.repositories;

/**
 * How far a reflog has been read: behind which line of which file.
 *
 * @param lastLength of the line before the offset, newline included; 0 at the beginning
 * @param lastHash of that line
 */
record Cursor(long inode, long offset, int lastLength, int lastHash) {}
