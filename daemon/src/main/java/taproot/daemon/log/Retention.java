package taproot.daemon.log;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import taproot.daemon.metrics.Counter;
import taproot.daemon.metrics.Counters;

/**
 * What the log forgets: read-only records become minute buckets, then the oldest records go, by age and by size, then
 * the space goes back to the file system. Each step is one small transaction, and never more than one step stands
 * between two groups of records.
 *
 * <p>It runs on the writer's own connection. A second one would not be off the hot path either: SQLite has one write
 * lock, and a group that comes while somebody else holds it waits in SQLite's busy handler, which sleeps in steps of
 * milliseconds, instead of a step's end. A step takes at most as many rows as a group, so it keeps up with any stream of
 * records; without work, a pass costs three reads of a row. Writer thread only.
 *
 * <p>Age is counted from the commit, by this machine's clock. Records are in the order of their commits, so what is too
 * old stands at the beginning; a clock that was once ahead makes records stay longer, never go earlier.
 */
final class Retention {
    private static final int STEP_ROWS = 256;
    /** The pages that one step moves to make the file shorter. */
    private static final int STEP_PAGES = 64;
    /** Free pages (1 MiB) that stay with the database, because the next records will want them. */
    private static final long SPARE_PAGES = 256;

    private static final long MICROS = 1_000_000;

    /** A reload changes it, from any thread. */
    private volatile LogSettings settings;

    private final SinkCursors sinks;
    private final InstantSource clock;
    private final Counters counters;
    private Instant next;

    /** A reload is followed by a pass: nobody is to wait for the interval to see what it does. */
    private volatile boolean reloaded;

    Retention(LogSettings settings, SinkCursors sinks, InstantSource clock, Counters counters) {
        this.settings = settings;
        this.sinks = sinks;
        this.clock = clock;
        this.counters = counters;
        next = clock.instant().plus(settings.retentionInterval());
    }

    /** The next pass goes by these, and is due. */
    void reload(LogSettings changed) {
        settings = changed;
        reloaded = true;
    }

    /** Does one step if a pass is due; true if there may be another one to do. */
    boolean step(Connection connection) throws SQLException {
        Instant now = clock.instant();
        if (reloaded) {
            reloaded = false;
            next = now;
        }
        if (now.isBefore(next)) {
            return false;
        }
        boolean worked = false;
        try {
            worked =
                    fold(connection, now) || expire(connection, now) || shrink(connection, now) || giveBack(connection);
            connection.commit();
            return worked;
        } finally {
            if (!worked) { // A step that fails waits for the next pass too, rather than for every group.
                next = now.plus(settings.retentionInterval());
            }
        }
    }

    /** How long until a pass is due. */
    Duration untilNext() {
        Duration left = Duration.between(clock.instant(), next);
        return left.isNegative() ? Duration.ZERO : left;
    }

    private boolean fold(Connection connection, Instant now) throws SQLException {
        if (settings.readOnlyAge().isZero()) {
            return false;
        }
        long from = Long.parseLong(Schema.meta(connection, "folded_to"));
        long to = Math.min(
                lastOlder(connection, from, now.minus(settings.readOnlyAge())), heldFrom(connection, from, now));
        if (to <= from) {
            return false;
        }
        update(connection, Schema.REMEMBER_HEAD);
        String rows = "seq > ? AND seq <= ? AND read_only = 1";
        update(connection, FOLD.replace("$rows", rows), from, to);
        update(connection, "DELETE FROM traces WHERE seq IN (SELECT seq FROM commands WHERE " + rows + ")", from, to);
        int folded = update(connection, "DELETE FROM commands WHERE " + rows, from, to);
        update(connection, "UPDATE meta SET value = ? WHERE name = 'folded_to'", to);
        connection.commit();
        counters.add(Counter.RECORDS_FOLDED, folded);
        return true;
    }

    private static final String FOLD = """
            INSERT INTO read_only_buckets
            SELECT started_at / 60000000, coalesce(repository, ''), coalesce(command, ''), coalesce(caller, ''),
              count(*), sum(%s), coalesce(sum(duration_us), 0), %s
            FROM commands WHERE $rows GROUP BY 1, 2, 3, 4
            ON CONFLICT DO UPDATE SET count = count + excluded.count, failures = failures + excluded.failures,
              total_duration_us = total_duration_us + excluded.total_duration_us, %s
            """.formatted(Conditions.FAILED, classCounts(), classSums());

