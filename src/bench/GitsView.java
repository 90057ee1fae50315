import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What git notices: the same command untraced, traced to a file, into the floor and into the daemon, in turns. */
final class GitsView implements Bench.Part {
    private static final Map<String, List<String>> COMMANDS = new LinkedHashMap<>();

    static {
        COMMANDS.put("git status", List.of("git", "status", "--short"));
        COMMANDS.put("git commit", List.of("git", "commit", "--quiet", "--allow-empty", "--message", "x"));
        COMMANDS.put("git rev-parse", List.of("git", "rev-parse", "HEAD"));
    }

    private static final List<String> TARGETS = List.of("untraced", "file", "floor", "daemon");

    /** Events a second in a load of commands of 25 lines. */
    private static final int OTHER_COMMANDS = 400;

    private static final int BLOCKS = 5;

    /** For each run that is measured so many before. */
    private static final int WARM_UP = 10;

    @Override
    public String about() {
        return "git status, commit and rev-parse: how much longer they take when they are heard";
    }

    @Override
    public void measure(Lab lab, Bench.Options options) throws Exception {
        Path repository = repository(lab);
        Lab.Listener floor = lab.startFloor();
        Lab.Listener taproot = lab.startTaproot();
        WholePath.warmUp(lab, taproot, options);
        Report.title(
                "git's own view, µs of wall time, %d runs each: median, p99, and the difference to the floor",
                options.gitRuns());
        for (Map.Entry<String, List<String>> command : COMMANDS.entrySet()) {
            // What only this command needs is compiled, too: that takes ten thousand of them.
            turns(
                    lab,
                    repository,
                    WARM_UP * options.gitRuns(),
                    List.of("af_unix:stream:" + taproot.socket()),
                    command.getValue());
            taproot.awaitIdle();
            List<String> targets = List.of(
                    "0",
                    lab.directory("trace").resolve("file").toString(),
                    "af_unix:stream:" + floor.socket(),
                    "af_unix:stream:" + taproot.socket());
            double floorCpu = floor.cpuMicros();
            double taprootCpu = taproot.cpuMicros();
            print(
                    command.getKey(),
                    "",
                    TARGETS,
                    turns(lab, repository, options.gitRuns(), targets, command.getValue()));
            taproot.barrier();
            Report.row(
                    "  %s: CPU µs a command of the floor %.0f, of the daemon %.0f",
                    command.getKey(),
                    (floor.cpuMicros() - floorCpu) / options.gitRuns(),
                    (taproot.cpuMicros() - taprootCpu) / options.gitRuns());
            print(
                    command.getKey(),
                    ", beside 10,000 events/s",
                    List.of("floor", "daemon"),
                    underLoad(lab, options, repository, floor, taproot, command.getValue()));
        }
        lab.stop(taproot);
        young(lab, options, repository, floor);
        lab.stop(floor);
    }

    /** A daemon that was just started compiles while it listens. */
    private static void young(Lab lab, Bench.Options options, Path repository, Lab.Listener floor) throws Exception {
        Report.title("the same of a daemon that was just started");
        Lab.Listener taproot = lab.startTaproot();
        List<String> targets = List.of("0", "af_unix:stream:" + floor.socket(), "af_unix:stream:" + taproot.socket());
        for (Map.Entry<String, List<String>> command : COMMANDS.entrySet()) {
            print(
                    command.getKey(),
                    "",
                    List.of("untraced", "floor", "daemon"),
                    turns(lab, repository, options.gitRuns(), targets, command.getValue()));
        }
        lab.stop(taproot);
    }

    /** The other events go where git's go: both listeners have as much to do besides. */
    private static List<List<Double>> underLoad(
            Lab lab,
            Bench.Options options,
            Path repository,
            Lab.Listener floor,
            Lab.Listener taproot,
            List<String> command)
            throws Exception {
        List<List<Double>> times = List.of(new ArrayList<>(), new ArrayList<>());
        for (int block = 0; block < BLOCKS; block++) {
            for (int i = 0; i < 2; i++) {
                Lab.Listener listener = i == 0 ? floor : taproot;
                Process others = lab.startGenerating(
                        listener.socket(),
                        Lab.join(
                                List.of("--rate", "" + OTHER_COMMANDS),
                                WholePath.load(lab, options, 4, 50, "short", 1_000_000)));
                times.get(i)
                        .addAll(turns(
                                        lab,
                                        repository,
                                        options.gitRuns() / BLOCKS,
                                        List.of("af_unix:stream:" + listener.socket()),
                                        command)
                                .getFirst());
                lab.endGenerating(others);
            }
        }
        return times;
    }

    private static void print(String command, String beside, List<String> targets, List<List<Double>> times) {
        List<Double> floor = times.get(targets.indexOf("floor"));
        for (int i = 0; i < targets.size(); i++) {
            double median = Report.median(times.get(i));
            double p99 = Report.quantile(times.get(i), 0.99);
            Report.row(
                    "%-46s %8.0f %8.0f   %+6.1f %% %+7.0f",
                    command + " → " + targets.get(i) + beside,
                    median,
                    p99,
                    100 * (median / Report.median(floor) - 1),
                    p99 - Report.quantile(floor, 0.99));
        }
    }

    /** What each run took, by target, in µs of wall time. */
    static List<List<Double>> turns(Lab lab, Path repository, int runs, List<String> targets, List<String> command)
            throws Exception {
        List<String> words =
                Lab.join(List.of(lab.program("turns").toString(), "" + runs), targets, List.of("--"), command);
        Process process = new ProcessBuilder(words)
                .directory(repository.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        List<List<Double>> times = new ArrayList<>();
        targets.forEach(_ -> times.add(new ArrayList<>()));
        for (String line : new String(process.getInputStream().readAllBytes(), UTF_8)
                .lines()
                .toList()) {
            String[] fields = line.split(" ");
            times.get(Integer.parseInt(fields[0])).add(Double.parseDouble(fields[1]));
        }
        if (process.waitFor() != 0) {
            throw new IllegalStateException("git could not be measured: " + String.join(" ", command));
        }
        return times;
    }

    static Path repository(Lab lab) throws Exception {
        Path repository = lab.directory("git");
        git(repository, "init", "--quiet");
        git(repository, "config", "user.name", "A U Thor");
        git(repository, "config", "user.email", "author@example.com");
        git(repository, "config", "gc.auto", "0");
        git(repository, "config", "maintenance.auto", "false");
        for (int i = 0; i < 100; i++) {
            Files.writeString(repository.resolve("file" + i), "" + i);
        }
        git(repository, "add", ".");
        git(repository, "commit", "--quiet", "--message", "first");
        return repository;
    }

    static void git(Path repository, String... arguments) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(Lab.join(List.of("git"), List.of(arguments)))
                .directory(repository.toFile())
                .inheritIO();
        builder.environment().put("GIT_TRACE2_EVENT", "0");
        if (builder.start().waitFor() != 0) {
            throw new IllegalStateException("git " + String.join(" ", arguments) + " failed");
        }
    }
}
