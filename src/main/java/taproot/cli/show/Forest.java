package taproot.cli.show;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import taproot.cli.text.Ending;
import taproot.cli.text.ShellText;
import taproot.normalizer.CommandRecord;
import taproot.normalizer.CommandRecord.ChildEntry;
import taproot.normalizer.CommandRecord.ProcessEntry;
import taproot.normalizer.Outcome;

/**
 * Records as trees: every git process once, below whatever started it, between the hooks, editors and other programs that
 * git started. Linear in the number of processes and children.
 *
 * <p>A git process that a hook or an alias ran names the git process above as its parent; it is shown below the hook if that
 * is the only thing its parent was running at the time.
 */
final class Forest {
    private final Map<String, Branch> bySid = new HashMap<>();
    private final List<Branch> owners = new ArrayList<>();
    private final boolean stillRunning;

    private Forest(boolean stillRunning) {
        this.stillRunning = stillRunning;
    }

    /**
     * The trees of these records, a record with a known parent below it.
     *
     * @param stillRunning whether what the end of the daemon interrupted is known to be running now
     */
    static List<Node> of(List<CommandRecord> records, boolean stillRunning) {
        Forest forest = new Forest(stillRunning);
        records.forEach(forest::addOwner);
        records.forEach(forest::addProcesses);
        List<Branch> roots = new ArrayList<>();
        for (int i = 0; i < records.size(); i++) {
            Branch own = forest.owners.get(i);
            Branch above = forest.above(records.get(i), own);
            (above == null ? roots : above.below).add(own);
        }
        return Branch.nodes(roots);
    }

    private void addOwner(CommandRecord c) {
        Ending ending = stillRunning && c.outcome() == Outcome.INTERRUPTED
                ? Ending.RUNNING
                : Ending.of(c.outcome(), c.exitCode(), c.signal());
        String label = ShellText.brief(c.argv()) + (c.detached() ? "  (in the background)" : "");
        Branch owner = new Branch(c.sid(), label, c.startedAt(), c.durationUs(), ending, true);
        owners.add(owner);
        bySid.putIfAbsent(
                c.sid(), owner); // A second life has the SID of the first: what names it hangs below that one.
    }

    /** Where a record hangs: below its parent, a second life below its first, else nowhere. */
    private @Nullable Branch above(CommandRecord c, Branch own) {
        String sid = c.parent() != null ? c.parent() : c.sid();
        Branch above = bySid.get(sid);
        return above == own ? null : above;
    }

    private void addProcesses(CommandRecord c) {
        List<ProcessEntry> added = new ArrayList<>();
        for (ProcessEntry p : c.processes()) {
            // One that outlived the owner has a record of its own, and its place there.
            if (!p.sid().equals(c.sid()) && !bySid.containsKey(p.sid())) {
                bySid.put(p.sid(), branch(p));
                added.add(p);
            }
        }
        addChildren(c);
        for (ProcessEntry p : added) {
            Branch process = bySid.get(p.sid());
            Branch parent = bySid.get(p.parent() == null ? c.sid() : p.parent());
            if (process != null && parent != null && parent != process) {
                place(process, parent);
            }
        }
    }

    private Branch branch(ProcessEntry p) {
        Outcome outcome = p.outcome();
        Ending ending = outcome == null || (stillRunning && outcome == Outcome.INTERRUPTED)
                ? Ending.RUNNING
                : Ending.of(outcome, p.exitCode(), null);
        return new Branch(p.sid(), ShellText.brief(p.argv()), p.startedAt(), p.durationUs(), ending, true);
    }

    /** Adds the children that are not git, and tells the git processes among them as what they were started. */
    private void addChildren(CommandRecord c) {
        Map<String, Branch> byPid = new HashMap<>();
        for (ProcessEntry p : c.processes()) {
            Branch process = bySid.get(p.sid());
            if (p.parent() != null && process != null) {
                byPid.put(p.parent() + " " + pid(p.sid()), process);
            }
        }
        for (ChildEntry child : c.children()) {
            Branch parent = bySid.getOrDefault(child.sid(), bySid.get(c.sid()));
            Branch process = child.pid() == null ? null : byPid.get(child.sid() + " " + child.pid());
            if (process != null) {
                process.startedAs(child);
            } else if (parent != null && !isVainAttempt(child)) {
                Branch program = new Branch(
                        null, label(child), child.startedAt(), child.durationUs(), Ending.of(child.exitCode()), false);
                program.child = child;
                parent.below.add(program);
            }
        }
    }

