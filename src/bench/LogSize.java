import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Whether a commit costs the same however much is in the log, and what questions to it cost: commits of one record, as on a
 * machine at which people work, and of several.
 */
final class LogSize implements Bench.Part {
    private static final long[] RECORDS = {1_000, 100_000, 10_000_000};
    private static final int AT_ONCE = 100_000;
    private static final int[] COMMIT_RATES = {100, 2_000};
    private static final long SECONDS = 2;

    @Override
    public String about() {
        return "a log of 1,000, 100,000 and 10,000,000 records: bytes and CPU of a commit, queries";
    }

    @Override
    public void measure(Lab lab, Bench.Options options) throws Exception {
        Report.title(
                "%14s %26s %26s %22s", "records in log", "commands/s, records/commit", "CPU µs/commit", "bytes/commit");
        for (long records : RECORDS) {
            if (records > options.records()) {
                Report.row("%14d   (with --records %d)", records, records);
                continue;
            }
            Path runtime = lab.directory("run");
            Path state = runtime.resolve("state");
            Lab.Listener first = startTaproot(lab, runtime, state);
            lab.generate(first.socket(), WholePath.load(lab, options, 8, 100, "short", 1_000));
            first.barrier();
            lab.stop(first);
            copyUpTo(records, state);
            Lab.Listener taproot = startTaproot(lab, runtime, state);
            WholePath.warmUp(lab, taproot, options);
            for (int rate : COMMIT_RATES) {
                commits(lab, options, taproot, records, rate);
            }
            queries(taproot, state);
            lab.stop(taproot);
        }
    }

    /** Nothing is removed while it is measured. */
    private static Lab.Listener startTaproot(Lab lab, Path runtime, Path state) throws Exception {
        return lab.startTaproot(runtime, state, "--set", "log.retention_size=1000GiB");
    }

    private static void commits(Lab lab, Bench.Options options, Lab.Listener taproot, long records, int rate)
            throws Exception {
        List<String> load =
                Lab.join(List.of("--rate", "" + rate), WholePath.load(lab, options, 8, 100, "short", rate * SECONDS));
        List<Double> cpu = new ArrayList<>();
        List<Double> bytes = new ArrayList<>();
        double inEach = 0;
        for (int i = 0; i < options.rounds(); i++) {
            double commits = taproot.count("log_commits");
            double written = taproot.bytesWritten();
            double micros = Scale.costs(lab, taproot, 1, load).cpuMicros().getFirst();
            commits = taproot.count("log_commits") - commits;
            cpu.add(micros / commits);
            bytes.add((taproot.bytesWritten() - written) / commits);
            inEach = rate * SECONDS / commits;
        }
        Report.row("%14d %16d %9.1f %26s %22s", records, rate, inEach, Report.whole(cpu), Report.whole(bytes));
    }

    private static void queries(Lab.Listener taproot, Path state) throws Exception {
        String key;
        try (Connection database = open(state);
                Statement statement = database.createStatement();
                ResultSet row = statement.executeQuery("SELECT key FROM commands WHERE seq = 500")) {
            key = row.getString(1);
        }
        Map<String, String> queries = new LinkedHashMap<>();
        queries.put("the newest 50 (log)", "/v1/commands?limit=50&after=" + (taproot.count("head") - 50));
        queries.put("one by its key (show)", "/v1/commands/" + key);
        queries.put(
                "50 of the last minute",
                "/v1/commands?limit=50&since=" + Instant.now().minusSeconds(60));
        queries.put("all that a signal ended, of which there is none", "/v1/commands?limit=50&outcome=signaled");
        queries.put("summary by command", "/v1/summary?by=command");
        for (Map.Entry<String, String> query : queries.entrySet()) {
            List<Double> millis = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                long began = System.nanoTime();
                String answer = taproot.request("GET " + query.getValue());
                millis.add((System.nanoTime() - began) / 1e6);
                if (!answer.startsWith("HTTP/1.1 200")) {
                    throw new IllegalStateException(query.getValue() + " was answered with " + answer);
                }
            }
            Report.row("%65s   %s ms", query.getKey(), Report.spread(millis));
        }
    }

    private static Connection open(Path state) throws SQLException {
        return DriverManager.getConnection("jdbc:sqlite:" + state.resolve("log.db"));
    }

    /** Rows as those that are there, under keys of their own; a hundred thousand a second. */
    private static void copyUpTo(long records, Path state) throws SQLException {
        try (Connection database = open(state);
                Statement statement = database.createStatement()) {
            // If it breaks off, it is made again.
            statement.execute("PRAGMA journal_mode = DELETE");
            statement.execute("PRAGMA journal_mode = OFF");
            statement.execute("PRAGMA synchronous = OFF");
            statement.execute("PRAGMA cache_size = -262144");
            List<String> columns = new ArrayList<>();
            try (var rows = statement.executeQuery("SELECT name FROM pragma_table_info('commands')")) {
                while (rows.next()) {
                    columns.add(rows.getString(1));
                }
            }
            String values = String.join(
                    ", ",
                    columns.stream()
                            .map(name -> switch (name) {
                                case "seq" -> "seq + $n";
                                // In order, before the real ones: keys begin with a time.
                                case "key" -> "printf('1%012d', seq + $n) || substr(key, -43)";
                                default -> name;
                            })
                            .toList());
            database.setAutoCommit(false);
            long count = 0;
            try (var rows = statement.executeQuery("SELECT max(seq) FROM commands")) {
                count = rows.getLong(1);
            }
            while (count < records) {
                long more = Math.min(Math.min(count, AT_ONCE), records - count);
                statement.executeUpdate("INSERT INTO commands(" + String.join(", ", columns) + ") SELECT "
                        + values.replace("$n", "" + count) + " FROM commands WHERE seq <= " + more);
                database.commit();
                count += more;
            }
        }
    }
}
