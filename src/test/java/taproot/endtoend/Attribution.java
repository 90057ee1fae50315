package taproot.endtoend;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import taproot.normalizer.CommandRecord;
import taproot.normalizer.Effect;

/**
 * Whether every ref change is on the record of the command that made it, as git's own reflogs tell: each command writes
 * under a committer's name of its own, and so does each entry of a reflog.
 */
final class Attribution {
    /** One command of a worker: what it is expected to have done, and itself. */
    record Step(String name, String effect, String script) {}

    /** How the changes of one effect came out, in numbers of reflog entries. */
    static final class Score {
        int commands;
        int named;
        int unnamed;
        int misnamed;
        int exact;
        int inferred;
        int unknown;
        int untold;
        int wrong;

        void add(Score other) {
            commands += other.commands;
            named += other.named;
            unnamed += other.unnamed;
            misnamed += other.misnamed;
            exact += other.exact;
            inferred += other.inferred;
            unknown += other.unknown;
            untold += other.untold;
            wrong += other.wrong;
        }
    }

    /** A reflog's entry. */
    record Entry(String ref, String old, String current, String step, String message) {
        /** Of a ref that did not move there is an entry, but no change. */
        boolean isChange() {
            return !old.equals(current);
        }

        /** git before 2.46 runs no hook where HEAD is made to name another branch, and none for a branch's new name. */
        boolean isWithoutHook() {
            return message.startsWith("checkout: moving") || message.startsWith("Branch: renamed");
        }
    }

    private final Map<String, Score> scores = new LinkedHashMap<>();
    private final List<String> complaints = new ArrayList<>();

    Map<String, Score> scores() {
        return scores;
    }

    /** What was wrong, in words. */
    List<String> complaints() {
        return complaints;
    }

    Score total() {
        Score total = new Score();
        scores.values().forEach(total::add);
        return total;
    }

    /** Judges the records of these steps by the reflogs under these git directories. */
    void judge(List<Step> steps, List<CommandRecord> records, List<Entry> reflogs) {
        Map<String, CommandRecord> byStep = new HashMap<>();
        for (CommandRecord record : records) {
            String step = step(record);
            if (step != null) {
                byStep.put(step, record);
            }
        }
        for (Step step : steps) {
            Score score = scores.computeIfAbsent(step.effect(), _ -> new Score());
            CommandRecord record = byStep.get(step.name());
            if (record == null) {
                complaints.add("no record of " + step.name() + ", " + step.script());
                continue;
            }
            score.commands++;
            judgeEffect(step, record, score);
            judgeEntries(step, record, reflogs, score);
            judgeChanges(step, record, reflogs, score);
        }
    }

    private void judgeEffect(Step step, CommandRecord record, Score score) {
        Set<String> kinds =
                Set.copyOf(record.effects().stream().map(Effect::kind).toList());
        if (kinds.contains(step.effect())) {
            score.named++;
        } else if (kinds.contains("unknown") || (step.effect().equals("fast_forward") && kinds.contains("merge"))) {
            score.unnamed++;
        } else {
            score.misnamed++;
            complaints.add(step.name() + " " + step.script() + ": expected " + step.effect() + ", got " + kinds);
        }
    }

    /** Each entry of a reflog has to be on the record of whoever wrote it. */
    private void judgeEntries(Step step, CommandRecord record, List<Entry> reflogs, Score score) {
        for (Entry entry : reflogs) {
            if (!entry.step().equals(step.name()) || !entry.isChange()) {
                continue;
            }
            boolean there = record.refChanges().stream()
                    .anyMatch(change -> isSwitch(entry, change)
                            || (change.current().equals(entry.current())
                                    && (change.ref().equals(entry.ref()) || isHeadOf(entry, change))));
            if (!there && entry.isWithoutHook()) {
                score.untold++;
            } else if (!there) {
                score.unknown++;
            } else if ("exact".equals(record.refConfidence())) {
                score.exact++;
            } else {
                score.inferred++;
            }
        }
    }

    /** git ≥ 2.52 names the branch alone when it moves HEAD with it. */
    private static boolean isHeadOf(Entry entry, CommandRecord.RefChange change) {
        return entry.ref().equals("HEAD") && change.ref().startsWith("refs/heads/");
    }

    /** HEAD was made to name a branch, which then is its new value. */
    private static boolean isSwitch(Entry entry, CommandRecord.RefChange change) {
        return entry.ref().equals("HEAD")
                && change.ref().equals("HEAD")
                && change.current().startsWith("ref:");
    }

    /** And nobody may have what another wrote. */
    private void judgeChanges(Step step, CommandRecord record, List<Entry> reflogs, Score score) {
        if ("unknown".equals(record.refConfidence())) {
            return;
        }
        for (CommandRecord.RefChange change : record.refChanges()) {
            boolean somebodys = false;
            boolean his = false;
            for (Entry entry : reflogs) {
                // An old value of zeros is one that git did not look at: it may have set what there was.
                if (entry.ref().equals(change.ref())
                        && entry.old().equals(change.old())
                        && entry.current().equals(change.current())) {
                    somebodys = true;
                    his |= entry.step().equals(step.name());
                }
            }
            if (somebodys && !his) {
                score.wrong++;
                complaints.add(step.name() + " " + step.script() + ": has " + change + " of somebody else");
            }
        }
    }

    /** The step that a command is, by an option of git's that means nothing. */
    private static @org.jspecify.annotations.Nullable String step(CommandRecord record) {
        for (String word : record.argv()) {
            if (word.startsWith("lab.step=")) {
                return word.substring("lab.step=".length());
            }
        }
        return null;
    }

    /** The entries of all reflogs under a git directory, those of linked worktrees too. */
    static List<Entry> reflogs(Path gitDirectory) throws IOException {
        List<Entry> entries = new ArrayList<>();
        try (Stream<Path> files = Files.walk(gitDirectory)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String path = gitDirectory.relativize(file).toString();
                int logs = path.startsWith("logs/") ? 0 : path.indexOf("/logs/") + 1;
                if (path.contains("logs/") && (logs > 0 || path.startsWith("logs/"))) {
                    String ref = path.substring(logs + "logs/".length());
                    for (String line : Files.readAllLines(file)) {
                        int tab = line.indexOf('\t');
                        String[] words = line.split(" ", 4);
                        entries.add(new Entry(ref, words[0], words[1], words[2], line.substring(tab + 1)));
                    }
                }
            }
        }
        return entries;
    }

    String table(String title) {
        StringBuilder table = new StringBuilder(String.format(
                Locale.ROOT,
                "%s%n%-18s %8s | %5s %7s %6s | %6s %8s %7s %7s %5s%n",
                title,
                "effect",
                "commands",
                "named",
                "unknown",
                "wrong",
                "exact",
                "inferred",
                "unknown",
                "no hook",
                "wrong"));
        Map<String, Score> rows = new TreeMap<>(scores);
        rows.forEach((effect, s) -> table.append(row(effect, s)));
        table.append(row("all", Objects.requireNonNull(total())));
        return table.toString();
    }

    private static String row(String effect, Score s) {
        return String.format(
                Locale.ROOT,
                "%-18s %8d | %5d %7d %6d | %6d %8d %7d %7d %5d%n",
                effect,
                s.commands,
                s.named,
                s.unnamed,
                s.misnamed,
                s.exact,
                s.inferred,
                s.unknown,
                s.untold,
                s.wrong);
    }
}
