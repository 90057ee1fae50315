package taproot.daemon.repositories;

/**
 * What {@code statx} says of a file.
 *
 * @param device of the file system it is on; may be another after a reboot
 * @param born nanoseconds since the epoch; 0 where the file system does not know
 * @param modified nanoseconds since the epoch
 */
record FileStatus(int mode, long device, long inode, long size, long born, long modified) {
    private static final int TYPE = 0xF000;
    private static final int DIRECTORY = 0x4000;
    private static final int REGULAR = 0x8000;

    boolean isDirectory() {
        return (mode & TYPE) == DIRECTORY;
    }

    boolean isFile() {
        return (mode & TYPE) == REGULAR;
    }

    /** Whether it is the same file or directory, whatever was written to it. */
    boolean isSameAs(FileStatus other) {
        return device == other.device && inode == other.inode && born == other.born;
    }
}