    /** Before git takes a word for an alias, it tries to start git-word. */
    private static boolean isVainAttempt(ChildEntry child) {
        return "dashed".equals(child.childClass()) && Integer.valueOf(-1).equals(child.exitCode());
    }

    /** Below the one program that its parent was running when it began; below the parent if there were none or several. */
    private static void place(Branch process, Branch parent) {
        List<Branch> running = process.isChild
                ? List.of()
                : parent.below.stream()
                        .filter(sibling -> sibling.covers(process))
                        .toList();
        (running.size() == 1 ? running.getFirst() : parent).below.add(process);
    }

    private static String label(ChildEntry child) {
        String program = ShellText.brief(child.argv());
        String hook = child.hook();
        if (hook != null) {
            return "hook " + ShellText.oneLine(hook);
        }
        String childClass = child.childClass();
        if (childClass == null) {
            return program;
        }
        return switch (childClass) {
            case "editor" -> "editor: " + program;
            case "pager" -> "pager: " + program;
            case "shell_alias" -> "alias: " + program;
            default -> program;
        };
    }

    /** The process id at the end of a SID, 0 if it has another shape. */
    private static long pid(String sid) {
        int at = sid.lastIndexOf("-P");
        if (at < 0) {
            return 0;
        }
        try {
            return Long.parseLong(sid.substring(at + 2), 16);
        } catch (NumberFormatException e) {
            return 0; // Other emitters name themselves as they like.
        }
    }

    /** A node that is still gathering what hangs below it. */
    private static final class Branch {
        private static final Comparator<Branch> BY_START =
                Comparator.comparing(branch -> branch.startedAt, Comparator.nullsLast(Comparator.naturalOrder()));

        private final @Nullable String sid;
        private final @Nullable Long startedAt;
        private final @Nullable Long durationUs;
        private final Ending ending;
        private final boolean git;
        private final List<Branch> below = new ArrayList<>();
        private String label;
        private boolean isChild;
        private @Nullable ChildEntry child;

        Branch(
                @Nullable String sid,
                String label,
                @Nullable Long startedAt,
                @Nullable Long durationUs,
                Ending ending,
                boolean git) {
            this.sid = sid;
            this.label = label;
            this.startedAt = startedAt;
            this.durationUs = durationUs;
            this.ending = ending;
            this.git = git;
        }

        /** This git process is the child itself, so nothing stands between it and its parent. */
        void startedAs(ChildEntry entry) {
            isChild = true;
            if (entry.hook() != null) {
                label = "hook " + ShellText.oneLine(entry.hook()) + ": " + label;
            }
        }

        /** A pager runs beside git and starts none. */
        boolean covers(Branch process) {
            if (startedAt == null || durationUs == null || process.startedAt == null || child == null) {
                return false;
            }
            return !"pager".equals(child.childClass())
                    && process.startedAt >= startedAt
                    && process.startedAt <= startedAt + durationUs;
        }

        /** The git process itself, where this is nothing but the shell around it. */
        private Branch withoutItsShell() {
            if (child == null || child.hook() != null || below.size() != 1) {
                return this;
            }
            Branch process = below.getFirst();
            return process.git && unquoted(label).equals(unquoted(process.label)) ? process : this;
        }

        private static String unquoted(String text) {
            return text.replace("'", "").replace("\"", "");
        }

        static List<Node> nodes(List<Branch> branches) {
            return branches.stream()
                    .map(Branch::withoutItsShell)
                    .sorted(BY_START)
                    .map(branch -> new Node(
                            branch.sid,
                            branch.label,
                            branch.startedAt,
                            branch.durationUs,
                            branch.ending,
                            branch.git,
                            nodes(branch.below)))
                    .toList();
        }
    }
}
