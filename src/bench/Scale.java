import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Whether what an event and a root cost stays what it is when there are many. */
final class Scale implements Bench.Part {
    private static final int[] LIVE_ROOTS = {10, 1_000, 100_000};
    private static final int ROOTS_A_CONNECTION = 4_000;
    private static final int[] LOOPS = {1, 2, 4};

    @Override
    public String about() {
        return "live roots, finished commands, event loops: what an event costs when there are many";
    }

    @Override
    public void measure(Lab lab, Bench.Options options) throws Exception {
        liveRoots(lab, options);
        finished(lab, options);
        loops(lab, options);
    }

    /** What rounds of one load cost, each round by itself. */
    record Costs(List<Double> cpuMicros, List<Double> cpuMicrosPerEvent, List<Double> eventsPerSecond) {}

    static Costs costs(Lab lab, Lab.Listener taproot, int rounds, List<String> load) throws Exception {
        return costs(lab, taproot, rounds, _ -> load);
    }

    static Costs costs(Lab lab, Lab.Listener taproot, int rounds, IntFunction<List<String>> load) throws Exception {
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
