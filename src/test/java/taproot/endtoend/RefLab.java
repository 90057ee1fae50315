package taproot.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import taproot.normalizer.CommandRecord;
import taproot.normalizer.CommandRecord.RefChange;

/**
 * Drives real git through {@link Deed}s in linked work trees of one repository, some at once, and knows what each of them
 * moved: every work tree has a branch, names and a remote of its own, so what changed there between before and after was
 * that command's doing. Judges the records by that.
 */
final class RefLab {
    private static final String ZERO = "0000000000000000000000000000000000000000";

    private final GitLab lab;
    private final AtomicInteger unique = new AtomicInteger();
    private final ConcurrentLinkedQueue<Done> done = new ConcurrentLinkedQueue<>();

    /** What one command did. */
    record Done(String session, Deed deed, String place, Map<String, String> before, Map<String, String> after) {
        /** Old and new value of what it moved. */
        Map<String, List<String>> moved() {
            Map<String, List<String>> moved = new TreeMap<>();
            for (Map<String, String> some : List.of(before, after)) {
                for (String ref : some.keySet()) {
                    String old = before.getOrDefault(ref, ZERO);
                    String current = after.getOrDefault(ref, ZERO);
                    if (!old.equals(current)) {
                        moved.put(ref, List.of(old, current));
                    }
                }
            }
            return moved;
        }
    }

    /** How often what was said of a kind of command. */
    static final class Tally {
        int exact;
        int inferred;
        int unknown;
        /** Nothing was said, and nothing had moved. */
        int nothing;
        /** Nothing was said to be unknown, but something had moved. */
        int silent;

        int wrong;
    }

    RefLab(GitLab lab) {
        this.lab = lab;
    }

    /** The places: work trees {@code w0}, {@code w1}, … of the repository {@code r}, each with a branch and a remote. */
    void places(int n) throws Exception {
        lab.repository("r");
        StringBuilder script = new StringBuilder("unset GIT_COMMITTER_DATE GIT_AUTHOR_DATE\n");
        for (int i = 0; i < n; i++) {
            script.append("git -C r worktree add -q ../w%1$d -b w%1$d; git init -q --bare far-w%1$d.git;".formatted(i));
            script.append(" git -C r remote add far-w%1$d $LAB/far-w%1$d.git%n".formatted(i));
        }
        // What was done here untraced shall not be in the same second.
        lab.given(script + "sleep 1.1");
    }

    /** Does all that in all places at once, each place on its own, over and over; returns when everything is recorded. */
    Map<String, Tally> run(List<Deed> deeds, int atOnce, int rounds) throws Exception {
        done.clear();
        try (ExecutorService threads = Executors.newFixedThreadPool(atOnce)) {
            List<Callable<Void>> tasks = new ArrayList<>();
            for (int i = 0; i < atOnce; i++) {
                int place = i;
                tasks.add(() -> {
                    for (int round = 0; round < rounds; round++) {
                        for (int j = 0; j < deeds.size(); j++) {
                            // Each place begins elsewhere in the list: different commands at once.
                            Deed deed = deeds.get((j + place * 5) % deeds.size());
                            if (!deed.shared() || place == 0) {
                                perform(deed, "w" + place, atOnce == 1);
                            }
                        }
                    }
                    return null;
                });
            }
            for (Future<Void> task : threads.invokeAll(tasks)) {
                task.get();
            }
        }
        return judge(lab.records());
    }

    private void perform(Deed deed, String place, boolean settle) throws Exception {
        int n = unique.incrementAndGet();
        String session = "deed-" + n;
        String beginning = "unset GIT_COMMITTER_DATE GIT_AUTHOR_DATE; export W=%s N=%d; cd %s || exit; "
                .formatted(place, n, place);
        // Only what is needed: whatever runs is as much in the way as what is to be judged.
        String tidy = "d=$(git rev-parse --git-dir); [ -d $d/rebase-merge ] && git rebase --abort;"
                + " [ -e $d/CHERRY_PICK_HEAD ] && git cherry-pick --abort; [ -e $d/BISECT_LOG ] && git bisect reset;"
                + " [ \"$(git symbolic-ref -q HEAD)\" = refs/heads/$W ] || git checkout -q -f $W;"
                + " git diff --quiet HEAD || git reset -q --hard; ";
        lab.run(beginning + tidy + deed.given(), Map.of("GIT_TRACE2_PARENT_SID", "given-" + n));
        if (settle) {
            var unused = lab.daemon().barrier().toCompletableFuture().get(30, TimeUnit.SECONDS);
        }
        Map<String, String> before = refs(place, deed.shared());
        lab.run(beginning + deed.command(), Map.of("GIT_TRACE2_PARENT_SID", session));
        done.add(new Done(session, deed, place, before, refs(place, deed.shared())));
    }

