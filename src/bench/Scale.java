import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
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
import java.util.function.IntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Whether what an event, a root and a commit cost stays what it is when there are many. */
final class Scale implements Bench.Part {
    private static final int[] LIVE_ROOTS = {10, 1_000, 100_000};
    private static final int ROOTS_A_CONNECTION = 4_000;
    private static final long[] RECORDS = {1_000, 100_000, 10_000_000};
    private static final int AT_ONCE = 100_000;
    private static final int[] COMMIT_RATES = {100, 2_000};
    private static final long SECONDS = 2;
    private static final int[] LOOPS = {1, 2, 4};

    @Override
    public String about() {
        return "live roots, finished commands, records in the log, event loops";
    }

    @Override
    public void measure(Lab lab, Bench.Options options) throws Exception {
        liveRoots(lab, options);
        finished(lab, options);
        log(lab, options);
        loops(lab, options);
    }

    /** What rounds of one load cost, each round by itself. */
    private record Costs(List<Double> cpuMicros, List<Double> cpuMicrosPerEvent, List<Double> eventsPerSecond) {}

    private static Costs costs(Lab lab, Lab.Listener taproot, int rounds, List<String> load) throws Exception {
        return costs(lab, taproot, rounds, _ -> load);
    }

    private static Costs costs(Lab lab, Lab.Listener taproot, int rounds, IntFunction<List<String>> load)
            throws Exception {
        Costs costs = new Costs(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        for (int i = 0; i < rounds; i++) {
            double cpu = taproot.cpuMicros();
            long began = System.nanoTime();
            double lines = lab.generate(taproot.socket(), load.apply(i)).get("lines");
            taproot.barrier();
            double seconds = (System.nanoTime() - began) / 1e9;
            cpu = taproot.cpuMicros() - cpu;
            costs.cpuMicros.add(cpu);
            costs.cpuMicrosPerEvent.add(cpu / lines);
            costs.eventsPerSecond.add(lines / seconds);
        }
        return costs;
    }

    // --- live roots --------------------------------------------------------------------------------------------------

    private static void liveRoots(Lab lab, Bench.Options options) throws Exception {
        Report.title("live roots        CPU µs/event (rounds)   heap bytes a root, raw lines of 0.6 KB included");
        Lab.Listener taproot = lab.startTaproot();
        WholePath.warmUp(lab, taproot, options);
        long empty = heap(taproot);
        List<SocketChannel> open = new ArrayList<>();
        int roots = 0;
        for (int wanted : LIVE_ROOTS) {
            while (roots < wanted) {
                int more = Math.min(ROOTS_A_CONNECTION, wanted - roots);
                open.add(begin(taproot, roots, more));
                roots += more;
            }
            taproot.barrier();
            long bytes = heap(taproot) - empty;
            Costs costs = costs(
                    lab, taproot, options.rounds(), WholePath.load(lab, options, 8, 100, "short", options.commands()));
            Report.row("%10d %30s %14d", roots, Report.spread(costs.cpuMicrosPerEvent), Math.max(0, bytes) / roots);
        }
        for (SocketChannel channel : open) {
            channel.close();
        }
        lab.stop(taproot);
    }

    /** Begins so many commands over one connection, which stays open. */
    private static SocketChannel begin(Lab.Listener taproot, int first, int count) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        channel.connect(UnixDomainSocketAddress.of(taproot.socket()));
        for (int i = first; i < first + count; i++) {
            String head =
                    "\",\"sid\":\"20261120T110000.%06dZ-H0a7c9cdf-P%08x\",\"thread\":\"main\",\"time\":\"2026-11-20T11:00:00.%06dZ\","
                            .formatted(i % 1_000_000, i + 2, i % 1_000_000);
            ByteBuffer lines = ByteBuffer.wrap(("{\"event\":\"version" + head + "\"evt\":\"3\",\"exe\":\"2.39.5\"}\n"
                            + "{\"event\":\"start" + head
                            + "\"t_abs\":0.0001,\"argv\":[\"git\",\"cat-file\",\"--batch\"]}\n"
                            + "{\"event\":\"cmd_name" + head + "\"name\":\"cat-file\",\"hierarchy\":\"cat-file\"}\n")
                    .getBytes(UTF_8));
            while (lines.hasRemaining()) {
                channel.write(lines);
            }
        }
        return channel;
    }

    private static long heap(Lab.Listener taproot) throws Exception {
        taproot.jcmd("GC.run");
        Matcher total = Pattern.compile("Total\\s+\\d+\\s+(\\d+)").matcher(taproot.jcmd("GC.class_histogram"));
        return total.find() ? Long.parseLong(total.group(1)) : 0;
    }

    // --- finished commands -------------------------------------------------------------------------------------------

    private static void finished(Lab lab, Bench.Options options) throws Exception {
        Report.title("finished commands   CPU µs/event (tenths)     heap MB     (the guard remembers the last 16,384)");
        Lab.Listener taproot = lab.startTaproot();
        long tenth = options.finished() / 10;
        List<String> load = WholePath.load(lab, options, 8, 100, "short", tenth);
        for (int tenths : new int[] {1, 9}) {
            Costs costs = costs(lab, taproot, tenths, load);
            Report.row(
                    "%17d %23s %11.1f",
                    tenths == 1 ? tenth : 10 * tenth, Report.spread(costs.cpuMicrosPerEvent), heap(taproot) / 1e6);
        }
        lab.stop(taproot);
    }

    // --- the log -----------------------------------------------------------------------------------------------------

    /** Commits of one record each, as those of a machine at which people work, and of many. */
    private static void log(Lab lab, Bench.Options options) throws Exception {
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
            double micros = costs(lab, taproot, 1, load).cpuMicros.getFirst();
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
                                case "key" -> "printf('1%012d', $n) || substr(key, -43)";
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

    // --- event loops -------------------------------------------------------------------------------------------------

    private static void loops(Lab lab, Bench.Options options) throws Exception {
        Report.title(
                "%11s %22s %10s %22s %10s",
                "event loops", "many roots: µs/event", "events/s", "one root: µs/event", "events/s");
        for (int loops : LOOPS) {
            Lab.Listener taproot = lab.startTaproot("--set", "ingest.loops=" + loops);
            WholePath.warmUp(lab, taproot, options);
            List<String> many = WholePath.load(lab, options, 8, 100, "short", options.commands());
            Costs apart = costs(lab, taproot, options.rounds(), many);
            Costs one = costs(
                    lab,
                    taproot,
                    options.rounds(),
                    round -> Lab.join(
                            List.of("--under", "20261120T110000.%06dZ-H0a7c9cdf-P0000%04x".formatted(round, loops)),
                            many));
            Report.row(
                    "%11d %22s %10.0f %22s %10.0f",
                    loops,
                    Report.spread(apart.cpuMicrosPerEvent),
                    Report.median(apart.eventsPerSecond),
                    Report.spread(one.cpuMicrosPerEvent),
                    Report.median(one.eventsPerSecond));
            lab.stop(taproot);
        }
    }
}
