package taproot.daemon.log;

import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import taproot.normalizer.CommandRecord;

/**
 * The writer's connection. One transaction a group; prepared statements live as long as the connection. Writer thread
 * only.
 */
final class Database implements AutoCloseable {
    /** How long SQLite itself waits for somebody else's lock before the writer is told. */
    private static final int BUSY_TIMEOUT_MS = 250;
    /** The write-ahead log is cut back to this when a long reader had made it grow. */
    private static final long WAL_LIMIT = 16 << 20;

    /** A record ready to be inserted. */
    record Row(CommandRecord record, byte[] json, Traces.@Nullable Compressed trace, long committedAt) {}

    /** What became of a group. */
    sealed interface Result {
        /** It is committed. */
        record Committed(long head, int inserted, int duplicates) implements Result {}

        /** Nothing of it is: the database does not take this record, and the rest is to be tried without it. */
        record Refused(int index, SQLException why) implements Result {}

        /** Nothing of it is: the same for what a sink wanted to remember. */
        record ChangeRefused(int index, SQLException why) implements Result {}
    }

    private final Connection connection;
    private final StateDirectory.OpenFile file;
    private final String logId;
    private final PreparedStatement lock;
    private final PreparedStatement selectHead;
    private final PreparedStatement insert;
    private final PreparedStatement insertTrace;

    private Database(Connection connection, StateDirectory.OpenFile file) throws SQLException {
        this.connection = connection;
        this.file = file;
        logId = Schema.meta(connection, "log_id");
        // A write first, of nothing: it takes the lock before anything is read, so that the head cannot be an old one.
        lock = connection.prepareStatement("UPDATE meta SET value = value WHERE name = ''");
        selectHead = connection.prepareStatement(Schema.HEAD);
        // The JSON is bound as bytes and becomes text inside SQLite, which spares making a String of it.
        insert = connection.prepareStatement("INSERT INTO commands VALUES (?,?,?,?,?,?,?,?,?,?,?,?,CAST(? AS TEXT))"
                + " ON CONFLICT(key) DO NOTHING");
        insertTrace = connection.prepareStatement("INSERT INTO traces VALUES (?, ?, ?)");
        connection.setAutoCommit(false);
    }

    /** Opens the database, makes it if it is missing, and brings it to this version's schema. */
    static Database open(StateDirectory directory, LogSettings settings, SinkCursors sinks)
            throws SQLException, IOException, LogException {
        directory.ensure();
        StateDirectory.OpenFile file = directory.secureDatabase();
        NativeLibraries.sqlite(directory.path());
        SQLiteConfig config = new SQLiteConfig();
        config.setBusyTimeout(BUSY_TIMEOUT_MS);
        config.setGetGeneratedKeys(false); // It would ask for one after each insert.
        Connection connection = config.createConnection("jdbc:sqlite:" + directory.database());
        try {
            int version = Schema.version(connection);
            if (version > Schema.VERSION) {
                throw Schema.newer(directory.database(), version); // Before anything is written to it.
            }
            if (version == 0) {
                pragma(connection, "auto_vacuum = INCREMENTAL"); // Only possible before the first table.
            }
            pragma(connection, "journal_mode = WAL");
            pragma(connection, "synchronous = " + settings.durability());
            pragma(connection, "journal_size_limit = " + WAL_LIMIT);
            Schema.migrate(connection);
            SinkTables.declare(connection, sinks);
            return new Database(connection, file);
        } catch (SQLException | LogException e) {
            closeAfter(e, connection);
            throw e;
        }
    }

    static void closeAfter(Exception failure, @Nullable Connection connection) {
        try {
            if (connection != null) {
                connection.close();
            }
        } catch (SQLException e) {
            failure.addSuppressed(e);
        }
    }

