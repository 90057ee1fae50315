package taproot.daemon.log;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * The removal of everything that matches, out of what is committed when it begins: records, traces, buckets. It goes
 * over the log in steps of one small transaction each, so that nothing waits long for it, and overwrites what it removes
 * with zeros; a step that failed is taken again. Writer thread only.
 */
final class Forgetting {
    /** Places of the log that one step looks at. */
    private static final int STEP = 512;

    private final Conditions records;
    private final Conditions buckets;
    private Forgotten forgotten = Forgotten.NOTHING;
    private long at = -1;
    private long head;

    Forgetting(CommandQuery what) {
        records = Conditions.of(what);
        buckets = Conditions.ofBuckets(what);
    }

    /** Removes a little; true once nothing is left to remove. */
    boolean step(Connection connection) throws SQLException {
        execute(connection, "PRAGMA secure_delete = ON");
        execute(connection, Schema.REMEMBER_HEAD); // A write first: it takes the lock before anything is read.
        if (at < 0) {
            head = Schema.number(connection, Schema.HEAD);
            at = Schema.number(connection, "SELECT coalesce(min(seq), 1) - 1 FROM commands");
        }
        boolean last = at >= head;
        Forgotten removed = last ? removeBuckets(connection) : removeRecords(connection, Math.min(at + STEP, head));
        connection.commit();
        forgotten = forgotten.plus(removed);
        at = Math.min(at + STEP, head);
        if (last) {
            execute(connection, "PRAGMA secure_delete = OFF");
        }
        return last;
    }

    private Forgotten removeRecords(Connection connection, long to) throws SQLException {
        String here = " WHERE seq > " + at + " AND seq <= " + to + " AND $conditions";
        int traces =
                update(connection, records, "DELETE FROM traces WHERE seq IN (SELECT seq FROM commands" + here + ")");
        update(connection, records, "DELETE FROM set_aside WHERE seq IN (SELECT seq FROM commands" + here + ")");
        int commands = update(connection, records, "DELETE FROM commands" + here);
        return new Forgotten(commands, traces, 0);
    }

    private Forgotten removeBuckets(Connection connection) throws SQLException {
        long folded;
        try (PreparedStatement select = buckets.prepare(
                        connection, "SELECT coalesce(sum(count), 0) FROM read_only_buckets WHERE $conditions");
                ResultSet rows = select.executeQuery()) {
            rows.next(); // There is always one row.
            folded = rows.getLong(1);
        }
        update(connection, buckets, "DELETE FROM read_only_buckets WHERE $conditions");
        return new Forgotten(0, 0, folded);
    }

    private static int update(Connection connection, Conditions conditions, String sql) throws SQLException {
        try (PreparedStatement statement = conditions.prepare(connection, sql)) {
            return statement.executeUpdate();
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** What was removed so far. */
    Forgotten forgotten() {
        return forgotten;
    }
}
