package taproot.daemon.replay;

/** Every reason for which a file is not imported. */
public enum SkipReason {
    /** Nothing is in it. */
    EMPTY("empty", false),
    /** None of its first lines is a trace2 event. */
    NOT_TRACE2("not trace2 events", false),
    /** {@code git-trace2-discard}: there were {@code trace2.maxFiles} files, and git wrote no more. */
    DISCARD("git stopped recording here: trace2.maxFiles was reached", false),
    /** A socket, a pipe, a device, or a symbolic link inside a directory. */
    NOT_A_FILE("not a regular file", false),
    /** It, or the directory, cannot be read. */
    UNREADABLE("cannot be read", true);

    private final String meaning;
    private final boolean failure;

    SkipReason(String meaning, boolean failure) {
        this.meaning = meaning;
        this.failure = failure;
    }

    /** In words that fit behind a file's name. */
    public String meaning() {
        return meaning;
    }

    /** Whether something may be missing because of it. */
    public boolean isFailure() {
        return failure;
    }
}
