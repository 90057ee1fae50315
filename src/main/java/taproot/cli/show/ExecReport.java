package taproot.cli.show;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import taproot.cli.terminal.Screen;
import taproot.cli.text.Durations;
import taproot.cli.text.Ending;
import taproot.normalizer.CommandRecord;

/** What exec says at the end: the tree of what ran, and its sums. */
public final class ExecReport {
    private ExecReport() {}

    /**
     * The lines to print.
     *
     * @param origin when the command began, in microseconds since the epoch
     * @param took how long it ran
     */
    public static List<String> lines(List<CommandRecord> records, long origin, Duration took, Screen screen) {
        List<String> lines = new ArrayList<>();
        if (records.isEmpty()) {
            lines.add("taproot: no git command was seen");
            return lines;
        }
        List<Node> forest = Forest.of(records, true);
        lines.addAll(TreeText.lines(forest, origin, screen));
        lines.add(screen.bold("taproot: " + sums(records, forest, took)));
        long incomplete = records.stream().filter(CommandRecord::truncated).count();
        if (incomplete > 0) {
            lines.add("taproot: of " + counted(incomplete, "command") + " not everything was kept or received;"
                    + " --json says of which, and why");
        }
        return lines;
    }

    private static String sums(List<CommandRecord> records, List<Node> forest, Duration took) {
        long failed = records.stream()
                .filter(c -> Ending.of(c.outcome(), c.exitCode(), c.signal()).bad())
                .filter(c -> c.outcome() != taproot.normalizer.Outcome.INTERRUPTED)
                .count();
        long running = records.stream()
                .filter(c -> c.outcome() == taproot.normalizer.Outcome.INTERRUPTED)
                .count();
        String text = counted(records.size(), "git command") + ", " + counted(processes(forest), "git process") + ", "
                + Durations.human(inGit(records)) + " of " + Durations.human(took.toNanos() / 1_000) + " in git";
        if (failed > 0) {
            text += ", " + failed + " failed";
        }
        return running > 0 ? text + ", " + running + " still running" : text;
    }

    private static long processes(List<Node> forest) {
        long n = 0;
        for (Node node : forest) {
            n += (node.git() ? 1 : 0) + processes(node.children());
        }
        return n;
    }

    /** The time in which at least one of the commands ran: two at once count once. */
    public static long inGit(List<CommandRecord> records) {
        long sum = 0;
        long until = Long.MIN_VALUE;
        List<CommandRecord> byStart = new ArrayList<>(records);
        byStart.sort(Comparator.comparingLong(CommandRecord::startedAt));
        for (CommandRecord c : byStart) {
            if (c.durationUs() != null) {
                long end = c.startedAt() + c.durationUs();
                sum += Math.max(0, end - Math.max(until, c.startedAt()));
                until = Math.max(until, end);
            }
        }
        return sum;
    }

    private static String counted(long n, String what) {
        return n + " " + (n == 1 ? what : what.endsWith("s") ? what + "es" : what + "s");
    }
}
