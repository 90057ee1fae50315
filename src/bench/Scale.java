import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Whether what an event, a root and a commit cost stays what it is when there are many. */
final class Scale implements Bench.Part {
    private static final int[] LIVE_ROOTS = {10, 1_000, 100_000};
    private static final int ROOTS_A_CONNECTION = 4_000;
    private static final long[] RECORDS = {1_000, 100_000, 10_000_000};
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

    private record Cost(double cpuMicros, double seconds, long lines, long commands) {}

    private static Cost cost(Lab lab, Lab.Listener taproot, List<String> load) throws Exception {
        double cpu = taproot.cpuMicros();
        long began = System.nanoTime();
        Map<String, Long> sent = lab.generate(taproot.socket(), load);
        taproot.barrier();
        return new Cost(
                taproot.cpuMicros() - cpu, (System.nanoTime() - began) / 1e9, sent.get("lines"), sent.get("commands"));
    }

    // --- live roots --------------------------------------------------------------------------------------------------

    private static void liveRoots(Lab lab, Bench.Options options) throws Exception {
        Report.title("live roots        CPU µs/event (rounds)   heap bytes a root, raw lines of 0.6 KB included");
        Lab.Listener taproot = lab.startTaproot();
        cost(lab, taproot, WholePath.load(lab, options, 8, 100, "short", options.warmUp()));
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
            List<Double> rounds = new ArrayList<>();
            for (int i = 0; i < options.rounds(); i++) {
                Cost cost = cost(lab, taproot, WholePath.load(lab, options, 8, 100, "short", options.commands()));
                rounds.add(cost.cpuMicros / cost.lines);
            }
            Report.row("%10d %30s %14d", roots, Report.spread(rounds), Math.max(0, bytes) / roots);
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
        long many = options.records() * 10;
        Report.title("finished commands     heap MB     (the guard remembers the last 16,384)");
        Lab.Listener taproot = lab.startTaproot();
        for (long commands : new long[] {many / 10, many - many / 10}) {
            cost(lab, taproot, WholePath.load(lab, options, 8, 100, "short", commands));
            Report.row("%17d %11.1f", commands == many / 10 ? commands : many, heap(taproot) / 1e6);
        }
        lab.stop(taproot);
    }

    // --- the log -----------------------------------------------------------------------------------------------------

    private static void log(Lab lab, Bench.Options options) throws Exception {
        Report.title(
                "records in log   written bytes/record   CPU µs/record   ms for the newest 50   ms for 50 failed ones");
        for (long records : RECORDS) {
            if (records > options.records()) {
                Report.row("%14d   (with --records %d)", records, records);
                continue;
            }
            Path runtime = lab.directory("run");
            Path state = runtime.resolve("state");
            Lab.Listener first = lab.startTaproot(runtime, state);
            cost(lab, first, WholePath.load(lab, options, 8, 100, "short", 1_000));
            lab.stop(first);
            copyUpTo(records, state);
            Lab.Listener taproot = lab.startTaproot(runtime, state);
            cost(lab, taproot, WholePath.load(lab, options, 8, 100, "short", options.warmUp() / 4));
            long written = taproot.bytesWritten();
            Cost cost = cost(
                    lab,
                    taproot,
                    Lab.join(List.of("--rate", "2000"), WholePath.load(lab, options, 8, 100, "short", 4_000)));
            written = taproot.bytesWritten() - written;
            Report.row(
                    "%14d %20d %17.1f %20.1f %23.1f",
                    records,
                    written / cost.commands,
                    cost.cpuMicros / cost.commands,
                    millisOf(state, "1"),
                    millisOf(state, "outcome <> 'exited' OR exit_code <> 0"));
            lab.stop(taproot);
        }
    }

    /** Rows as those that are there, under keys of their own. */
    private static void copyUpTo(long records, Path state) throws SQLException {
        try (Connection database = DriverManager.getConnection("jdbc:sqlite:" + state.resolve("log.db"));
                Statement statement = database.createStatement()) {
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
                                case "key" -> "key || '-' || $n";
                                default -> name;
                            })
                            .toList());
            database.setAutoCommit(false);
            long count = 0;
            try (var rows = statement.executeQuery("SELECT max(seq) FROM commands")) {
                count = rows.getLong(1);
            }
            while (count < records) {
                long more = Math.min(count, records - count);
                statement.executeUpdate("INSERT INTO commands(" + String.join(", ", columns) + ") SELECT "
                        + values.replace("$n", "" + count) + " FROM commands WHERE seq <= " + more);
                database.commit();
                count += more;
            }
        }
    }

    private static double millisOf(Path state, String condition) throws SQLException {
        List<Double> millis = new ArrayList<>();
        try (Connection database = DriverManager.getConnection("jdbc:sqlite:" + state.resolve("log.db"));
                Statement statement = database.createStatement()) {
            for (int i = 0; i < 5; i++) {
                long began = System.nanoTime();
                try (var rows = statement.executeQuery(
                        "SELECT record FROM commands WHERE " + condition + " ORDER BY seq DESC LIMIT 50")) {
                    while (rows.next()) {
                        rows.getString(1);
                    }
                }
                millis.add((System.nanoTime() - began) / 1e6);
            }
        }
        return Report.median(millis);
    }

    // --- event loops -------------------------------------------------------------------------------------------------

    private static void loops(Lab lab, Bench.Options options) throws Exception {
        Report.title("event loops   many roots: µs/event   events/s    one root: µs/event   events/s");
        for (int loops : LOOPS) {
            Lab.Listener taproot = lab.startTaproot("--set", "ingest.loops=" + loops);
            cost(lab, taproot, WholePath.load(lab, options, 8, 100, "short", options.warmUp()));
            Cost many = cost(lab, taproot, WholePath.load(lab, options, 8, 100, "short", options.commands() * 2));
            Cost one = cost(
                    lab,
                    taproot,
                    Lab.join(
                            List.of("--under", "20261120T110000.%06dZ-H0a7c9cdf-P0000%04x".formatted(loops, loops)),
                            WholePath.load(lab, options, 8, 100, "short", options.commands())));
            Report.row(
                    "%11d %22.2f %10.0f %21.2f %10.0f",
                    loops,
                    many.cpuMicros / many.lines,
                    many.lines / many.seconds,
                    one.cpuMicros / one.lines,
                    one.lines / one.seconds);
            lab.stop(taproot);
        }
    }
}
