import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What the daemon is when nobody needs it: how long from the launcher to listening, what an idle one holds in memory, how
 * often it wakes and what that costs. {@code ./taproot bench footprint}.
 */
final class Footprint {
    private static final String USAGE = """
            usage: ./taproot bench footprint [OPTIONS] [-- ARGUMENTS OF taproot run]
              --starts N      starts that are measured (20)
              --idle SECONDS  how long the idle one is watched (60)
              --taproot FILE  another launcher, such as a package's""";

    /** What the daemon may still do of its own accord right after its start is not idleness. */
    private static final int SETTLING_SECONDS = 5;

    private static final Pattern TICKS = Pattern.compile("^\\d+ \\(.*\\) .(?: -?\\d+){10} (\\d+) (\\d+) ");

    private int starts = 20;
    private int idle = 60;
    private String launcher = System.getenv("TAPROOT_LAUNCHER");
    private List<String> run = List.of();

    public static void main(String[] arguments) throws Exception {
        new Footprint().measure(arguments);
    }

    private void measure(String[] arguments) throws Exception {
        parse(arguments);
        Path scratch = Files.createTempDirectory("taproot-footprint");
        Process last = null;
        try {
            double[] millis = new double[starts];
            for (int i = 0; i <= starts; i++) {
                if (last != null) {
                    stop(last);
                }
                long began = System.nanoTime();
                last = start(scratch);
                if (i > 0) { // The first fills the disk's cache.
                    millis[i - 1] = (System.nanoTime() - began) / 1e6;
                }
            }
            Arrays.sort(millis);
            System.out.printf(
                    "launcher to listening  %.0f ms median, %.0f to %.0f of %d starts%n",
                    millis[starts / 2], millis[0], millis[starts - 1], starts);
            watch(last.pid());
        } finally {
            if (last != null) {
                stop(last);
            }
            delete(scratch);
        }
    }

    /** Returns when it says that it listens: both sockets are there then. */
    private Process start(Path scratch) throws IOException {
        List<String> command = new ArrayList<>(
                List.of(launcher, "run", "--runtime-dir", scratch + "/run", "--state-dir", scratch + "/state"));
        command.addAll(run);
        Process process = new ProcessBuilder(command)
                .redirectError(
                        ProcessBuilder.Redirect.appendTo(scratch.resolve("log").toFile()))
                .start();
        String line =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8)).readLine();
        if (line == null || !line.startsWith("listening on ")) {
            throw new IOException("expected to be told where it listens, got " + line + "\n"
                    + Files.readString(scratch.resolve("log")));
        }
        return process;
    }

    private void watch(long pid) throws Exception {
        TimeUnit.SECONDS.sleep(SETTLING_SECONDS);
        long ticks = ticks(pid);
        Map<String, Long> before = switches(pid);
        TimeUnit.SECONDS.sleep(idle);
        Map<String, Long> after = switches(pid);
        double cpu = (ticks(pid) - ticks) / 100.0 / idle * 100; // USER_HZ is 100 everywhere on Linux.
        System.out.printf(
                "idle                   %.1f MB anonymous, %.1f MB resident%n",
                status(pid, "RssAnon") / 1024.0, status(pid, "VmRSS") / 1024.0);
        long woken = 0;
        StringBuilder who = new StringBuilder();
        for (Map.Entry<String, Long> thread : after.entrySet()) {
            long times = thread.getValue() - before.getOrDefault(thread.getKey(), 0L);
            woken += times;
            if (times > 0) {
                who.append(String.format("  %.2f/s %s%n", (double) times / idle, thread.getKey()));
            }
        }
        System.out.printf(
                "idle for %d s         %.3f %% CPU, woken %.2f times a second, by thread:%n%s",
                idle, cpu, (double) woken / idle, who);
    }

    private static long ticks(long pid) throws IOException {
        Matcher matcher = TICKS.matcher(Files.readString(Path.of("/proc/" + pid + "/stat")));
        if (!matcher.find()) {
            throw new IOException("expected the fields of proc_pid_stat(5) for " + pid);
        }
        return Long.parseLong(matcher.group(1)) + Long.parseLong(matcher.group(2));
    }

    /** How often each thread has waited for something, which is how often it was woken. */
    private static Map<String, Long> switches(long pid) throws IOException {
        Map<String, Long> switches = new TreeMap<>();
        try (Stream<Path> threads = Files.list(Path.of("/proc/" + pid + "/task"))) {
            for (Path thread : threads.toList()) {
                try {
                    String name = Files.readString(thread.resolve("comm")).strip();
                    switches.put(name + " (" + thread.getFileName() + ")", field(thread, "voluntary_ctxt_switches"));
                } catch (IOException e) {
                    // It has ended meanwhile.
                }
            }
        }
        return switches;
    }

    private static long status(long pid, String name) throws IOException {
        return field(Path.of("/proc/" + pid), name);
    }

    private static long field(Path process, String name) throws IOException {
        try (Stream<String> lines = Files.lines(process.resolve("status"))) {
            return lines.filter(line -> line.startsWith(name + ":"))
                    .map(line -> line.replaceAll("\\D", ""))
                    .mapToLong(Long::parseLong)
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static void stop(Process process) throws InterruptedException {
        process.destroy();
        if (!process.waitFor(30, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
    }

    private static void delete(Path tree) throws IOException {
        try (Stream<Path> files = Files.walk(tree)) {
            for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }

    private void parse(String[] arguments) {
        for (int i = 0; i < arguments.length; i++) {
            switch (arguments[i]) {
                case "--starts" -> starts = number(arguments, ++i);
                case "--idle" -> idle = number(arguments, ++i);
                case "--taproot" -> launcher = value(arguments, ++i);
                case "--" -> {
                    run = Arrays.asList(arguments).subList(i + 1, arguments.length);
                    return;
                }
                default -> usage("unknown: " + arguments[i]);
            }
        }
    }

    private static String value(String[] arguments, int at) {
        return at < arguments.length ? arguments[at] : usage("a value is missing behind " + arguments[at - 1]);
    }

    private static int number(String[] arguments, int at) {
        String value = value(arguments, at);
        return value.matches("[1-9]\\d{0,5}")
                ? Integer.parseInt(value)
                : Integer.parseInt(usage("not a number: " + value));
    }

    private static String usage(String why) {
        System.err.println("bench: " + why + "\n" + USAGE);
        System.exit(2);
        return "0";
    }
}
