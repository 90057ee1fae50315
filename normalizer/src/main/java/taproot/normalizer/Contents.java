package taproot.normalizer;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What the processes of one record said, in its lists. Bounded: of each list the part that comes first in the record is
 * kept, the rest is counted. Inside the root's compute only.
 */
final class Contents {
    static final int MAX_PROCESSES = 256;

    /** Lists are cut when they have grown to this many times their bound. */
    private static final int SLACK = 2;

    /** The raw lines of one life. */
    private record Piece(long beganAt, String sid, Scratch scratch) {}

    private static final Comparator<CommandRecord.ProcessEntry> BY_START =
            Comparator.<CommandRecord.ProcessEntry>comparingLong(
                            entry -> entry.startedAt() == null ? Long.MAX_VALUE : entry.startedAt())
                    .thenComparing(CommandRecord.ProcessEntry::sid);

    private static final Comparator<CommandRecord.ChildEntry> CHILDREN_BY_START =
            Comparator.comparingLong(entry -> entry.startedAt() == null ? Long.MAX_VALUE : entry.startedAt());

    private final List<CommandRecord.ProcessEntry> processes = new ArrayList<>(2);
    private final List<CommandRecord.ChildEntry> children = new ArrayList<>(2);
    private final List<String> errors = new ArrayList<>(0);
    private final TreeMap<String, String> annotations = new TreeMap<>();
    private final Map<String, Long> dropped = new TreeMap<>();
    private final List<Piece> pieces = new ArrayList<>(2);
    private @Nullable RefReports reports;
    private long events;
    private long scratchLength;
    private boolean whole = true;

    /** Everything that one life said; {@code parent} is the life that started it, where that is on this record. */
    void add(Life life, @Nullable Life parent) {
        if (life.report() == null) {
            processes.add(entry(life, parent));
        } else {
            addReport(life);
        }
        if (life.hasChildren()) {
            for (Children.Child child : life.children().entries()) {
                children.add(entry(life, child));
            }
            count("children", life.children().beyond());
        }
        Details details = life.detailsIfAny();
        addErrors(details.errors);
        details.annotations.forEach(this::annotate);
        details.beyond.forEach(this::count);
        events += life.events;
        piece(life.beganAt(), life.process.sid.value(), life.scratch);
        Contents folded = life.folded;
        if (folded != null) {
            addAll(folded);
        }
        cutIfLong();
    }

    private void addAll(Contents folded) {
        processes.addAll(folded.processes);
        if (folded.reports != null) {
            reports().addAll(folded.reports);
        }
        children.addAll(folded.children);
        addErrors(folded.errors);
        folded.annotations.forEach(this::annotate);
        folded.dropped.forEach(this::count);
        pieces.addAll(folded.pieces);
        scratchLength += folded.scratchLength;
        whole &= folded.whole;
        events += folded.events;
    }

    /** Of more than fit, those that come first by name are kept. */
    private void annotate(String key, String value) {
        annotations.put(
                Text.bounded(key, Details.MAX_ANNOTATION_LENGTH), Text.bounded(value, Details.MAX_ANNOTATION_LENGTH));
        if (annotations.size() > Details.MAX_ANNOTATIONS) {
            annotations.pollLastEntry();
            count("annotations", 1);
        }
    }

    /** What a hook's process reported, which is listed nowhere. */
    void addReport(Life life) {
        HookReport report = life.report();
        if (report != null && report.isOfAnnotations()) {
            report.annotate(this::annotate);
        } else if (report != null) {
            reports().add(life, report);
        }
    }

    private RefReports reports() {
        RefReports known = reports;
        if (known == null) {
            known = new RefReports();
            reports = known;
        }
        return known;
    }

    /** What the hooks of these processes reported; null where none did. */
    @Nullable
    RefReports reportsIfAny() {
        return reports;
    }

    /** A life that goes on for longer than the record. */
    void addOutlived(Life life) {
        processes.add(new CommandRecord.ProcessEntry(
                life.process.sid.value(),
                life.process.sid.parent(),
                life.argv(),
                life.command(),
                life.repository(),
                life.beganAt(),
                null,
                null,
                null,
                true));
    }

