import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The benchmark: the same load on the floor and on Taproot, in turns, and what an event costs each of them. Only the
 * ratio of two neighbouring rounds means anything on a shared machine; every ratio here is one of those.
 *
 * <p>A program of source files, started by {@code ./taproot bench}, so that no build is needed to change it.
 */
final class Bench {

    private static final String USAGE = """
            usage: ./taproot bench [OPTIONS] [-- ARGUMENTS OF taproot run]
              --rounds N      rounds of floor and Taproot each (5)
              --commands N    commands in a round (20000)
              --clients N     threads of the load (8)
              --sessions DIR  also play recorded sessions, a directory of directories with one file a process
              --stand-in      measure the floor in Taproot's place: shows how far two equal programs seem to differ""";

    private static final Path HERE = Path.of(System.getProperty("jdk.launcher.sourcefile", "src/bench/Bench.java"))
            .toAbsolutePath()
            .getParent();

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private record Options(
            int rounds, long commands, int clients, String sessions, boolean standIn, List<String> run) {}

    /** A load: what {@code generate} is told besides the socket. */
    private record Workload(String name, List<String> arguments) {}

    private final Options options;
    private final Path programs;
    private final Path scratch;
    private final List<Process> running = new ArrayList<>();

    private Bench(Options options, Path programs, Path scratch) {
        this.options = options;
        this.programs = programs;
        this.scratch = scratch;
    }

