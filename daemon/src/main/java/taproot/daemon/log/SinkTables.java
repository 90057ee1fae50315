package taproot.daemon.log;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What the database remembers of sinks: the tables {@code sinks} and {@code set_aside}. Statements live for one call. */
final class SinkTables {
    /** Where a cursor stands that reads the oldest record next. */
    static final String OLDEST = "SELECT coalesce((SELECT min(seq) - 1 FROM commands), (" + Schema.HEAD + "))";

    private SinkTables() {}

    /** Enters the sinks that are new; those that are no longer declared hold nothing back any more. */
    static void declare(Connection connection, SinkCursors sinks) throws SQLException {
        if (!sinks.declared()) {
            return;
        }
        try (PreparedStatement forget = connection.prepareStatement("UPDATE sinks SET active = 0 WHERE active = 1");
                PreparedStatement enter = connection.prepareStatement(
                        "INSERT INTO sinks(name, active, cursor) VALUES (?, 1, CASE WHEN ? THEN (" + OLDEST + ") ELSE ("
                                + Schema.HEAD + ") END) ON CONFLICT(name) DO UPDATE SET active = 1")) {
            forget.executeUpdate();
            for (SinkCursors.Start sink : sinks.sinks()) {
                enter.setString(1, sink.name());
                enter.setBoolean(2, sink.fromBeginning());
                enter.executeUpdate();
            }
        }
    }

    /** The seq up to which every declared sink has had its records; all of them where there are no sinks. */
    static long hadByAll(Connection connection) throws SQLException {
        return Schema.number(
                connection, "SELECT coalesce(min(cursor), " + Long.MAX_VALUE + ") FROM sinks WHERE active = 1");
    }

    static void apply(Connection connection, SinkChange change) throws SQLException {
        switch (change) {
            case SinkChange.Progress progress -> apply(connection, progress);
            case SinkChange.Pause pause ->
                update(connection, "UPDATE sinks SET paused = ? WHERE name = ?", pause.paused(), pause.sink());
            case SinkChange.Resend resend ->
                update(connection, "UPDATE set_aside SET waiting = 1 WHERE sink = ?", resend.sink());
            case SinkChange.Discard discard ->
                update(connection, "DELETE FROM set_aside WHERE sink = ?", discard.sink());
        }
    }

    private static void apply(Connection connection, SinkChange.Progress progress) throws SQLException {
        SinkState state = progress.state();
        SinkState.Frozen frozen = state.frozen();
        update(
                connection,
                "UPDATE sinks SET cursor = ?, delivered = ?, missed = ?, rounds = ?, first = ?, last = ?, records = ?,"
                        + " parts = ?, round = ? WHERE name = ?",
                state.cursor(),
                state.delivered(),
                state.missed(),
                state.rounds(),
                frozen == null ? null : frozen.first(),
                frozen == null ? null : frozen.last(),
                frozen == null ? null : frozen.records(),
                frozen == null ? null : frozen.parts(),
                frozen == null ? null : frozen.round(),
                state.sink());
        for (SetAside aside : progress.aside()) {
            update(
                    connection,
                    "INSERT INTO set_aside(sink, seq, key, waiting, reason, at, attempts, round, record)"
                            + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, CAST(? AS TEXT)) ON CONFLICT(sink, seq) DO UPDATE SET"
                            + " waiting = excluded.waiting, reason = excluded.reason, at = excluded.at,"
                            + " attempts = excluded.attempts, round = excluded.round",
                    state.sink(),
                    aside.seq(),
                    aside.key(),
                    aside.waiting(),
                    aside.reason(),
                    Retention.micros(aside.at()),
                    aside.attempts(),
                    aside.round(),
                    aside.json());
        }
        for (long seq : progress.sent()) {
            update(connection, "DELETE FROM set_aside WHERE sink = ? AND seq = ?", state.sink(), seq);
        }
    }

    private static void update(Connection connection, String sql, @Nullable Object... values) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                switch (values[i]) {
                    case null -> statement.setNull(i + 1, Types.NULL);
                    case byte[] bytes -> statement.setBytes(i + 1, bytes);
                    case Object value -> statement.setObject(i + 1, value);
                }
            }
            statement.executeUpdate();
        }
    }

    static @Nullable SinkState state(Connection connection, String sink) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement("SELECT * FROM sinks WHERE name = ?")) {
            select.setString(1, sink);
            try (ResultSet row = select.executeQuery()) {
                return row.next()
                        ? new SinkState(
                                sink,
                                row.getLong("cursor"),
                                row.getBoolean("paused"),
                                frozen(row),
                                row.getLong("delivered"),
                                row.getLong("missed"),
                                row.getLong("rounds"))
                        : null;
            }
        }
    }

    private static SinkState.@Nullable Frozen frozen(ResultSet row) throws SQLException {
        long first = row.getLong("first");
        return row.wasNull()
                ? null
                : new SinkState.Frozen(
                        first, row.getLong("last"), row.getInt("records"), row.getInt("parts"), row.getLong("round"));
    }

    /**
     * Records that were set aside, by seq.
     *
     * @param condition of {@code round = ?} and {@code waiting = ?}, with a number for the question mark
     */
    static List<SetAside> setAside(Connection connection, String sink, String condition, long number, int limit)
            throws SQLException {
        List<SetAside> found = new ArrayList<>();
        try (PreparedStatement select = connection.prepareStatement(
                "SELECT * FROM set_aside WHERE sink = ? AND " + condition + " ORDER BY seq LIMIT " + limit)) {
            select.setString(1, sink);
            select.setLong(2, number);
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    found.add(new SetAside(
                            row.getLong("seq"),
                            row.getString("key"),
                            row.getBoolean("waiting"),
                            row.getString("reason"),
                            instant(row.getLong("at")),
                            row.getInt("attempts"),
                            row.getLong("round"),
                            row.getString("record").getBytes(StandardCharsets.UTF_8)));
                }
            }
        }
        return found;
    }

    static Instant instant(long micros) {
        return Instant.ofEpochSecond(
                Math.floorDiv(micros, 1_000_000L), TimeUnit.MICROSECONDS.toNanos(Math.floorMod(micros, 1_000_000L)));
    }
}
