import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * From the socket to the committed row, against the floor: the same load on both in turns, A B A B. Only the ratio of two
 * neighbouring rounds means anything on a shared machine.
 */
final class WholePath implements Bench.Part {
    /** Commands a second that leave the compiler time. */
    private static final int UNHURRIED = 8_000;

    /**
     * A load: what {@code generate} is told besides the socket.
     *
     * @param before the same load, longer, until the code is compiled that it needs; empty where that has been so
     */
    private record Workload(String name, List<String> arguments, List<String> before) {
        Workload(String name, List<String> arguments) {
            this(name, arguments, List.of());
        }
    }

    /** One round: CPU time and wall time from the first connection until everything is committed. */
    private record Round(double cpuMicros, double seconds, long lines, long connections, long commands) {
        double microsPerEvent() {
            return cpuMicros / lines;
        }
    }

    @Override
    public String about() {
        return "from the socket to the committed row, CPU against a C program that only reads";
    }

    @Override
    public void measure(Lab lab, Bench.Options options) throws Exception {
        Lab.Listener taproot = options.standIn() ? lab.startFloor() : lab.startTaproot();
        if (!options.standIn()) {
            warmUp(lab, taproot, options);
        }
        Report.title(
                "%-34s %6s %18s %18s %18s %9s %8s %9s %9s %7s",
                "whole path",
                "events",
                "floor µs/event",
                "taproot µs/event",
                "ratio",
                "events/s",
                "conn./s",
                "B/event",
                "KB/comm.",
                "peak MB");
        for (Workload workload : workloads(lab, options)) {
            compare(lab, taproot, workload, options);
        }
        lab.stop(taproot);
    }

    private static List<Workload> workloads(Lab lab, Bench.Options options) throws Exception {
        List<Workload> workloads = new ArrayList<>();
        for (int clients : options.clients() > 0 ? new int[] {options.clients()} : new int[] {8, 1, 64}) {
            workloads.add(new Workload(
                    clients + " clients, git status, no trace",
                    load(lab, options, clients, 100, "short", options.commands())));
        }
        if (options.onlyShort()) {
            return workloads;
        }
        workloads.add(new Workload(
                "8 clients, git commit, all traces", load(lab, options, 8, 0, "short", options.commands())));
        workloads.add(
                new Workload("8 long connections, no trace", load(lab, options, 8, 100, "long", options.commands())));
        Path sessions = lab.recordings(Path.of(options.sessions()));
        workloads.add(new Workload(
                "recorded sessions",
                sessions(sessions, options.commands() / 10),
                Lab.join(List.of("--rate", "" + UNHURRIED / 10), sessions(sessions, options.warmUp() / 10))));
        return workloads;
    }

    private static List<String> sessions(Path recorded, long roots) {
        return List.of("--clients", "8", "--commands", "" + Math.max(1, roots), "session", recorded.toString());
    }

    /** Until the code is compiled that the load needs. */
    static void warmUp(Lab lab, Lab.Listener taproot, Bench.Options options) throws Exception {
        lab.generate(
                taproot.socket(),
                Lab.join(List.of("--rate", "" + UNHURRIED), load(lab, options, 8, 50, "short", options.warmUp())));
        taproot.barrier();
        taproot.awaitIdle();
    }

    static List<String> load(Lab lab, Bench.Options options, int clients, int readOnly, String mode, long commands)
            throws Exception {
        return List.of(
                "--clients",
                "" + clients,
                "--commands",
                "" + commands,
                "--read-only",
                "" + readOnly,
                mode,
                lab.recording("status.jsonl").toString(),
                lab.recording("commit.jsonl").toString());
    }

    private static void compare(Lab lab, Lab.Listener taproot, Workload workload, Bench.Options options)
            throws Exception {
        if (taproot.isTaproot() && !workload.before.isEmpty()) {
            lab.generate(taproot.socket(), workload.before);
            taproot.barrier();
        }
        roundOf(lab, taproot, workload);
        taproot.awaitIdle();
        List<Double> floors = new ArrayList<>();
        List<Double> taproots = new ArrayList<>();
        List<Double> ratios = new ArrayList<>();
        List<Double> events = new ArrayList<>();
        List<Double> connections = new ArrayList<>();
        Round round = null;
        for (int i = 0; i < options.rounds(); i++) {
            Round floor = roundOfFloor(lab, workload);
            round = roundOf(lab, taproot, workload);
            floors.add(floor.microsPerEvent());
            taproots.add(round.microsPerEvent());
            ratios.add(round.microsPerEvent() / floor.microsPerEvent());
            events.add(round.lines / round.seconds);
            connections.add(round.connections / round.seconds);
        }
        double allocated = 0;
        if (taproot.isTaproot()) {
            long before = taproot.allocatedBytes();
            roundOf(lab, taproot, workload);
            allocated = taproot.allocatedBytes() - before;
        }
        Report.row(
                "%-34s %6d %18s %18s %18s %9.0f %8.0f %9.0f %9.1f %7.0f",
                workload.name,
                round.lines / 1000 * 1000,
                Report.spread(floors),
                Report.spread(taproots),
                Report.spread(ratios),
                Report.median(events),
                Report.median(connections),
                allocated / round.lines,
                allocated / round.commands / 1024,
                taproot.kilobytes("VmHWM") / 1024.0);
    }

    private static Round roundOfFloor(Lab lab, Workload workload) throws Exception {
        Lab.Listener floor = lab.startFloor();
        long began = System.nanoTime();
        Map<String, Long> sent = lab.generate(floor.socket(), workload.arguments);
        Map<String, Long> counted = lab.stopFloor(floor);
        double seconds = (System.nanoTime() - began) / 1e9;
        if (!counted.get("lines").equals(sent.get("lines"))) {
            throw new IllegalStateException(
                    "sent " + sent.get("lines") + " lines, the floor counted " + counted.get("lines"));
        }
        return round(counted.get("user_us") + counted.get("system_us"), seconds, sent);
    }

    private static Round roundOf(Lab lab, Lab.Listener taproot, Workload workload) throws Exception {
        long before = taproot.isTaproot() ? taproot.received() : 0;
        double cpu = taproot.cpuMicros();
        long began = System.nanoTime();
        Map<String, Long> sent = lab.generate(taproot.socket(), workload.arguments);
        double idle = 0;
        if (taproot.isTaproot()) {
            taproot.barrier();
        } else {
            idle = taproot.awaitIdle();
        }
        double seconds = (System.nanoTime() - began) / 1e9 - idle;
        cpu = taproot.cpuMicros() - cpu;
        if (taproot.isTaproot() && taproot.received() - before != sent.get("lines")) {
            System.err.printf(
                    "taproot bench: sent %d lines, Taproot says it received %d%n",
                    sent.get("lines"), taproot.received() - before);
        }
        return round(cpu, seconds, sent);
    }

    private static Round round(double cpu, double seconds, Map<String, Long> sent) {
        return new Round(cpu, seconds, sent.get("lines"), sent.get("connections"), sent.get("commands"));
    }
}