    void count(String what, long n) {
        if (n > 0) {
            dropped.merge(what, n, Long::sum);
        }
    }

    private void addErrors(List<String> more) {
        for (String error : more) {
            if (errors.size() < Details.MAX_ERRORS) {
                errors.add(error);
            } else {
                count("errors", 1);
            }
        }
    }

    private void piece(long beganAt, String sid, Scratch scratch) {
        whole &= scratch.isWhole();
        scratchLength += scratch.length();
        if (scratch.length() > 0) {
            pieces.add(new Piece(beganAt, sid, scratch));
        }
    }

    private static CommandRecord.ProcessEntry entry(Life life, @Nullable Life parent) {
        End end = life.end;
        Outcome outcome = end == null ? Outcome.LOST : end.outcome();
        Integer code = end == null ? null : end.exitCode();
        if (outcome == Outcome.LOST && parent != null && parent.hasChildren()) {
            // A child that was killed says nothing; its parent saw how it ended.
            code = parent.children().codeOf(life.process.pid);
        }
        return new CommandRecord.ProcessEntry(
                life.process.sid.value(),
                life.process.sid.parent(),
                life.argv(),
                life.command(),
                life.repository(),
                life.beganAt(),
                end == null ? null : end.durationUs(),
                outcome,
                code,
                false);
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

    /** Keeps the lists from growing without end. An owner starts before everything below it, so it is never cut. */
    private void cutIfLong() {
        if (processes.size() > SLACK * MAX_PROCESSES) {
            processes.sort(BY_START);
            cutBehind(processes, MAX_PROCESSES, "processes");
        }
        if (children.size() > SLACK * Children.MAX_ENTRIES) {
            children.sort(CHILDREN_BY_START);
            cutBehind(children, Children.MAX_ENTRIES, "children");
        }
    }

    private void cutBehind(List<?> list, int max, String name) {
        if (list.size() > max) {
            List<?> beyond = list.subList(max, list.size());
            count(name, beyond.size());
            beyond.clear();
        }
    }

    /** The owner's first, then in the order of their starts, those that went on for longer than the record last. */
    List<CommandRecord.ProcessEntry> processes(Life owner) {
        if (processes.size() == 1) {
            return List.copyOf(processes);
        }
        String first = owner.process.sid.value();
        processes.sort(Comparator.<CommandRecord.ProcessEntry, Boolean>comparing(
                        entry -> !entry.sid().equals(first))
                .thenComparing(CommandRecord.ProcessEntry::detached)
                .thenComparing(BY_START));
        cutBehind(processes, MAX_PROCESSES, "processes");
        return List.copyOf(processes);
    }

    List<CommandRecord.ChildEntry> children() {
        children.sort(CHILDREN_BY_START);
        cutBehind(children, Children.MAX_ENTRIES, "children");
        return List.copyOf(children);
    }

    List<String> errors() {
        return List.copyOf(errors);
    }

    Map<String, String> annotations() {
        return annotations;
    }

    Map<String, Long> dropped() {
        return dropped;
    }

    long events() {
        return events;
    }

    long scratchLength() {
        return scratchLength;
    }

    TraceExtent extent() {
        return scratchLength == 0 ? TraceExtent.NONE : whole ? TraceExtent.FULL : TraceExtent.PARTIAL;
    }

    /** All lines, process after process: the owner's, then the others' in the order of their starts. */
    byte[] trace(Life owner) {
        if (pieces.size() == 1) {
            return pieces.getFirst().scratch().toBytes();
        }
        String first = owner.process.sid.value();
        pieces.sort(Comparator.<Piece, Boolean>comparing(piece -> !piece.sid().equals(first))
                .thenComparing(Piece::beganAt)
                .thenComparing(Piece::sid));
        byte[] trace = new byte[Math.toIntExact(scratchLength)];
        int at = 0;
        for (Piece piece : pieces) {
            at = piece.scratch().copyTo(trace, at);
        }
        return trace;
    }
}
