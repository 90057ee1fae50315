package taproot.daemon.sink.postgres;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import taproot.daemon.sink.SinkException;

/**
 * The shape of the table and how it came about: {@code schema-N.sql}, each applied once, in a transaction of its own, under
 * a lock that all daemons of this database share. A role that may not change the schema is enough where somebody else has
 * applied them.
 */
final class PostgresSchema {
    private static final int VERSION = 1;

    private PostgresSchema() {}

    static void migrate(Connection connection, TableName table) throws SQLException, SinkException {
        int version = version(connection, table);
        connection.rollback(); // Ends the snapshot.
        if (version < VERSION) {
            version = apply(connection, table);
        }
        if (version > VERSION) {
            throw new SinkException("the table " + table.name() + " has schema " + version + ", this version knows "
                    + VERSION + ": use the newer Taproot, or another table");
        }
    }

    /** Whoever fails gives the connection up, and with it the lock. */
    private static int apply(Connection connection, TableName table) throws SQLException {
        lock(connection, "SELECT pg_advisory_lock(hashtextextended(?, 0))", table);
        // In another transaction: within one the server may go on believing that the table, made meanwhile, is not
        // there.
        connection.commit();
        int version = version(connection, table); // Another daemon may have been faster.
        try (Statement statement = connection.createStatement()) {
            for (int next = version + 1; next <= VERSION; next++) {
                statement.execute(script(next, table));
                version = next;
            }
        }
        connection.commit();
        lock(connection, "SELECT pg_advisory_unlock(hashtextextended(?, 0))", table);
        connection.commit();
        return version;
    }

    private static void lock(Connection connection, String sql, TableName table) throws SQLException {
        try (PreparedStatement lock = connection.prepareStatement(sql)) {
            lock.setString(1, "taproot " + table.name());
            lock.execute();
        }
    }

    private static int version(Connection connection, TableName table) throws SQLException {
        try (PreparedStatement exists = connection.prepareStatement("SELECT to_regclass(?) IS NOT NULL")) {
            exists.setString(1, table.version());
            try (ResultSet rows = exists.executeQuery()) {
                if (!rows.next() || !rows.getBoolean(1)) {
                    return 0;
                }
            }
        }
        try (Statement select = connection.createStatement();
                ResultSet rows = select.executeQuery("SELECT coalesce(max(version), 0) FROM " + table.version())) {
            rows.next(); // There is always one row.
            return rows.getInt(1);
        }
    }

    private static String script(int version, TableName table) {
        String name = "schema-" + version + ".sql";
        try (InputStream script = PostgresSchema.class.getResourceAsStream(name)) {
            if (script == null) {
                throw new IllegalStateException(name + " is not among the classes");
            }
            return new String(script.readAllBytes(), StandardCharsets.UTF_8)
                    .replace("${table}", table.name())
                    .replace("${last}", table.last());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
