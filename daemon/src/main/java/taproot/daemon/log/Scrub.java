package taproot.daemon.log;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the whole log a little at a time, so that damage among old records, which no commit ever touches, is met by the
 * writer and not only by whoever asks for them. Costs a few milliseconds every {@link #PAUSE} until it is through, soon
 * after the start and then once a day. Writer thread only.
 */
final class Scrub {
    private static final Duration PAUSE = Duration.ofMillis(50);
    private static final Duration AGAIN = Duration.ofDays(1);

    /** What is read in one go, and how: each query answers with the last row that it has read. */
    private record Part(String sql, Object beginning) {}

    /** What lies in overflow pages is only read by what looks at each of its characters or bytes. */
    private static final List<Part> PARTS = List.of(
            new Part(
                    "SELECT max(seq), sum(length(record)) FROM"
                            + " (SELECT seq, record FROM commands WHERE seq > ? ORDER BY seq LIMIT 256)",
                    0L),
            new Part(
                    "SELECT max(seq), sum(instr(bytes, x'00')) FROM"
                            + " (SELECT seq, bytes FROM traces WHERE seq > ? ORDER BY seq LIMIT 64)",
                    0L),
            new Part(
                    "SELECT max(key), count(*) FROM (SELECT key FROM commands INDEXED BY sqlite_autoindex_commands_1"
                            + " WHERE key > ? ORDER BY key LIMIT 1024)",
                    ""));

    private final InstantSource clock;
    private int part;
    private Object at = PARTS.getFirst().beginning();
    private Instant next;

    Scrub(InstantSource clock) {
        this.clock = clock;
        next = clock.instant().plus(PAUSE);
    }

    /** How long there is nothing to do. */
    Duration untilNext() {
        Duration left = Duration.between(clock.instant(), next);
        return left.isNegative() ? Duration.ZERO : left;
    }

    /** Reads a little, if it is time; false if it is not. What it meets is thrown, and ends the pass. */
    boolean step(Connection connection) throws SQLException {
        Instant now = clock.instant();
        if (now.isBefore(next)) {
            return false;
        }
        next = now.plus(AGAIN); // Unless all goes well: what cannot be read is not to be tried at every turn.
        Object last = read(connection);
        if (last != null) {
            at = last;
            next = now.plus(PAUSE);
            return true;
        }
        part++;
        if (part < PARTS.size()) {
            next = now.plus(PAUSE);
        } else {
            part = 0;
        }
        at = PARTS.get(part).beginning();
        return true;
    }

    /** The last row that was read; null where there is none left. */
    private @Nullable Object read(Connection connection) throws SQLException {
        try (PreparedStatement select =
                connection.prepareStatement(PARTS.get(part).sql())) {
            select.setObject(1, at);
            try (ResultSet rows = select.executeQuery()) {
                rows.next(); // There is always one row.
                return rows.getObject(1);
            }
        } finally {
            connection.rollback(); // Ends the snapshot.
        }
    }
}
