package taproot.daemon.log;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.UUID;

/**
 * The database's shape and how it came about: {@code PRAGMA user_version} counts the migrations that were applied. Each
 * is applied in a transaction of its own, once, and never changed after a release.
 *
 * <p>There is no index but the key's, because each costs on every insert (two of them half as much again as the insert
 * itself) and queries want the newest rows first, which the primary key gives; a filter that matches nothing reads 150,000
 * rows in 60 ms.
 */
final class Schema {
    private static final List<List<String>> MIGRATIONS = List.of(
            // 1
            List.of(
                    "CREATE TABLE meta(name TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID",
                    """
                    CREATE TABLE commands(
                      seq INTEGER PRIMARY KEY,
                      key TEXT NOT NULL UNIQUE CHECK (key <> ''),
                      session TEXT,
                      command TEXT,
                      outcome TEXT NOT NULL,
                      exit_code INTEGER,
                      read_only INTEGER NOT NULL,
                      started_at INTEGER NOT NULL,
                      duration_us INTEGER,
                      repository TEXT,
                      caller TEXT,
                      committed_at INTEGER NOT NULL,
                      record TEXT NOT NULL)
                    """,
                    "CREATE TABLE traces(seq INTEGER PRIMARY KEY, codec TEXT NOT NULL, bytes BLOB NOT NULL)",
                    """
                    CREATE TABLE read_only_buckets(
                      minute INTEGER,
                      repository TEXT,
                      command TEXT,
                      caller TEXT,
                      count INTEGER NOT NULL,
                      failures INTEGER NOT NULL,
                      total_duration_us INTEGER NOT NULL,
                      d0 INTEGER NOT NULL, d1 INTEGER NOT NULL, d2 INTEGER NOT NULL, d3 INTEGER NOT NULL,
                      d4 INTEGER NOT NULL, d5 INTEGER NOT NULL, d6 INTEGER NOT NULL, d7 INTEGER NOT NULL,
                      d8 INTEGER NOT NULL, d9 INTEGER NOT NULL, d10 INTEGER NOT NULL, d11 INTEGER NOT NULL,
                      PRIMARY KEY (minute, repository, command, caller)) WITHOUT ROWID
                    """,
                    "INSERT INTO meta(name, value) VALUES ('head', 0), ('folded_to', 0)"),
            // 2: sinks. What is frozen is null where no batch is.
            List.of("""
                    CREATE TABLE sinks(
                      name TEXT PRIMARY KEY,
                      active INTEGER NOT NULL,
                      cursor INTEGER NOT NULL,
                      paused INTEGER NOT NULL DEFAULT 0,
                      first INTEGER, last INTEGER, records INTEGER, parts INTEGER, round INTEGER,
                      delivered INTEGER NOT NULL DEFAULT 0,
                      missed INTEGER NOT NULL DEFAULT 0,
                      rounds INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID
                    """, """
                    CREATE TABLE set_aside(
                      sink TEXT NOT NULL,
                      seq INTEGER NOT NULL,
                      key TEXT NOT NULL,
                      waiting INTEGER NOT NULL,
                      reason TEXT NOT NULL,
                      at INTEGER NOT NULL,
                      attempts INTEGER NOT NULL,
                      round INTEGER NOT NULL,
                      record TEXT NOT NULL,
                      PRIMARY KEY (sink, seq))
                    """));

    static final int VERSION = MIGRATIONS.size();

    /**
     * The seq of the newest record ever committed. It is that of the newest row, or what retention remembered in the
     * row {@code head} before it removed the newest; so a commit does not have to write one page more for it.
     */
    static final String HEAD =
            "SELECT max((SELECT coalesce(max(seq), 0) FROM commands), (SELECT value FROM meta WHERE name = 'head'))";

    /** To be run in every transaction that removes rows. */
    static final String REMEMBER_HEAD = "UPDATE meta SET value = (" + HEAD + ") WHERE name = 'head'";

    private Schema() {}

    static int version(Connection connection) throws SQLException {
        return Math.toIntExact(number(connection, "PRAGMA user_version"));
    }

    static LogException newer(Object file, int version) {
        return new LogException(
                LogException.Kind.NEWER_SCHEMA,
                file + " has schema " + version + ", this version knows " + VERSION
                        + ": use the newer Taproot that wrote it, or another --state-dir");
    }

    /** Applies what is missing. The connection commits by itself when it comes and when it goes. */
    static void migrate(Connection connection) throws SQLException {
        for (int version = version(connection); version < VERSION; version++) {
            connection.setAutoCommit(false);
            try (Statement statement = connection.createStatement()) {
                for (String sql : MIGRATIONS.get(version)) {
                    statement.executeUpdate(sql);
                }
                if (version == 0) {
                    nameTheLog(connection);
                }
                statement.executeUpdate("PRAGMA user_version = " + (version + 1));
                connection.commit();
            } catch (SQLException e) {
                connection.rollback(); // Leaving the transaction by setAutoCommit would commit half of it.
                throw e;
            } finally {
                connection.setAutoCommit(true);
            }
        }
    }

    private static void nameTheLog(Connection connection) throws SQLException {
        try (PreparedStatement insert =
                connection.prepareStatement("INSERT INTO meta(name, value) VALUES ('log_id', ?)")) {
            insert.setString(1, UUID.randomUUID().toString());
            insert.executeUpdate();
        }
    }

    static String meta(Connection connection, String name) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement("SELECT value FROM meta WHERE name = ?")) {
            select.setString(1, name);
            try (ResultSet rows = select.executeQuery()) {
                if (!rows.next()) {
                    throw new SQLException("the table meta has no row " + name);
                }
                return rows.getString(1);
            }
        }
    }

    /** The only value of the only row. */
    static long number(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next(); // There is always one row.
            return rows.getLong(1);
        }
    }
}