    private static String classCounts() {
        List<Long> bounds = ReadOnlyBucket.BOUNDS_US;
        return IntStream.rangeClosed(0, bounds.size())
                .mapToObj(i -> {
                    String least = i == 0 ? "duration_us IS NOT NULL" : "duration_us >= " + bounds.get(i - 1);
                    String most = i == bounds.size() ? "" : " AND duration_us < " + bounds.get(i);
                    return "coalesce(sum(" + least + most + "), 0)";
                })
                .collect(Collectors.joining(", "));
    }

    private static String classSums() {
        return IntStream.rangeClosed(0, ReadOnlyBucket.BOUNDS_US.size())
                .mapToObj(i -> "d%1$d = d%1$d + excluded.d%1$d".formatted(i))
                .collect(Collectors.joining(", "));
    }

    private boolean expire(Connection connection, Instant now) throws SQLException {
        if (settings.retentionAge().isZero()) {
            return false;
        }
        Instant cutoff = now.minus(settings.retentionAge());
        long to = Math.min(lastOlder(connection, 0, cutoff), heldFrom(connection, 0, now));
        boolean removed = removeTo(connection, to);
        return removeBuckets(connection, micros(cutoff) / (60 * MICROS)) || removed;
    }

    /** The last of the next few after {@code from} that no sink has a claim to: each had it, or waited too long. */
    private long heldFrom(Connection connection, long from, Instant now) throws SQLException {
        long had = SinkTables.hadByAll(connection);
        return had == Long.MAX_VALUE ? had : Math.max(had, lastOlder(connection, from, now.minus(sinks.holdAge())));
    }

    private boolean shrink(Connection connection, Instant now) throws SQLException {
        if (settings.retentionSize() == 0) {
            return false;
        }
        long pages = Schema.number(connection, "PRAGMA page_count");
        long used = pages - Schema.number(connection, "PRAGMA freelist_count");
        long bytes = used * Schema.number(connection, "PRAGMA page_size");
        if (bytes <= settings.retentionSize()) {
            return false;
        }
        long oldest = lastOlder(connection, 0, Instant.MAX);
        long removable = bytes > sinks.holdSize() ? oldest : Math.min(oldest, heldFrom(connection, 0, now));
        if (removable > 0 || oldest == 0) {
            return removeTo(connection, removable) || removeBuckets(connection, Long.MAX_VALUE);
        }
        return false; // Sinks have a claim to what makes it large, and buckets are not what does.
    }

    /** The greatest seq among the next few after {@code from} that is older than {@code cutoff}, or 0. */
    private static long lastOlder(Connection connection, long from, Instant cutoff) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement("SELECT coalesce(max(seq), 0) FROM (SELECT seq,"
                + " committed_at FROM commands WHERE seq > ? ORDER BY seq LIMIT " + STEP_ROWS
                + ") WHERE committed_at < ?")) {
            select.setLong(1, from);
            select.setLong(2, micros(cutoff));
            try (ResultSet rows = select.executeQuery()) {
                rows.next(); // There is always one row.
                return rows.getLong(1);
            }
        }
    }

    private boolean removeTo(Connection connection, long seq) throws SQLException {
        if (seq == 0) {
            return false;
        }
        update(connection, Schema.REMEMBER_HEAD);
        update(connection, "DELETE FROM traces WHERE seq <= ?", seq);
        int removed = update(connection, "DELETE FROM commands WHERE seq <= ?", seq);
        connection.commit();
        counters.add(Counter.RECORDS_EXPIRED, removed);
        return removed > 0;
    }

    /** Removes an hour of buckets, the oldest, if they lie before the minute given. */
    private boolean removeBuckets(Connection connection, long before) throws SQLException {
        long oldest = Schema.number(connection, "SELECT coalesce(min(minute), -1) FROM read_only_buckets");
        if (oldest < 0 || oldest >= before) {
            return false;
        }
        return update(connection, "DELETE FROM read_only_buckets WHERE minute < ?", Math.min(before, oldest + 60)) > 0;
    }

    /** Gives pages back to the file system; the file itself becomes shorter with the next checkpoint. */
    private boolean giveBack(Connection connection) throws SQLException {
        long spare = Math.max(SPARE_PAGES, Schema.number(connection, "PRAGMA page_count") / 20);
        long free = Schema.number(connection, "PRAGMA freelist_count");
        if (free <= spare) {
            return false;
        }
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate("PRAGMA incremental_vacuum(" + STEP_PAGES + ")");
        }
        return Schema.number(connection, "PRAGMA freelist_count") < free;
    }

    private static int update(Connection connection, String sql, long... values) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                statement.setLong(i + 1, values[i]);
            }
            return statement.executeUpdate();
        }
    }

    static long micros(Instant time) {
        return time.equals(Instant.MAX) ? Long.MAX_VALUE : time.getEpochSecond() * MICROS + time.getNano() / 1000;
    }
}
