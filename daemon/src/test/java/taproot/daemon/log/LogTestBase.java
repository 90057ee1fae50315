package taproot.daemon.log;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import taproot.daemon.metrics.Counter;
import taproot.daemon.metrics.Counters;
import taproot.normalizer.FinishedCommand;

/** A log in a directory of its own, and the few things that every test does with it. */
abstract class LogTestBase {
    static final Duration GRACE = Duration.ofSeconds(10);

    @TempDir
    Path temporary;

    Path state;
    final Counters counters = new Counters();
    /** The time that retention sees; only tests move it. */
    volatile Instant now = Instant.ofEpochSecond(Commands.STARTED / 1_000_000);

    @Nullable
    CommandLog log;

    @BeforeEach
    void inAStateDirectoryOfItsOwn() {
        state = temporary.resolve("state");
    }

    @AfterEach
    void nothingStaysOpen() throws InterruptedException {
        if (log != null) {
            log.close(GRACE);
        }
    }

    CommandLog open() throws LogException {
        return open(settings(Duration.ofHours(1), Duration.ofDays(30), 1L << 30));
    }

    CommandLog open(LogSettings settings) throws LogException {
        return open(settings, Commands::encode);
    }

    CommandLog open(LogSettings settings, RecordCodec codec) throws LogException {
        InstantSource clock = () -> now;
        CommandLog opened = CommandLog.open(state, settings, SinkCursors.UNCHANGED, codec, counters, clock);
        log = opened;
        return opened;
    }

    static LogSettings settings(Duration readOnlyAge, Duration retentionAge, long retentionSize) {
        return new LogSettings(
                LogSettings.Durability.NORMAL,
                readOnlyAge,
                retentionAge,
                retentionSize,
                1L << 30,
                Duration.ofMillis(10),
                Duration.ofMillis(100),
                Duration.ofMinutes(1));
    }

    static LogSettings queueLimit(long bytes) {
        return new LogSettings(
                LogSettings.Durability.NORMAL,
                Duration.ofHours(1),
                Duration.ofDays(30),
                1L << 30,
                bytes,
                Duration.ofMillis(10),
                Duration.ofMillis(100),
                Duration.ofMinutes(1));
    }

    /** Waits until everything appended so far is committed. */
    static long settled(CommandLog log) throws Exception {
        return log.committed().toCompletableFuture().get(60, TimeUnit.SECONDS);
    }

    static void append(CommandLog log, FinishedCommand... commands) {
        for (FinishedCommand command : commands) {
            if (!log.append(command)) {
                throw new AssertionError("not accepted: " + command.record().key());
            }
        }
    }

    LogReader reader() throws LogException {
        return LogReader.open(state);
    }

    List<StoredCommand> all(CommandQuery query) throws LogException {
        try (LogReader reader = reader()) {
            List<StoredCommand> found = new ArrayList<>();
            reader.query(query, found::add);
            return found;
        }
    }

    List<String> keys(CommandQuery query) throws LogException {
        return all(query).stream().map(StoredCommand::key).toList();
    }

    List<Long> seqs() throws LogException {
        try (LogReader reader = reader()) {
            List<Long> seqs = new ArrayList<>();
            reader.query(CommandQuery.where().after(0, 0), command -> seqs.add(command.seq()));
            return seqs;
        }
    }

    long count(Counter counter) {
        return counters.get(counter);
    }

    /** A connection beside the log's own, as sqlite3 would make one. */
    Connection database() throws SQLException {
        return DriverManager.getConnection("jdbc:sqlite:" + state.resolve("log.db"));
    }

    String sql(String query) throws SQLException {
        try (Connection connection = database();
                Statement statement = connection.createStatement()) {
            if (!statement.execute(query)) {
                return "";
            }
            try (ResultSet rows = statement.getResultSet()) {
                return rows.next() ? String.valueOf(rows.getString(1)) : "";
            }
        }
    }
}
