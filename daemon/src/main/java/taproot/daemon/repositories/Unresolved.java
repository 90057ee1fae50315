package taproot.daemon.repositories;

import java.util.Locale;

/** Why nothing more is known of a command's repository than what git said. */
enum Unresolved {
    /** The directory is not there any more. */
    MISSING,
    /** The directory is there, but no repository where git said that it worked. */
    NOT_FOUND,
    /** The file system refused: no permission, or an error. */
    UNREADABLE,
    /** Bytes that are not UTF-8, and nobody knows which. */
    NOT_UTF8,
    /** The file system did not answer within {@code repositories.timeout}. */
    TIMEOUT,
    /** Too much waited already for slow file systems. */
    OVERLOADED;

    /** As it stands in the record. */
    String wire() {
        return name().toLowerCase(Locale.ROOT);
    }
}