    private static void pragma(Connection connection, String pragma) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("PRAGMA " + pragma);
        }
    }

    String logId() {
        return logId;
    }

    Connection connection() {
        return connection;
    }

    /** What was at the path when it was opened. */
    StateDirectory.OpenFile file() {
        return file;
    }

    /**
     * Writes a group in one transaction; after an exception nothing of it is stored where anybody would look for it.
     *
     * @throws IOException if the file is not at its path any more: SQLite goes on writing to what nobody can open
     */
    Result write(List<Row> rows, List<AppendQueue.Entry.Sink> sinks) throws SQLException, IOException {
        try {
            Result result = insert(rows);
            if (result instanceof Result.Committed) {
                result = remember(sinks, result);
            }
            if (result instanceof Result.Committed) {
                connection.commit();
                file.checkInPlace(); // Last, so that nothing is called committed that was gone by then.
            } else {
                connection.rollback();
            }
            return result;
        } catch (SQLException e) {
            rollback(e);
            throw e;
        }
    }

    /** The seq of the newest record ever committed. */
    long head() throws SQLException {
        long head = readHead();
        connection.rollback(); // Ends the snapshot.
        return head;
    }

    void rollback(SQLException failure) {
        try {
            connection.rollback();
        } catch (SQLException e) {
            failure.addSuppressed(e);
        }
    }

    private Result insert(List<Row> rows) throws SQLException {
        lock.executeUpdate();
        long before = readHead();
        long head = before;
        for (int i = 0; i < rows.size(); i++) {
            try {
                if (insert(head + 1, rows.get(i))) {
                    head++;
                }
            } catch (SQLException e) {
                if (SqlFailure.of(e) == SqlFailure.RECORD_REFUSED) {
                    return new Result.Refused(i, e);
                }
                throw e;
            }
        }
        int inserted = (int) (head - before);
        return new Result.Committed(head, inserted, rows.size() - inserted);
    }

    private Result remember(List<AppendQueue.Entry.Sink> sinks, Result otherwise) throws SQLException {
        for (int i = 0; i < sinks.size(); i++) {
            try {
                SinkTables.apply(connection, sinks.get(i).change());
            } catch (SQLException e) {
                if (SqlFailure.of(e) == SqlFailure.RECORD_REFUSED) {
                    return new Result.ChangeRefused(i, e);
                }
                throw e;
            }
        }
        return otherwise;
    }

    private long readHead() throws SQLException {
        try (ResultSet rows = selectHead.executeQuery()) {
            rows.next(); // There is always one row.
            return rows.getLong(1);
        }
    }

    /** False if the key is there already. */
    private boolean insert(long seq, Row row) throws SQLException {
        CommandRecord record = row.record();
        insert.setLong(1, seq);
        insert.setString(2, record.key());
        insert.setString(3, record.session());
        insert.setString(4, record.command());
        insert.setString(5, record.outcome().wire());
        setInteger(6, record.exitCode());
        insert.setInt(7, record.readOnly() ? 1 : 0);
        insert.setLong(8, record.startedAt());
        setLong(9, record.durationUs());
        insert.setString(10, Conditions.place(record.repository()));
        insert.setString(11, record.caller());
        insert.setLong(12, row.committedAt());
        insert.setBytes(13, row.json());
        if (insert.executeUpdate() == 0) {
            return false;
        }
        Traces.Compressed trace = row.trace();
        if (trace != null) {
            insertTrace.setLong(1, seq);
            insertTrace.setString(2, trace.codec());
            insertTrace.setBytes(3, trace.bytes());
            insertTrace.executeUpdate();
        }
        return true;
    }

    private void setInteger(int column, @Nullable Integer value) throws SQLException {
        if (value == null) {
            insert.setNull(column, Types.INTEGER);
        } else {
            insert.setInt(column, value);
        }
    }

    private void setLong(int column, @Nullable Long value) throws SQLException {
        if (value == null) {
            insert.setNull(column, Types.INTEGER);
        } else {
            insert.setLong(column, value);
        }
    }

    /** Moves what is in the write-ahead log into the database, as far as readers allow. */
    void checkpoint() throws SQLException {
        connection.setAutoCommit(true);
        pragma(connection, "wal_checkpoint(TRUNCATE)");
        connection.setAutoCommit(false);
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
