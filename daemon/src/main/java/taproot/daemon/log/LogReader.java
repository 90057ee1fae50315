package taproot.daemon.log;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;

/**
 * Reads the log, with or without a daemon that writes it. One read-only connection, for one thread at a time; results
 * are read in pages, so that neither a long result nor a slow consumer holds memory, a snapshot or the writer's
 * checkpoints.
 */
public final class LogReader implements AutoCloseable {
    private static final int PAGE_ROWS = 128;
    /** Rows that one statement walks over at most: about 3 ms. */
    private static final int STRETCH = 4_096;

    private static final int CANDIDATES = 10;
    private static final int BUSY_TIMEOUT_MS = 2_000;

    private final StateDirectory directory;
    private final StateDirectory.OpenFile file;
    private final Connection connection;

    private LogReader(StateDirectory directory, StateDirectory.OpenFile file, Connection connection) {
        this.directory = directory;
        this.file = file;
        this.connection = connection;
    }

    /**
     * Opens the log in {@code stateDirectory}.
     *
     * @throws LogException if there is none yet, or it is not ours or not readable
     */
    public static LogReader open(Path stateDirectory) throws LogException {
        StateDirectory directory = StateDirectory.existing(stateDirectory);
        NativeLibraries.sqlite(directory.path());
        SQLiteConfig config = new SQLiteConfig();
        config.setReadOnly(true);
        config.setBusyTimeout(BUSY_TIMEOUT_MS);
        Connection connection = null;
        try {
            StateDirectory.OpenFile file = directory.databaseFile();
            connection = config.createConnection("jdbc:sqlite:" + directory.database());
            int version = Schema.version(connection);
            if (version == Schema.VERSION) {
                return new LogReader(directory, file, connection);
            }
            connection.close();
            throw otherSchema(directory, version);
        } catch (SQLException | IOException e) {
            Database.closeAfter(e, connection);
            throw unusable(directory, e);
        }
    }

    /** Whether the log at this place is still the one that was opened; it may have been set aside, or removed. */
    public boolean isInPlace() {
        return file.isInPlace();
    }

    private static LogException otherSchema(StateDirectory directory, int version) {
        if (version > Schema.VERSION) {
            return Schema.newer(directory.database(), version);
        }
        if (version == 0) {
            return StateDirectory.nothingHere(directory.path());
        }
        return new LogException(
                LogException.Kind.UNUSABLE,
                directory.database() + " has schema " + version + ", this version reads " + Schema.VERSION
                        + ": start the daemon once, it brings the log up to date");
    }

    /** Hands the records that {@code query} asks for to {@code consumer}, oldest first. */
    public void query(CommandQuery query, Consumer<StoredCommand> consumer) throws LogException {
        Conditions conditions = Conditions.of(query);
        try {
            long after = query.newest() && query.limit() > 0
                    ? Math.max(query.after(), beforeNewest(conditions, query.limit()))
                    : query.after();
            long left = query.limit() == 0 ? Long.MAX_VALUE : query.limit();
            while (left > 0) {
                List<StoredCommand> page = page(conditions, after, (int) Math.min(left, PAGE_ROWS));
                if (page.isEmpty()) {
                    return;
                }
                page.forEach(consumer);
                after = page.getLast().seq();
                left -= page.size();
            }
        } catch (SQLException e) {
            throw unusable(directory, e);
        }
    }

    /** The seq before the oldest of the newest {@code limit} matches. */
    private long beforeNewest(Conditions conditions, int limit) throws SQLException {
        String sql =
                "SELECT coalesce(min(seq), 1) - 1 FROM (SELECT seq FROM commands WHERE $conditions ORDER BY seq DESC LIMIT "
                        + limit + ")";
        try (PreparedStatement select = conditions.prepare(connection, sql);
                ResultSet rows = select.executeQuery()) {
            rows.next(); // There is always one row.
            return rows.getLong(1);
        }
    }

    private List<StoredCommand> page(Conditions conditions, long after, int limit) throws SQLException {
        String sql = "SELECT seq, key, record FROM commands WHERE $conditions AND seq > " + after
                + " ORDER BY seq LIMIT " + limit;
        try (PreparedStatement select = conditions.prepare(connection, sql)) {
            return commands(select);
        }
    }