    /** HEAD of the place, and the refs that carry its name; or also those that all share. */
    private Map<String, String> refs(String place, boolean shared) throws Exception {
        String out = lab.run(
                        "cd " + place
                                + "; echo HEAD $(git rev-parse HEAD); git for-each-ref --format='%(refname) %(objectname)'",
                        Map.of("GIT_TRACE2_EVENT", "0"))
                .out();
        Map<String, String> refs = new LinkedHashMap<>();
        for (String line : out.split("\n")) {
            String ref = line.substring(0, line.indexOf(' '));
            boolean ours = ref.equals("HEAD")
                    || ref.endsWith("/" + place)
                    || ref.contains("-" + place + "-")
                    || ref.startsWith("refs/remotes/far-" + place + "/")
                    || (shared && (ref.equals("refs/stash") || ref.startsWith("refs/notes/")));
            if (ours) {
                refs.put(ref, line.substring(line.indexOf(' ') + 1));
            }
        }
        return refs;
    }

    private Map<String, Tally> judge(Records records) {
        Map<String, CommandRecord> bySession = new LinkedHashMap<>();
        for (CommandRecord record : records.all()) {
            if (record.session() != null
                    && record.parent() == null
                    && record.session().startsWith("deed-")) {
                CommandRecord first = bySession.putIfAbsent(record.session(), record);
                assertThat(first)
                        .as("one command each: %s", Records.json(record))
                        .isNull();
            }
        }
        Map<String, Tally> table = new LinkedHashMap<>();
        for (Done one : done) {
            CommandRecord record = bySession.get(one.session());
            assertThat(record).as("the record of %s", one.deed()).isNotNull();
            count(table.computeIfAbsent(one.deed().effect(), _ -> new Tally()), one, Objects.requireNonNull(record));
        }
        return table;
    }

    private static void count(Tally tally, Done one, CommandRecord record) {
        String problem = problem(one, record);
        if (problem != null) {
            tally.wrong++;
            System.err.println("wrong: " + one.deed().effect() + ": " + problem + "\n  moved " + one.moved() + "\n  "
                    + Records.json(record));
        } else if ("unknown".equals(record.refConfidence())) {
            tally.unknown++;
        } else if (!record.refChanges().isEmpty()) {
            if ("exact".equals(record.refConfidence())) {
                tally.exact++;
            } else {
                tally.inferred++;
            }
        } else if (one.moved().isEmpty()) {
            tally.nothing++;
        } else {
            tally.silent++;
        }
    }

    /** What is wrong with what the record says to have moved; null where nothing is. */
    private static @Nullable String problem(Done one, CommandRecord record) {
        Map<String, List<RefChange>> byRef = new LinkedHashMap<>();
        for (RefChange change : record.refChanges()) {
            byRef.computeIfAbsent(change.ref(), _ -> new ArrayList<>()).add(change);
        }
        for (Map.Entry<String, List<RefChange>> entry : byRef.entrySet()) {
            List<RefChange> steps = entry.getValue();
            String old = one.before().getOrDefault(entry.getKey(), ZERO);
            String current = one.after().getOrDefault(entry.getKey(), ZERO);
            String first = steps.getFirst().old();
            boolean oldIsRight = first.equals(old) || (steps.getFirst().source().equals("hook") && first.equals(ZERO));
            if (!oldIsRight || !steps.getLast().current().equals(current)) {
                return entry.getKey() + " went from " + old + " to " + current + ", not " + steps;
            }
        }
        return null;
    }

    /** As rows of text. */
    static String table(Map<String, Map<String, Tally>> byColumn) {
        StringBuilder text = new StringBuilder();
        for (Map.Entry<String, Map<String, Tally>> column : byColumn.entrySet()) {
            text.append("%n%-28s %6s %8s %8s %8s %7s %6s%n"
                    .formatted(column.getKey(), "exact", "inferred", "unknown", "nothing", "silent", "wrong"));
            int[] sums = new int[6];
            column.getValue().forEach((effect, tally) -> {
                int[] row = {tally.exact, tally.inferred, tally.unknown, tally.nothing, tally.silent, tally.wrong};
                text.append(row(effect, row));
                for (int i = 0; i < row.length; i++) {
                    sums[i] += row[i];
                }
            });
            text.append(row("all", sums));
        }
        return text.toString();
    }

    private static String row(String name, int[] n) {
        return "%-28s %6d %8d %8d %8d %7d %6d%n".formatted(name, n[0], n[1], n[2], n[3], n[4], n[5]);
    }
}
