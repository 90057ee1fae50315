package taproot.normalizer;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Makes one record out of the lives that belong to it. Costs a pass over them, inside the root's compute. */
final class RecordBuilder {
    static final int MAX_PROCESSES = 256;

    private static final Set<String> SHELLS =
            Set.of("sh", "bash", "dash", "zsh", "ksh", "mksh", "fish", "tcsh", "csh", "busybox", "env", "sudo");

    private static final Comparator<Life> BY_START =
            Comparator.<Life>comparingLong(Life::beganAt).thenComparing(life -> life.process.sid.value());

    private final Life owner;
    private final End end;
    private final List<Life> lives = new ArrayList<>();
    private final List<Life> outlived = new ArrayList<>();
    private final Map<String, Long> dropped = new TreeMap<>();
    private boolean detached;
    private boolean late;

    RecordBuilder(Life owner, End end) {
        this.owner = owner;
        this.end = end;
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

    void detached(boolean isDetached) {
        detached = isDetached;
    }

    void late(boolean isLate) {
        late = isLate;
    }

    Iterable<Life> lives() {
        return lives;
    }

    FinishedCommand build(Settings settings) {
        lives.subList(1, lives.size()).sort(BY_START);
        boolean keepsTrace = !owner.isReadOnly()
                || !end.isSuccess()
                || end.durationUs() == null
                || end.durationUs() > settings.slowThreshold();
        TraceExtent extent = keepsTrace ? extent() : TraceExtent.NONE;
        CommandRecord record = record(extent);
        return new FinishedCommand(record, extent == TraceExtent.NONE ? new byte[0] : trace());
    }

    private CommandRecord record(TraceExtent extent) {
        Sid sid = owner.process.sid;
        Names names = owner.names();
        Details details = owner.detailsIfAny();
        List<CommandRecord.ProcessEntry> processes = processes();
        List<CommandRecord.ChildEntry> children = children();
        List<String> errors = errors();
        details.beyond.forEach((list, n) -> dropped.merge(list, n, Long::sum));
        long events = 0;
        for (Life life : lives) {
            events += life.events;
        }
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
                owner.repository(),
                owner.gitVersion(),
                owner.process.pid < 0 ? null : owner.process.pid,
                caller(details.ancestry),
                details.ancestry == null ? List.of() : details.ancestry,
                owner.beganAt(),
                end.finishedAt(),
                end.durationUs(),
                end.outcome(),
                end.exitCode(),
                end.signal(),
                errors,
                List.copyOf(details.params),
                processes,
                children,
                List.copyOf(details.timers),
                List.copyOf(details.counters),
                annotations(),
                List.of(),
                null,
                events,
                !dropped.isEmpty(),
                dropped,
                extent);
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

    private List<CommandRecord.ProcessEntry> processes() {
        List<CommandRecord.ProcessEntry> entries = new ArrayList<>(lives.size() + outlived.size());
        outlived.sort(BY_START);
        for (Life life : lives) {
            addBounded(entries, entry(life, false), MAX_PROCESSES, "processes");
        }
        for (Life life : outlived) {
            addBounded(entries, entry(life, true), MAX_PROCESSES, "processes");
        }
        return List.copyOf(entries);
    }

    private CommandRecord.ProcessEntry entry(Life life, boolean goesOn) {
        End itsEnd = life.end;
        Outcome outcome = goesOn ? null : itsEnd == null ? Outcome.LOST : itsEnd.outcome();
        Integer code = goesOn || itsEnd == null ? null : itsEnd.exitCode();
        if (outcome == Outcome.LOST && life != owner) {
            code = codeSeenByParent(life);
        }
        return new CommandRecord.ProcessEntry(
                life.process.sid.value(),
                life.process.sid.parent(),
                life.argv(),
                life.command(),
                life.repository(),
                life.beganAt(),
                goesOn || itsEnd == null ? null : itsEnd.durationUs(),
                outcome,
                code,
                goesOn);
    }

    /** A child that was killed says nothing; its parent saw how it ended. */
    private @Nullable Integer codeSeenByParent(Life life) {
        GitProcess parent = life.process.parent;
        for (Life member : lives) {
            if (member.process == parent && member.hasChildren()) {
                Integer code = member.children().codeOf(life.process.pid);
                if (code != null) {
                    return code;
                }
            }
        }
        return null;
    }

    private List<CommandRecord.ChildEntry> children() {
        List<CommandRecord.ChildEntry> entries = new ArrayList<>();
        for (Life life : lives) {
            if (!life.hasChildren()) {
                continue;
            }
            for (Children.Child child : life.children().entries()) {
                addBounded(entries, entry(life, child), Children.MAX_ENTRIES, "children");
            }
            if (life.children().beyond() > 0) {
                dropped.merge("children", life.children().beyond(), Long::sum);
            }
        }
        entries.sort(Comparator.comparingLong(entry -> entry.startedAt() == null ? Long.MAX_VALUE : entry.startedAt()));
        return List.copyOf(entries);
    }

    private static CommandRecord.ChildEntry entry(Life life, Children.Child child) {
        ChildStartEvent start = child.start;
        return new CommandRecord.ChildEntry(
                life.process.sid.value(),
                start.childClass(),
                start.hookName(),
                start.argv(),
                child.background,
                start.time() == Fields.ABSENT ? null : start.time(),
                child.durationUs,
                child.exitCode,
                child.pid);
    }

    private List<String> errors() {
        List<String> errors = new ArrayList<>();
        for (Life life : lives) {
            for (String error : life.detailsIfAny().errors) {
                addBounded(errors, error, Details.MAX_ERRORS, "errors");
            }
        }
        return List.copyOf(errors);
    }

    private Map<String, String> annotations() {
        Map<String, String> annotations = new TreeMap<>();
        for (Life life : lives) {
            annotations.putAll(life.detailsIfAny().annotations);
        }
        return annotations;
    }

    private <T> void addBounded(List<T> list, T element, int max, String name) {
        if (list.size() < max) {
            list.add(element);
        } else {
            dropped.merge(name, 1L, Long::sum);
        }
    }

    private TraceExtent extent() {
        boolean whole = true;
        int length = 0;
        for (Life life : lives) {
            whole &= life.scratch.isWhole();
            length += life.scratch.length();
        }
        return length == 0 ? TraceExtent.NONE : whole ? TraceExtent.FULL : TraceExtent.PARTIAL;
    }

    private byte[] trace() {
        int length = 0;
        for (Life life : lives) {
            length += life.scratch.length();
        }
        byte[] trace = new byte[length];
        int at = 0;
        for (Life life : lives) {
            at = life.scratch.copyTo(trace, at);
        }
        return trace;
    }

    /** The first ancestor that is neither a shell nor git. */
    private static @Nullable String caller(@Nullable List<String> ancestry) {
        if (ancestry == null) {
            return null;
        }
        for (String name : ancestry) {
            if (!SHELLS.contains(name) && !name.equals("git") && !name.startsWith("git-")) {
                return name;
            }
        }
        return null;
    }
}