    private static List<StoredCommand> commands(PreparedStatement select) throws SQLException {
        List<StoredCommand> commands = new ArrayList<>();
        try (ResultSet rows = select.executeQuery()) {
            while (rows.next()) {
                commands.add(StoredCommand.of(rows.getLong(1), rows.getString(2), rows.getBytes(3)));
            }
        }
        return commands;
    }

    /** The next {@code rows} records after {@code seq} and what is gone between them: {@link #page} without conditions. */
    public LogPage after(long seq, int rows) throws LogException {
        return page(CommandQuery.where().after(seq, rows));
    }

    /** The same for whoever can hold it all: {@link #page(CommandQuery, long)} without a limit to its bytes. */
    public LogPage page(CommandQuery query) throws LogException {
        return page(query, Long.MAX_VALUE);
    }

    /**
     * The next stretch of the log for a cursor at {@code query.after()}: at most {@code query.limit()} records that match
     * (a page's worth for 0), no further ones once their JSON has {@code bytes}, and every range that is gone. One
     * statement, whose snapshot is over when this returns; where little matches, a stretch ends after {@value #STRETCH}
     * rows.
     */
    public LogPage page(CommandQuery query, long bytes) throws LogException {
        Conditions conditions = Conditions.of(query);
        // Read first: what is committed meanwhile lies beyond it, what is removed meanwhile is a gap.
        long head = head();
        try (PreparedStatement select = conditions.prepare(connection, """
                        SELECT seq, CASE WHEN wanted THEN key END, CASE WHEN wanted THEN record END
                        FROM (SELECT seq, key, record, ($conditions) AS wanted FROM commands WHERE seq > %d AND seq <= %d)
                        ORDER BY seq LIMIT %d
                        """.formatted(query.after(), head, STRETCH));
                ResultSet rows = select.executeQuery()) {
            return page(query, bytes, head, rows);
        } catch (SQLException e) {
            throw unusable(directory, e);
        }
    }

    private static LogPage page(CommandQuery query, long bytes, long head, ResultSet rows) throws SQLException {
        List<LogEntry> entries = new ArrayList<>();
        int wanted = query.limit() == 0 ? PAGE_ROWS : query.limit();
        long left = bytes;
        long at = query.after();
        int scanned = 0;
        for (; wanted > 0 && left > 0 && rows.next(); scanned++) {
            long seq = rows.getLong(1);
            addGap(entries, at, seq);
            String key = rows.getString(2);
            if (key != null) {
                StoredCommand command = StoredCommand.of(seq, key, rows.getBytes(3));
                entries.add(command);
                wanted--;
                left -= command.json().length;
            }
            at = seq;
        }
        if (wanted > 0 && left > 0 && scanned < STRETCH) {
            addGap(entries, at, head + 1); // The newest themselves are gone.
            at = Math.max(at, head);
        }
        return new LogPage(entries, at, head);
    }

    private static void addGap(List<LogEntry> entries, long before, long seq) {
        if (seq > before + 1) {
            entries.add(new RemovedRange(before + 1, seq - 1));
        }
    }

    /** The record with exactly this key; null if there is none. */
    public @Nullable StoredCommand get(String key) throws LogException {
        try {
            List<StoredCommand> found = byKey("key = ?", key, 1);
            return found.isEmpty() ? null : found.getFirst();
        } catch (SQLException e) {
            throw unusable(directory, e);
        }
    }

    /** The record with exactly this key, or else the only one whose key contains it. */
    public KeyMatch find(String partOfKey) throws LogException {
        try {
            StoredCommand exact = get(partOfKey);
            if (exact != null) {
                return new KeyMatch.Found(exact);
            }
            List<StoredCommand> found = byKey("instr(key, ?) > 0", partOfKey, CANDIDATES + 1);
            return switch (found.size()) {
                case 0 -> new KeyMatch.None();
                case 1 -> new KeyMatch.Found(found.getFirst());
                default ->
                    new KeyMatch.Ambiguous(
                            found.stream()
                                    .limit(CANDIDATES)
                                    .map(StoredCommand::key)
                                    .toList(),
                            found.size() > CANDIDATES);
            };
        } catch (SQLException e) {
            throw unusable(directory, e);
        }
    }

