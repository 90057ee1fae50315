import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the hooks cost git: the same command untraced, traced, with hooks that do nothing, and with those that {@code
 * taproot hook install} puts into a repository, in turns.
 */
final class Hooks implements Bench.Part {
    private static final Map<String, List<String>> COMMANDS = new LinkedHashMap<>();

    /** Beside the others it takes this many times as long. */
    private static final int PICKED = 20;

    static {
        COMMANDS.put("commit", List.of("git", "commit", "--quiet", "--allow-empty", "--message", "x"));
        COMMANDS.put("tag", List.of("git", "tag", "--force", "t"));
        COMMANDS.put("rev-parse", List.of("git", "rev-parse", "HEAD"));
        COMMANDS.put("rebase of " + PICKED, List.of("git", "rebase", "--quiet", "--force-rebase", "HEAD~" + PICKED));
    }

    @Override
    public String about() {
        return "git commit, tag, rev-parse and rebase: how much longer they take with taproot's hooks";
    }

    @Override
    public void measure(Lab lab, Bench.Options options) throws Exception {
        Path repository = GitsView.repository(lab);
        GitsView.git(repository, "tag", "t");
        Path none = lab.directory("no-hooks");
        Path idle = lab.directory("idle-hooks");
        Path hook = Files.writeString(idle.resolve("reference-transaction"), "#!/bin/sh\nexit 0\n");
        Files.setPosixFilePermissions(hook, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path ours = install(lab, repository);
        Lab.Listener taproot = lab.startTaproot();
        WholePath.warmUp(lab, taproot, options);
        String daemon = "af_unix:stream:" + taproot.socket();
        List<String> names = List.of(
                "untraced", "traced", "traced, hooks that do nothing", "traced, taproot's", "untraced, taproot's");
        List<String> targets =
                List.of("0|" + none, daemon + "|" + none, daemon + "|" + idle, daemon + "|" + ours, "0|" + ours);
        Report.title(
                "hooks, ms of wall time, %d runs each: median, p10, p99, and what the median is over traced",
                options.gitRuns());
        for (Map.Entry<String, List<String>> command : COMMANDS.entrySet()) {
            int runs =
                    command.getKey().startsWith("rebase") ? Math.max(1, options.gitRuns() / PICKED) : options.gitRuns();
            List<List<Double>> times = GitsView.turns(lab, repository, runs, targets, command.getValue());
            for (int i = 0; i < names.size(); i++) {
                Report.row(
                        "%-46s %8.2f %8.2f %8.2f   %+6.2f",
                        command.getKey() + ", " + names.get(i),
                        Report.median(times.get(i)) / 1e3,
                        Report.quantile(times.get(i), 0.1) / 1e3,
                        Report.quantile(times.get(i), 0.99) / 1e3,
                        (Report.median(times.get(i)) - Report.median(times.get(1))) / 1e3);
            }
        }
        lab.stop(taproot);
    }

    /** As a user would, with a home of the lab's. */
    private static Path install(Lab lab, Path repository) throws Exception {
        ProcessBuilder install = new ProcessBuilder(
                        Lab.LAUNCHER, "hook", "install", "--repository", repository.toString())
                .inheritIO()
                .redirectOutput(ProcessBuilder.Redirect.DISCARD);
        install.environment().put("XDG_DATA_HOME", lab.directory("data").toString());
        install.environment().put("GIT_TRACE2_EVENT", "0");
        if (install.start().waitFor() != 0) {
            throw new IllegalStateException("the hooks could not be installed");
        }
        Path hooks = repository.resolve(".git/hooks");
        if (!Files.exists(hooks.resolve("reference-transaction"))) {
            throw new IllegalStateException("this git has its hooks configured: only hooks in files are measured here");
        }
        return hooks;
    }
}
