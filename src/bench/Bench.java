import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The benchmark: what an event costs, what git notices, how soon one knows, how it grows, and what it costs when nothing
 * happens. Needs gcc and git. CPU time and ratios within one run mean something on a shared machine; wall time less so.
 *
 * <p>A program of source files, started by {@code ./taproot bench}, so that no build is needed to change it.
 */
final class Bench {

    /** One of the things that are measured. */
    interface Part {
        /** For the help. */
        String about();

        void measure(Lab lab, Options options) throws Exception;
    }

    private static final Map<String, Part> PARTS = new LinkedHashMap<>();

    static {
        PARTS.put("parts", new Parts());
        PARTS.put("path", new WholePath());
        PARTS.put("git", new GitsView());
        PARTS.put("hooks", new Hooks());
        PARTS.put("fresh", new Freshness());
        PARTS.put("scale", new Scale());
        PARTS.put("log", new LogSize());
        PARTS.put("idle", new IdleAndStart());
    }

    private static final String USAGE = """
            usage: ./taproot bench [OPTIONS] [PART...] [-- ARGUMENTS OF taproot run]
            parts, all of them unless some are named:
            %s
            by themselves, with options of their own:
              footprint  launcher to listening, memory, CPU and wake-ups of an idle daemon (--starts, --idle)
              start      what a user waits for each command of the program (--runs)
            options:
              --rounds N         rounds of floor and Taproot each (3)
              --commands N       commands in a round (10000)
              --warm-up N        commands before anything is measured; the code is compiled then (100000)
              --clients N        path: only with so many clients, instead of with 8, 1 and 64
              --sessions DIR     path: recorded sessions, a directory of directories with one file a process
                                 (those of the tests)
              --git-runs N       git, hooks: runs of each command with each target (200); git: after ten times as many
              --idle-seconds N   idle: how long nothing happens (20)
              --records N        log: the largest (100000); 10000000 needs 15 GB of disk and some minutes
              --finished N       scale: commands that end (1000000)
              --only-short       path: only the short connections of git status
              --stand-in         path: the floor in Taproot's place, which shows how far two equal programs seem to differ
              --help             this text""";

    /** What was asked for. */
    record Options(
            int rounds,
            long commands,
            long warmUp,
            int clients,
            String sessions,
            int gitRuns,
            int idleSeconds,
            long records,
            long finished,
            boolean onlyShort,
            boolean standIn,
            List<String> parts,
            List<String> run) {}

    private Bench() {}

    public static void main(String[] arguments) throws Exception {
        Options options = parse(arguments);
        try (Lab lab = new Lab(options.run)) {
            for (String part : options.parts.isEmpty() ? PARTS.keySet() : options.parts) {
                PARTS.get(part).measure(lab, options);
            }
        } catch (IllegalStateException e) {
            System.err.println("taproot bench: " + e.getMessage());
            System.exit(1);
        }
        System.exit(0);
    }

    private static Options parse(String[] arguments) {
        Map<String, String> given = new HashMap<>();
        List<String> parts = new ArrayList<>();
        List<String> run = List.of();
        for (int i = 0; i < arguments.length; i++) {
            String argument = arguments[i];
            switch (argument) {
                case "--rounds",
                        "--commands",
                        "--warm-up",
                        "--clients",
                        "--sessions",
                        "--git-runs",
                        "--idle-seconds",
                        "--records",
                        "--finished" -> {
                    if (++i == arguments.length) {
                        usage("expected a value after " + argument);
                    }
                    given.put(argument, arguments[i]);
                }
                case "--stand-in", "--only-short" -> given.put(argument, "yes");
                case "--help", "-h" -> {
                    System.out.println(help());
                    System.exit(0);
                }
                case "--" -> {
                    run = List.of(arguments).subList(i + 1, arguments.length);
                    i = arguments.length;
                }
                default -> {
                    if (!PARTS.containsKey(argument)) {
                        usage((argument.startsWith("-") ? "unknown option " : "unknown part ") + argument);
                    }
                    parts.add(argument);
                }
            }
        }
        return new Options(
                (int) number(given, "--rounds", 3),
                number(given, "--commands", 10_000),
                number(given, "--warm-up", 100_000),
                given.containsKey("--clients") ? (int) number(given, "--clients", 8) : 0,
                given.getOrDefault(
                        "--sessions",
                        Lab.HERE
                                .resolve("../../normalizer/src/test/resources/traces/git-2.39.5")
                                .toString()),
                (int) number(given, "--git-runs", 200),
                (int) number(given, "--idle-seconds", 20),
                number(given, "--records", 100_000),
                number(given, "--finished", 1_000_000),
                given.containsKey("--only-short"),
                given.containsKey("--stand-in"),
                parts,
                run);
    }

    private static long number(Map<String, String> given, String name, long otherwise) {
        String value = given.getOrDefault(name, "" + otherwise);
        if (!value.matches("[1-9]\\d{0,8}")) {
            usage("expected a number above 0 after " + name + ", got " + value);
        }
        return Long.parseLong(value);
    }

    private static String help() {
        StringBuilder parts = new StringBuilder();
        PARTS.forEach((name, part) -> parts.append("  %-11s%s%n".formatted(name, part.about())));
        return USAGE.formatted(parts.toString().stripTrailing());
    }

    private static void usage(String why) {
        System.err.println("taproot bench: " + why + "\n" + help());
        System.exit(2);
    }
}
