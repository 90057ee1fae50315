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
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import taproot.normalizer.CommandRecord;
import taproot.normalizer.CommandRecord.RefChange;
import taproot.normalizer.Effect;

/**
 * Whether every ref change is on the record of the command that made it, and nothing else is. What moved is known in two
 * ways: all refs are listed before and after each command, and those that carry its worker's name nobody else moves; of
 * those that all share the reflogs tell, in which each command writes under a committer's name of its own.
 */
final class Attribution {
    private static final String ZERO = "0".repeat(40);

    /**
     * One command of a worker.
     *
     * @param name unique; the committer's
     * @param worker whose name every ref carries that it alone moves
     * @param effect what it is expected to have done
     */
    record Step(String name, String worker, String effect, String script) {}

    /** How the changes of one effect came out. */
    static final class Score {
        int commands;
        int named;
        int unnamed;
        int misnamed;
        int exact;
        int inferred;
        int unknown;
        int untold;
        int silent;
        int wrong;

        /** A ref was moved, and this says so. */
        void told(RefChange change) {
            if (change.source().equals("hook")) {
                exact++;
            } else {
                inferred++;
            }
        }

        void add(Score other) {
            commands += other.commands;
            named += other.named;
            unnamed += other.unnamed;
            misnamed += other.misnamed;
            exact += other.exact;
            inferred += other.inferred;
            unknown += other.unknown;
            untold += other.untold;
            silent += other.silent;
            wrong += other.wrong;
        }
    }

    /** A reflog's entry. */
    record Entry(String ref, String old, String current, String step) {}

    /** All refs, HEAD among them, before a command and after it. */
    record Snapshot(Map<String, String> before, Map<String, String> after) {
        static Snapshot read(Path directory, String step) throws IOException {
            return new Snapshot(refs(directory.resolve(step + ".a")), refs(directory.resolve(step + ".z")));
        }

        private static Map<String, String> refs(Path file) throws IOException {
            Map<String, String> refs = new TreeMap<>();
            for (String line : Files.readAllLines(file)) {
                int space = line.indexOf(' ');
                refs.put(line.substring(space + 1), line.substring(0, space));
            }
            return refs;
        }

        String before(String ref) {
            return before.getOrDefault(ref, ZERO);
        }

        String after(String ref) {
            return after.getOrDefault(ref, ZERO);
        }

        boolean moved(String ref) {
            return !before(ref).equals(after(ref));
        }
    }

    private final boolean hooks;
    private final Map<String, Score> scores = new TreeMap<>();
    private final List<String> complaints = new ArrayList<>();

    Attribution(boolean hooks) {
        this.hooks = hooks;
    }

    /** Whether git told it. */
    boolean hooks() {
        return hooks;
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

    /** Judges the records of these steps. */
    void judge(List<Step> steps, List<CommandRecord> records, Path common, Path snapshots) throws IOException {
        List<Entry> reflogs = reflogs(common);
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
            // What was cloned, or made, is another family.
            if (record.repository() != null
                    && common.toString().equals(record.repository().commonDir())) {
                judgeOwn(step, record, Snapshot.read(snapshots, step.name()), score);
                judgeShared(step, record, reflogs, score);
            }
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
            complain(step, record, "expected " + step.effect() + ", got " + kinds);
        }
    }

    /** What moved of that which nobody else moves has to be on the record, and with its values. */
    private void judgeOwn(Step step, CommandRecord record, Snapshot refs, Score score) {
        Map<String, List<RefChange>> told = new LinkedHashMap<>();
        for (RefChange change : record.refChanges()) {
            told.computeIfAbsent(change.ref(), _ -> new ArrayList<>()).add(change);
        }
        for (Map.Entry<String, List<RefChange>> entry : told.entrySet()) {
            if (isAnothers(step, entry.getKey()) || (isOwn(step, entry.getKey()) && !fits(entry, refs))) {
                score.wrong++;
                complain(
                        step,
                        record,
                        entry.getKey() + " went from " + refs.before(entry.getKey()) + " to "
                                + refs.after(entry.getKey()) + ", not " + entry.getValue());
            }
        }
        Stream.concat(refs.before().keySet().stream(), refs.after().keySet().stream())
                .distinct()
                .filter(ref -> isOwn(step, ref) && refs.moved(ref))
                .forEach(ref -> count(step, record, refs, ref, score));
    }

    private void count(Step step, CommandRecord record, Snapshot refs, String ref, Score score) {
        RefChange change = record.refChanges().stream()
                .filter(candidate -> tells(candidate, ref, refs))
                .findFirst()
                .orElse(null);
        if (change != null) {
            score.told(change);
        } else if (hooks && isWithoutHook(step, ref)) {
            score.untold++;
        } else if ("unknown".equals(record.refConfidence())) {
            score.unknown++;
        } else {
            score.silent++;
            complain(step, record, ref + " moved, and nothing is said of it");
        }
    }

