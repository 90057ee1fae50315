package taproot.daemon.sink.postgres;

import java.sql.SQLException;

/** What a failure of PostgreSQL means, by its SQLSTATE (appendix A of its manual). */
enum PostgresFailure {
    /** The record itself: a character the encoding does not have, a number out of range, a value too long. */
    REFUSED,
    /** Another transaction holds a key that is wanted here, and does not end. */
    STALLED,
    /** Anything else: later, perhaps on another connection, it may work. */
    LATER;

    static PostgresFailure of(SQLException e) {
        String state = e.getSQLState();
        if (state == null || state.length() != 5) {
            return LATER;
        }
        return switch (state.substring(0, 2)) {
            case "22", "23", "54" -> REFUSED; // data exception, integrity constraint, program limit
            case "55" -> state.equals("55P03") ? STALLED : LATER; // lock_not_available
            default -> LATER;
        };
    }

    /** For people: what the server said, without the statement, and the state that its manual explains. */
    static String text(SQLException e) {
        String message = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
        return message + (e.getSQLState() == null ? "" : " (SQLSTATE " + e.getSQLState() + ")");
    }
}
