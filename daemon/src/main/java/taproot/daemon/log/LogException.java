package taproot.daemon.log;

import org.jspecify.annotations.Nullable;

/** What keeps somebody from the log. The message says what was expected, what was found and what to do. */
public final class LogException extends Exception {
    private static final long serialVersionUID = 1L;

    /** Every way in which the log can be out of reach. */
    public enum Kind {
        /** Nothing has been recorded here: no directory, no database, or one that is only just being made. */
        NO_LOG,
        /** The state directory belongs to another user. */
        FOREIGN_OWNER,
        /** Others may write into the state directory. */
        NOT_PRIVATE,
        /** The database was written by a newer Taproot. */
        NEWER_SCHEMA,
        /** The database, or the disk below it, cannot be read or written. */
        UNUSABLE,
        /** It is about another log: the database was replaced. */
        OTHER_LOG,
        /** The log was closed first. */
        CLOSED
    }

    private final Kind kind;

    public LogException(Kind kind, String message) {
        this(kind, message, null);
    }

    LogException(Kind kind, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }
}
