package taproot.daemon.log;

import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import taproot.normalizer.RecordJson;

/**
 * The removal of everything that matches, out of what is committed when it begins: records, traces, buckets, and what sinks
 * have set aside. It goes
 * over the log in steps of one small transaction each, so that nothing waits long for it, and overwrites what it removes
 * with zeros; a step that failed is taken again. Writer thread only.
 */
final class Forgetting {
    /** Places of the log that one step looks at. */
    private static final int STEP = 512;

    private final Conditions records;
    private final Conditions buckets;
    private Forgotten forgotten = Forgotten.NOTHING;
    private long copiesAt;
    private boolean copiesDone;
    private long at = -1;
    private long head = -1;

    Forgetting(CommandQuery what) {
        records = Conditions.of(what);
        buckets = Conditions.ofBuckets(what);
    }

    /** What is committed by now is what is meant; so begins the first step too, if nobody has said it before. */
    void begin(Connection connection) throws SQLException {
        head = Schema.number(connection, Schema.HEAD);
        connection.commit();
    }

    /** Removes a little; true once nothing is left to remove. */
    boolean step(Connection connection) throws SQLException {
        if (head < 0) {
            begin(connection);
        }
        execute(connection, "PRAGMA secure_delete = ON");
        execute(connection, Schema.REMEMBER_HEAD); // A write first: it takes the lock before anything is read.
        if (at < 0) {
            at = Schema.number(connection, "SELECT coalesce(min(seq), 1) - 1 FROM commands");
        }
        if (!copiesDone) {
            Copies copies = removeCopies(connection);
            connection.commit();
            forgotten = forgotten.plus(new Forgotten(copies.removed, 0, 0));
            copiesAt = copies.upTo;
            copiesDone = copies.last;
            return false;
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

    /** What one step did to the copies of records that sinks have set aside. */
    private record Copies(long upTo, int removed, boolean last) {}

    /** Those whose rows retention has removed since; the others go with their rows. What cannot be read is not kept. */
    private Copies removeCopies(Connection connection) throws SQLException {
        Predicate<CommandFacts> wanted = records.predicate();
        List<Long> removed = new ArrayList<>();
        long upTo = copiesAt;
        int seen = 0;
        try (PreparedStatement select =
                connection.prepareStatement("SELECT seq, record FROM set_aside WHERE seq > ? AND"
                        + " seq NOT IN (SELECT seq FROM commands) GROUP BY seq ORDER BY seq LIMIT " + STEP)) {
            select.setLong(1, copiesAt);
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    upTo = rows.getLong(1);
                    seen++;
                    if (isWanted(wanted, rows.getBytes(2))) {
                        removed.add(upTo);
                    }
                }
            }
        }
        try (PreparedStatement delete = connection.prepareStatement("DELETE FROM set_aside WHERE seq = ?")) {
            for (long seq : removed) {
                delete.setLong(1, seq);
                delete.addBatch();
            }
            delete.executeBatch();
        }
        return new Copies(upTo, removed.size(), seen < STEP);
    }

    private static boolean isWanted(Predicate<CommandFacts> wanted, byte[] json) {
        try {
            return wanted.test(CommandFacts.of(RecordJson.read(json).record()));
        } catch (IOException e) {
            return true;
        }
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
