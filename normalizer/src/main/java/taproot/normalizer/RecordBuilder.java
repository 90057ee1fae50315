package taproot.normalizer;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes one record out of the lives that belong to it. Costs a pass over them, inside the root's compute. */
final class RecordBuilder {
    private static final Set<String> SHELLS =
            Set.of("sh", "bash", "dash", "zsh", "ksh", "mksh", "fish", "tcsh", "csh", "busybox", "env", "sudo");

    private static final Comparator<Life> BY_START =
            Comparator.<Life>comparingLong(Life::beganAt).thenComparing(life -> life.process.sid.value());

    private final Life owner;
    private final End end;
    private final List<Life> lives = new ArrayList<>(2);
    private final List<Life> outlived = new ArrayList<>(0);
    private final List<Life> reports = new ArrayList<>(0);
    private final boolean detached;
    private final boolean late;

    RecordBuilder(Life owner, End end, boolean detached, boolean late) {
        this.owner = owner;
        this.end = end;
        this.detached = detached;
        this.late = late;
        lives.add(owner);
    }

    /** A life that belongs to the record. */
    void member(Life life) {
        lives.add(life);
    }

    /** A life that goes on, or went on, longer than the record and owns one itself. */
    void outlivedBy(Life life) {
        outlived.add(life);
    }

    /** A life that goes on for longer, and is there only for what it reported. */
    void reportedBy(Life life) {
        reports.add(life);
    }

    /** The lives on the record, the owner's first. */
    List<Life> lives() {
        return lives;
    }

    /** Whether it is about its owner's process alone. */
    boolean hasOwnerOnly() {
        return lives.size() == 1 && outlived.isEmpty() && reports.isEmpty() && owner.folded == null;
    }

    FinishedCommand build(Settings settings) {
        lives.subList(1, lives.size()).sort(BY_START);
        Contents contents = new Contents();
        for (Life life : lives) {
            contents.add(life, parent(life));
        }
        outlived.forEach(contents::addOutlived);
        reports.forEach(contents::addReport);
        boolean keepsTrace = !readOnly(owner.names())
                || !end.isSuccess()
                || end.durationUs() == null
                || end.durationUs() > settings.slowThreshold();
        TraceExtent extent = keepsTrace ? contents.extent() : TraceExtent.NONE;
        CommandRecord record = record(contents, extent);
        return new FinishedCommand(
                record, extent == TraceExtent.NONE ? new byte[0] : contents.trace(owner), owner.rawWorktree());
    }

    /** The life that started this one, where it is on the same record; an owner's code is never anybody else's word. */
    private @Nullable Life parent(Life life) {
        if (life != owner) {
            for (Life member : lives) {
                if (member.process == life.process.parent) {
                    return member;
                }
            }
        }
        return null;
    }

    private CommandRecord record(Contents contents, TraceExtent extent) {
        Sid sid = owner.process.sid;
        Names names = owner.names();
        Details details = owner.detailsIfAny();
        List<CommandRecord.ProcessEntry> processes = contents.processes(owner);
        List<CommandRecord.ChildEntry> children = contents.children();
        RefReports reported = contents.reportsIfAny();
        boolean told = reported != null && reported.knowsRefs();
        boolean takenBack = told && isRenameThatFailed(names);
        List<CommandRecord.RefChange> refChanges = reported == null || takenBack
                ? List.of()
                : moved(reported.refChanges(sid.value(), contents), processes);
        List<CommandRecord.Rewrite> rewrites = reported == null ? List.of() : reported.rewrites(contents);
        Map<String, Long> dropped = contents.dropped();
        return new CommandRecord(
                owner.key(),
                sid.value(),
                sid.root(),
                sid.parent(),
                sid.session(),
                detached,
                late,
                owner.argv(),
                names.command(),
                names.hierarchy(),
                names.mode(),
                names.alias(),
                readOnly(names),
                List.of(),
                owner.repository(),
                owner.gitVersion(),
                owner.process.pid < 0 ? null : owner.process.pid,
                caller(owner.ancestry()),
                owner.ancestry(),
                owner.beganAt(),
                end.finishedAt(),
                end.durationUs(),
                end.outcome(),
                end.exitCode(),
                end.signal(),
                contents.errors(),
                List.copyOf(details.params),
                processes,
                children,
                List.copyOf(details.timers),
                List.copyOf(details.counters),
                contents.annotations(),
                refChanges,
                takenBack ? "unknown" : told ? "exact" : null,
                rewrites,
                contents.events(),
                !dropped.isEmpty(),
                dropped,
                extent);
    }

    /** Packing tells a ref's value as if it were new; nothing moves by it. */
    private static List<CommandRecord.RefChange> moved(
            List<CommandRecord.RefChange> told, List<CommandRecord.ProcessEntry> processes) {
        List<String> packers = processes.stream()
                .filter(process -> "pack-refs".equals(process.command()))
                .map(CommandRecord.ProcessEntry::sid)
                .toList();
        if (packers.isEmpty()) {
            return told;
        }
        String first = processes.getFirst().sid();
        return told.stream()
                .filter(change -> !packers.contains(change.sid() == null ? first : change.sid()))
                .toList();
    }

    /** git makes a branch that it could not rename anew, and tells no hook: what it told before holds no more. */
    private boolean isRenameThatFailed(Names names) {
        Integer code = end.exitCode();
        CommandRecord.Alias alias = names.alias();
        List<String> argv = alias == null ? owner.argv() : alias.argv();
        return "branch".equals(names.command())
                && (code == null || code != 0)
                && argv.stream().anyMatch(word -> word.equals("--move") || word.matches("-[a-zA-Z]*[mM][a-zA-Z]*"));
    }

    /** An alias is what it stands for. */
    private boolean readOnly(Names names) {
        CommandRecord.Alias alias = names.alias();
        if (alias == null || names.isShellAlias()) {
            return owner.isReadOnly();
        }
        List<String> argv = new ArrayList<>(alias.argv().size() + 1);
        argv.add("git");
        argv.addAll(alias.argv());
        return ReadOnlyCommands.isReadOnly(argv);
    }

    /** The first ancestor that is neither a shell nor git. */
    private static @Nullable String caller(List<String> ancestry) {
        for (String name : ancestry) {
            if (!SHELLS.contains(name) && !name.equals("git") && !name.startsWith("git-")) {
                return name;
            }
        }
        return null;
    }
}