    /** git before 2.46 runs no hook where HEAD is made to name another branch, and none for a branch's new name. */
    private static boolean isWithoutHook(Step step, String ref) {
        return (step.effect().equals("switched") && ref.equals("HEAD"))
                || (step.effect().equals("branch_renamed") && ref.endsWith("-new"));
    }

    /** git ≥ 2.52 names the branch alone when it moves HEAD with it; a branch's name is a value of HEAD's, too. */
    private static boolean tells(RefChange change, String ref, Snapshot refs) {
        boolean there = change.current().equals(refs.after(ref));
        return change.ref().equals(ref)
                ? there || change.current().startsWith("ref:")
                : ref.equals("HEAD") && there && change.ref().startsWith("refs/heads/");
    }

    private static boolean isOwn(Step step, String ref) {
        return ref.equals("HEAD") || ref.contains(step.worker());
    }

    private static boolean isAnothers(Step step, String ref) {
        return ref.matches(".*\\bf\\d+w\\d+r\\d+.*") && !ref.contains(step.worker());
    }

    /** An old value of zeros is one that git did not look at: it may have set what there was. */
    private static boolean fits(Map.Entry<String, List<RefChange>> told, Snapshot refs) {
        RefChange first = told.getValue().getFirst();
        RefChange last = told.getValue().getLast();
        boolean old = first.old().equals(refs.before(told.getKey()))
                || first.old().startsWith("ref:")
                || (first.source().equals("hook") && first.old().equals(ZERO));
        return old
                && (last.current().equals(refs.after(told.getKey()))
                        || last.current().startsWith("ref:"));
    }

    /** What all of them move: each entry of such a reflog has to be on its writer's record, and on no other. */
    private void judgeShared(Step step, CommandRecord record, List<Entry> reflogs, Score score) {
        for (Entry entry : reflogs) {
            if (!entry.step().equals(step.name())
                    || isOwn(step, entry.ref())
                    || entry.old().equals(entry.current())) {
                continue;
            }
            RefChange change = record.refChanges().stream()
                    .filter(candidate -> candidate.ref().equals(entry.ref())
                            && candidate.current().equals(entry.current()))
                    .findFirst()
                    .orElse(null);
            if (change != null) {
                score.told(change);
            } else {
                score.unknown++;
            }
        }
        for (RefChange change : record.refChanges()) {
            List<Entry> same = reflogs.stream()
                    .filter(entry -> !isOwn(step, entry.ref())
                            && entry.ref().equals(change.ref())
                            && entry.current().equals(change.current()))
                    .toList();
            if (!same.isEmpty() && same.stream().noneMatch(entry -> entry.step().equals(step.name()))) {
                score.wrong++;
                complain(step, record, "has " + change + " of somebody else");
            }
        }
    }

    private void complain(Step step, CommandRecord record, String what) {
        complaints.add(step.name() + " " + step.script() + ": " + what + "\n  " + Records.json(record));
    }

    /** The step that a command is, by an option of git's that means nothing. */
    private static @Nullable String step(CommandRecord record) {
        for (String word : record.argv()) {
            if (word.startsWith("lab.step=")) {
                return word.substring("lab.step=".length());
            }
        }
        return null;
    }

    /** The entries of all reflogs under a git directory that belong to no work tree. */
    static List<Entry> reflogs(Path gitDirectory) throws IOException {
        List<Entry> entries = new ArrayList<>();
        Path logs = gitDirectory.resolve("logs");
        try (Stream<Path> files = Files.walk(logs)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                for (String line : Files.readAllLines(file)) {
                    String[] words = line.split(" ", 4);
                    entries.add(new Entry(logs.relativize(file).toString(), words[0], words[1], words[2]));
                }
            }
        }
        return entries;
    }

    String table(String title) {
        StringBuilder table = new StringBuilder(String.format(
                Locale.ROOT,
                "%n%s%n%-18s %8s | %5s %7s %6s | %6s %8s %7s %7s %6s %5s%n",
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
                "silent",
                "wrong"));
        scores.forEach((effect, s) -> table.append(row(effect, s)));
        return table.append(row("all", total())).toString();
    }

    private static String row(String effect, Score s) {
        return String.format(
                Locale.ROOT,
                "%-18s %8d | %5d %7d %6d | %6d %8d %7d %7d %6d %5d%n",
                effect,
                s.commands,
                s.named,
                s.unnamed,
                s.misnamed,
                s.exact,
                s.inferred,
                s.unknown,
                s.untold,
                s.silent,
                s.wrong);
    }
}