    public static void main(String[] arguments) throws Exception {
        Options options = parse(arguments);
        Path programs = HERE.resolveSibling("target").resolve("bench");
        compile(programs, "floor", "floor.c");
        compile(programs, "generate", "generate.c", "recording.c", "recording.h");
        Path scratch = Files.createTempDirectory("taproot-bench");
        Bench bench = new Bench(options, programs, scratch);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> bench.cleanUp()));
        for (Workload workload : workloads(options)) {
            bench.measure(workload);
        }
    }

    private static List<Workload> workloads(Options options) {
        List<String> common = List.of("--clients", "" + options.clients, "--commands", "" + options.commands);
        List<String> recordings = List.of(
                "short",
                HERE.resolve("status.jsonl").toString(),
                HERE.resolve("commit.jsonl").toString());
        List<Workload> workloads = new ArrayList<>();
        workloads.add(
                new Workload("git status: no trace kept", join(common, List.of("--read-only", "100"), recordings)));
        workloads.add(
                new Workload("git commit: every trace kept", join(common, List.of("--read-only", "0"), recordings)));
        if (!options.sessions.isEmpty()) {
            workloads.add(new Workload("recorded sessions", join(common, List.of("session", options.sessions))));
        }
        return workloads;
    }

    // --- measuring ---------------------------------------------------------------------------------------------------

    private void measure(Workload workload) throws Exception {
        Path runtime = Files.createTempDirectory(scratch, "run");
        Process candidate = startCandidate(runtime);
        roundOfCandidate(candidate, runtime, workload);
        List<Report.Round> floors = new ArrayList<>();
        List<Report.Round> candidates = new ArrayList<>();
        for (int i = 0; i < options.rounds; i++) {
            floors.add(roundOfFloor(workload));
            candidates.add(roundOfCandidate(candidate, runtime, workload));
        }
        stop(candidate);
        Report.print(workload.name, floors, options.standIn ? "stand-in" : "taproot", candidates);
    }

    private Report.Round roundOfFloor(Workload workload) throws Exception {
        Path socket = scratch.resolve("floor.sock");
        Process floor = start(List.of(programs.resolve("floor").toString(), socket.toString()), "floor.log");
        awaitListening(floor, socket);
        long began = System.nanoTime();
        Map<String, Long> sent = generate(socket, workload);
        long peak = peakRss(floor.pid());
        stop(floor);
        double seconds = (System.nanoTime() - began) / 1e9;
        Map<String, Long> counted = parse(Files.readString(scratch.resolve("floor.log")));
        if (!counted.get("lines").equals(sent.get("lines"))) {
            fail("sent " + sent.get("lines") + " lines, the floor counted " + counted.get("lines"));
        }
        double cpu = counted.get("user_us") + counted.get("system_us");
        return new Report.Round(cpu, seconds, sent.get("lines"), sent.get("connections"), peak);
    }

    private Report.Round roundOfCandidate(Process candidate, Path runtime, Workload workload) throws Exception {
        long receivedBefore = received(runtime);
        double cpuBefore = cpuMicros(candidate.pid());
        long began = System.nanoTime();
        Map<String, Long> sent = generate(runtime.resolve("trace2.sock"), workload);
        double idle = awaitCommitted(candidate, runtime);
        double seconds = (System.nanoTime() - began) / 1e9 - idle;
        double cpu = cpuMicros(candidate.pid()) - cpuBefore;
        long received = received(runtime) - receivedBefore;
        if (received > 0 && received != sent.get("lines")) {
            System.err.printf(
                    "taproot bench: sent %d lines, Taproot says it received %d%n", sent.get("lines"), received);
        }
        return new Report.Round(cpu, seconds, sent.get("lines"), sent.get("connections"), peakRss(candidate.pid()));
    }

    /**
     * Returns when everything that was sent is committed; the result is the seconds that were waited too long. The only
     * place that knows how to tell: the daemon's own barrier, and for a stand-in that it no longer takes CPU time.
     */
    private static double awaitCommitted(Process candidate, Path runtime) throws Exception {
        if (Files.exists(runtime.resolve("control.sock"))) {
            String answer = request(runtime, "POST /v1/barrier?timeout=60s");
            if (!answer.startsWith("HTTP/1.1 200")) {
                throw new IllegalStateException(
                        "the barrier did not answer 200 but: " + answer.lines().findFirst());
            }
            return 0;
        }
        double window = 0.3;
        double before;
        do {
            before = cpuMicros(candidate.pid());
            Thread.sleep((long) (window * 1000));
        } while (cpuMicros(candidate.pid()) > before);
        return window;
    }

    /** The events that the daemon says it has received, 0 when it cannot say. */
    private static long received(Path runtime) throws IOException {
        if (!Files.exists(runtime.resolve("control.sock"))) {
            return 0;
        }
        Matcher matcher = Pattern.compile("\"received\":(\\d+)").matcher(request(runtime, "GET /v1/status"));
        return matcher.find() ? Long.parseLong(matcher.group(1)) : 0;
    }

    private static String request(Path runtime, String request) throws IOException {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(runtime.resolve("control.sock")));
            String text = request + " HTTP/1.1\r\nHost: taproot\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
            channel.write(ByteBuffer.wrap(text.getBytes(UTF_8)));
            return new String(Channels.newInputStream(channel).readAllBytes(), UTF_8);
        }
    }

    /** User and system time of all threads, those that have ended included, in steps of 10 ms. */
    private static double cpuMicros(long pid) throws IOException {
        String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) * 10_000.0;
    }

    private static long peakRss(long pid) throws IOException {
        Matcher matcher =
                Pattern.compile("VmHWM:\\s+(\\d+) kB").matcher(Files.readString(Path.of("/proc/" + pid + "/status")));
        return matcher.find() ? Long.parseLong(matcher.group(1)) : 0;
    }

    // --- processes ---------------------------------------------------------------------------------------------------

    private Process startCandidate(Path runtime) throws Exception {
        Path socket = runtime.resolve("trace2.sock");
        List<String> command = options.standIn
                ? List.of(programs.resolve("floor").toString(), socket.toString())
                : join(
                        List.of(System.getenv().getOrDefault("TAPROOT_LAUNCHER", "./taproot"), "run"),
                        List.of(
                                "--runtime-dir",
                                runtime.toString(),
                                "--state-dir",
                                runtime.resolve("state").toString()),
                        options.run);
        Process candidate = start(command, "candidate.log");
        awaitListening(candidate, socket);
        return candidate;
    }

    private Process start(List<String> command, String log) throws IOException {
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(scratch.resolve(log).toFile())
                .start();
        running.add(process);
        return process;
    }

    private void awaitListening(Process process, Path socket) throws Exception {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!accepts(socket)) {
            if (!process.isAlive() || System.nanoTime() > deadline) {
                try (Stream<Path> logs = Files.list(scratch)) {
                    for (Path log : logs.filter(path -> path.toString().endsWith(".log"))
                            .toList()) {
                        System.err.print(Files.readString(log));
                    }
                }
                fail("expected " + process.info().command().orElse("the program") + " to listen on " + socket
                        + (process.isAlive() ? ", it does not" : ", it has ended") + "; what it printed is above");
            }
            Thread.sleep(20);
        }
    }

    private static boolean accepts(Path socket) {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            return channel.connect(UnixDomainSocketAddress.of(socket));
        } catch (IOException notYet) {
            return false;
        }
    }

    private Map<String, Long> generate(Path socket, Workload workload) throws Exception {
        List<String> command = join(
                List.of(programs.resolve("generate").toString(), "--socket", socket.toString()), workload.arguments);
        Process generator = start(command, "generate.log");
        int status = generator.waitFor();
        String output = Files.readString(scratch.resolve("generate.log"));
        if (status != 0) {
            fail("the load ended with " + status + ": " + output);
        }
        return parse(output);
    }

    private void stop(Process process) throws InterruptedException {
        process.destroy();
        process.waitFor();
        running.remove(process);
    }

    private void cleanUp() {
        running.forEach(Process::destroyForcibly);
        try (Stream<Path> files = Files.walk(scratch)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot remove " + scratch, e);
        }
    }

    private static void compile(Path programs, String program, String... sources) throws Exception {
        Path binary = Files.createDirectories(programs).resolve(program);
        List<Path> paths = Arrays.stream(sources).map(HERE::resolve).toList();
        if (Files.exists(binary)) {
            boolean current = true;
            for (Path path : paths) {
                current &= Files.getLastModifiedTime(path).compareTo(Files.getLastModifiedTime(binary)) < 0;
            }
            if (current) {
                return;
            }
        }
        List<String> command = new ArrayList<>(
                List.of("gcc", "-std=gnu11", "-O2", "-Wall", "-Wextra", "-pthread", "-o", binary.toString()));
        paths.stream().map(Path::toString).filter(path -> path.endsWith(".c")).forEach(command::add);
        try {
            if (new ProcessBuilder(command).inheritIO().start().waitFor() != 0) {
                fail("gcc could not compile " + program);
            }
        } catch (IOException e) {
            fail("needs gcc to compile the floor and the load, and could not start it: " + e.getMessage());
        }
    }

    // --- small things ------------------------------------------------------------------------------------------------

    private static Options parse(String[] arguments) {
        Map<String, String> given = new HashMap<>();
        List<String> run = List.of();
        for (int i = 0; i < arguments.length; i++) {
            String argument = arguments[i];
            switch (argument) {
                case "--rounds", "--commands", "--clients", "--sessions" -> {
                    if (++i == arguments.length) {
                        usage("expected a value after " + argument);
                    }
                    given.put(argument, arguments[i]);
                }
                case "--stand-in" -> given.put(argument, "yes");
                case "--" -> {
                    run = List.of(arguments).subList(i + 1, arguments.length);
                    i = arguments.length;
                }
                default -> usage("unknown option " + argument);
            }
        }
        return new Options(
                (int) number(given, "--rounds", 5),
                number(given, "--commands", 20_000),
                (int) number(given, "--clients", 8),
                given.getOrDefault("--sessions", ""),
                given.containsKey("--stand-in"),
                run);
    }

    private static long number(Map<String, String> given, String name, long otherwise) {
        String value = given.getOrDefault(name, "" + otherwise);
        if (!value.matches("[1-9]\\d{0,8}")) {
            usage("expected a number above 0 after " + name + ", got " + value);
        }
        return Long.parseLong(value);
    }

    /** Lines of {@code key=value}, the way the C programs print. */
    private static Map<String, Long> parse(String output) {
        Map<String, Long> values = new HashMap<>();
        Matcher matcher = Pattern.compile("(\\w+)=(\\d+)").matcher(output);
        while (matcher.find()) {
            values.put(matcher.group(1), Long.parseLong(matcher.group(2)));
        }
        return values;
    }

    @SafeVarargs
    private static List<String> join(List<String>... parts) {
        return Arrays.stream(parts).flatMap(List::stream).toList();
    }

    private static void usage(String why) {
        System.err.println("taproot bench: " + why + "\n" + USAGE);
        System.exit(2);
    }

    private static void fail(String why) {
        System.err.println("taproot bench: " + why);
        System.exit(1);
    }
}