    /** The inner query reads the index of the keys alone (told to, because of its order); what it found is looked up. */
    private List<StoredCommand> byKey(String condition, String key, int limit) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(
                "SELECT seq, key, record FROM commands WHERE seq IN (SELECT seq FROM commands INDEXED BY sqlite_autoindex_commands_1"
                        + " WHERE " + condition + " ORDER BY seq DESC LIMIT " + limit + ") ORDER BY seq DESC")) {
            select.setString(1, key);
            return commands(select);
        }
    }

    /** The raw lines of the command with this key, newline-terminated; null if none are kept. */
    public byte @Nullable [] trace(String key) throws LogException {
        try (PreparedStatement select = connection.prepareStatement(
                "SELECT codec, bytes FROM traces WHERE seq = (SELECT seq FROM commands WHERE key = ?)")) {
            select.setString(1, key);
            try (ResultSet rows = select.executeQuery()) {
                return rows.next() ? Traces.decompress(directory.path(), rows.getString(1), rows.getBytes(2)) : null;
            }
        } catch (SQLException e) {
            throw unusable(directory, e);
        }
    }

    /** Counts and durations of what matches, folded commands included; the query's limit does not matter. */
    public List<SummaryRow> summary(CommandQuery query, SummaryBy by) throws LogException {
        try {
            return Summary.of(connection, query, by);
        } catch (SQLException e) {
            throw unusable(directory, e);
        }
    }

    /** Where a sink stands; null if the log does not know it. */
    public @Nullable SinkState sink(String name) throws LogException {
        try {
            return SinkTables.state(connection, name);
        } catch (SQLException e) {
            throw unusable(directory, e);
        }
    }

    /** The next {@code limit} of a sink's records that were set aside and are to be sent again. */
    public List<SetAside> waitingAside(String sink, int limit) throws LogException {
        return setAside(sink, "waiting = ?", 1, limit);
    }

    /** Those that were last sent again with this round. */
    public List<SetAside> asideOfRound(String sink, long round) throws LogException {
        return setAside(sink, "round = ?", round, Integer.MAX_VALUE);
    }

    /** The first {@code limit} of all that a sink has set aside. */
    public List<SetAside> setAside(String sink, int limit) throws LogException {
        return setAside(sink, "seq > ?", 0, limit);
    }

    private List<SetAside> setAside(String sink, String condition, long number, int limit) throws LogException {
        try {
            return SinkTables.setAside(connection, sink, condition, number, limit);
        } catch (SQLException e) {
            throw unusable(directory, e);
        }
    }

    /** How many records a sink has set aside. */
    public long countAside(String sink) throws LogException {
        try (PreparedStatement select = connection.prepareStatement("SELECT count(*) FROM set_aside WHERE sink = ?")) {
            select.setString(1, sink);
            try (ResultSet rows = select.executeQuery()) {
                rows.next(); // There is always one row.
                return rows.getLong(1);
            }
        } catch (SQLException e) {
            throw unusable(directory, e);
        }
    }

    /** When the first record after {@code seq} was committed; null if there is none. */
    public @Nullable Instant committedAfter(long seq) throws LogException {
        long micros = number("SELECT coalesce((SELECT committed_at FROM commands WHERE seq > " + seq
                + " ORDER BY seq LIMIT 1), -1)");
        return micros < 0 ? null : SinkTables.instant(micros);
    }

    /** The bytes of JSON of the next {@code rows} records after {@code seq}; no record is read for it. */
    public long bytesAfter(long seq, int rows) throws LogException {
        return number("SELECT coalesce(sum(octet_length(record)), 0) FROM (SELECT record FROM commands WHERE seq > "
                + seq + " ORDER BY seq LIMIT " + rows + ")");
    }

    /** The seq before the first record that was committed at {@code time} or later; the head if there is none. */
    public long before(Instant time) throws LogException {
        return number("SELECT coalesce((SELECT min(seq) - 1 FROM commands WHERE committed_at >= "
                + Retention.micros(time) + "), (" + Schema.HEAD + "))");
    }

    /** The seq of the newest record ever committed, retention or not; 0 before the first. */
    public long head() throws LogException {
        return number(Schema.HEAD);
    }

    /** The database's random name: a cursor is only good for the log it was made with. */
    public String logId() throws LogException {
        try {
            return Schema.meta(connection, "log_id");
        } catch (SQLException e) {
            throw unusable(directory, e);
        }
    }

    /** How many records have a row of their own. */
    public long count() throws LogException {
        return number("SELECT count(*) FROM commands");
    }

    private long number(String sql) throws LogException {
        try {
            return Schema.number(connection, sql);
        } catch (SQLException e) {
            throw unusable(directory, e);
        }
    }

    /** The folded read-only commands of the minutes that begin in [since, until), oldest first. */
    public void buckets(Instant since, Instant until, Consumer<ReadOnlyBucket> consumer) throws LogException {
        try (PreparedStatement select = connection.prepareStatement(
                "SELECT * FROM read_only_buckets WHERE minute >= ? AND minute < ? ORDER BY minute")) {
            select.setLong(1, Math.ceilDiv(since.getEpochSecond(), 60));
            select.setLong(2, Math.ceilDiv(until.getEpochSecond(), 60));
            List<ReadOnlyBucket> buckets = new ArrayList<>(); // No snapshot stays open while the consumer works.
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    buckets.add(bucket(rows));
                }
            }
            buckets.forEach(consumer);
        } catch (SQLException e) {
            throw unusable(directory, e);
        }
    }

    private static ReadOnlyBucket bucket(ResultSet row) throws SQLException {
        List<Long> durations = new ArrayList<>();
        for (int i : IntStream.rangeClosed(0, ReadOnlyBucket.BOUNDS_US.size()).toArray()) {
            durations.add(row.getLong("d" + i));
        }
        return new ReadOnlyBucket(
                Instant.ofEpochSecond(row.getLong("minute") * 60),
                nullIfEmpty(row.getString("repository")),
                nullIfEmpty(row.getString("command")),
                nullIfEmpty(row.getString("caller")),
                row.getLong("count"),
                row.getLong("failures"),
                row.getLong("total_duration_us"),
                List.copyOf(durations));
    }

    private static @Nullable String nullIfEmpty(String text) {
        return text.isEmpty() ? null : text;
    }

    /** The repositories of which something is recorded, by their paths. */
    public List<RepositoryUse> repositories() throws LogException {
        String sql = """
                SELECT repository, sum(commands), sum(folded), max(newest) FROM (
                  SELECT repository, count(*) AS commands, 0 AS folded, max(started_at) AS newest
                  FROM commands WHERE repository IS NOT NULL GROUP BY repository
                  UNION ALL
                  SELECT repository, 0, sum(count), NULL
                  FROM read_only_buckets WHERE repository <> '' GROUP BY repository)
                GROUP BY repository ORDER BY repository""";
        try (PreparedStatement select = connection.prepareStatement(sql);
                ResultSet rows = select.executeQuery()) {
            List<RepositoryUse> repositories = new ArrayList<>();
            while (rows.next()) {
                long newest = rows.getLong(4);
                Instant at = rows.wasNull() ? null : Instant.EPOCH.plus(newest, ChronoUnit.MICROS);
                repositories.add(new RepositoryUse(rows.getString(1), rows.getLong(2), rows.getLong(3), at));
            }
            return repositories;
        } catch (SQLException e) {
            throw unusable(directory, e);
        }
    }

    private static LogException unusable(StateDirectory directory, Exception e) {
        return new LogException(
                LogException.Kind.UNUSABLE,
                "the log " + directory.database() + " cannot be read: " + e.getMessage(),
                e);
    }

    @Override
    public void close() throws LogException {
        try {
            connection.close();
        } catch (SQLException e) {
            throw unusable(directory, e);
        }
    }
}
