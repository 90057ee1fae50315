package taproot.daemon.log;

import java.sql.SQLException;

/** What a failure of SQLite asks for. */
enum SqlFailure {
    /** The record itself cannot be stored; the others of its group can. */
    RECORD_REFUSED,
    /** The file is no database, or a damaged one: set it aside and begin a new one. */
    CORRUPT,
    /** Somebody else holds the lock: the same connection will do, later. */
    BUSY,
    /** Disk full, I/O error, no permission and the like: open it again, later. */
    OUT_OF_ORDER;

    /** The primary result codes of sqlite3.h; an extended code carries its primary one in the lowest byte. */
    static SqlFailure of(SQLException e) {
        return switch (e.getErrorCode() & 0xff) {
            case 18, 19, 20 -> RECORD_REFUSED; // SQLITE_TOOBIG, SQLITE_CONSTRAINT, SQLITE_MISMATCH
            case 11, 26 -> CORRUPT; // SQLITE_CORRUPT, SQLITE_NOTADB
            case 5, 6 -> BUSY; // SQLITE_BUSY, SQLITE_LOCKED
            default -> OUT_OF_ORDER;
        };
    }
}
