package taproot.normalizer;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Who owns what in a {@link Family}: DESIGN §4 written down once more, from the page and with the whole story at hand
 * instead of what is known so far. Slow and plain on purpose.
 */
final class Ownership {
    private static final long OVERHANG = 20_000;
    private static final long LOST_AFTER = 1_000_000;

    /** How a life ended; {@code heard} is false for what fell silent; {@code known} is when that can be told. */
    record Fate(
            long time,
            long known,
            boolean heard,
            Outcome outcome,
            @Nullable Integer code,
            @Nullable Integer signal) {}

    /** A process's first or second life. */
    record LifeOf(Family.Proc proc, int number) {
        String key() {
            return number == 1 ? proc.sid : proc.sid + "#" + number;
        }

        long began() {
            return number == 1 ? proc.began : proc.end;
        }
    }

    /** Where a first life belongs: on somebody's record, or on its own, having outlived somebody or not. */
    record Place(@Nullable LifeOf member, @Nullable LifeOf outlived) {
        boolean isOwner() {
            return member == null;
        }
    }

    private final Family family;
    private final Map<Integer, Place> places = new TreeMap<>();

    Ownership(Family family) {
        this.family = family;
        family.procs.forEach(proc -> places.put(proc.index, place(proc)));
    }

    /** One line of text for each record, by key. */
    Map<String, String> records() {
        Map<String, String> records = new TreeMap<>();
        for (LifeOf owner : owners()) {
            Fate fate = fate(owner);
            List<String> entries = new ArrayList<>();
            List<Family.Proc> below = new ArrayList<>(family.procs);
            below.sort(
                    Comparator.comparingLong((Family.Proc proc) -> proc.began).thenComparing(proc -> proc.sid));
            for (Family.Proc proc : below) {
                if (proc.isStarted()
                        && !proc.isReport()
                        && owner.equals(place(proc).member())) {
                    entries.add(entry(proc, owner));
                }
            }
            for (Family.Proc proc : below) {
                if (proc.isStarted() && owner.equals(place(proc).outlived())) {
                    entries.add(proc.index + " goes on");
                }
            }
            for (Family.Proc proc : below) {
                if (proc.isReport() && owner.equals(place(proc).member())) {
                    entries.add(told("refs/r/" + proc.index, proc.parent == owner.proc() ? null : "another"));
                }
            }
            boolean startedSomething = family.procs.stream()
                    .anyMatch(child -> child.parent == owner.proc()
                            && (child.link == Family.Link.DIRECT || child.link == Family.Link.SHELL)
                            && owner.proc().lifeAt(child.began - 500) == owner.number());
            boolean success = fate.heard()
                    && fate.outcome() == Outcome.EXITED
                    && Integer.valueOf(0).equals(fate.code());
            if (owner.number() == 2 && success && !startedSomething && entries.isEmpty()) {
                continue;
            }
            boolean detached = owner.number() == 2 || place(owner.proc()).outlived() != null;
            records.put(owner.key(), line(fate, owner.began(), detached, entries));
        }
        return records;
    }

    static String line(CommandRecord record) {
        List<String> entries = new ArrayList<>();
        for (CommandRecord.ProcessEntry entry :
                record.processes().subList(1, record.processes().size())) {
            String index = entry.argv().isEmpty() ? "?" : entry.argv().get(1).replace("work", "");
            if (index.equals("daemon")) {
                index = hostIndex(entry.sid());
            }
            entries.add(entry.detached() ? index + " goes on" : index + " " + entry.outcome() + " " + entry.exitCode());
        }
        for (CommandRecord.RefChange change : record.refChanges()) {
            entries.add(told(change.ref(), change.sid()));
        }
        Fate fate = new Fate(
                record.finishedAt() == null ? 0 : record.finishedAt(),
                0,
                record.finishedAt() != null,
                record.outcome(),
                record.exitCode(),
                record.signal());
        return line(fate, record.startedAt(), record.detached(), entries) + (record.late() ? " late" : "");
    }

    private static String told(String ref, @Nullable String by) {
        return ref + " moved by " + (by == null ? "itself" : "another");
    }

    /** A start's microseconds hold ten times the index. */
    private static String hostIndex(String sid) {
        int z = sid.lastIndexOf('Z');
        return String.valueOf(Long.parseLong(sid.substring(z - 6, z)) % 1000 / 10);
    }

    private static String line(Fate fate, long began, boolean detached, List<String> entries) {
        String end = fate.heard() ? (fate.time() - Family.EPOCH) + " us" : "nobody knows";
        return "%s code %s signal %s, %d..%s%s %s"
                .formatted(
                        fate.outcome(),
                        fate.code(),
                        fate.signal(),
                        began - Family.EPOCH,
                        end,
                        detached ? " detached" : "",
                        entries);
    }

    private String entry(Family.Proc proc, LifeOf owner) {
        Fate fate = fate(new LifeOf(proc, 1));
        Integer code = fate.code();
        if (fate.outcome() == Outcome.LOST) {
            code = codeSeen(proc, owner);
        }
        return proc.index + " " + fate.outcome() + " " + code;
    }

    /** What the parent said of a child that said nothing, where the parent is on the same record. */
    private @Nullable Integer codeSeen(Family.Proc proc, LifeOf owner) {
        Family.Proc parent = proc.parent;
        if (parent == null || proc.link != Family.Link.DIRECT || !parent.isStarted()) {
            return null;
        }
        int life = parent.lifeAt(proc.began - 500);
        boolean seen = life > 0 && parent.lifeAt(proc.pidEnd() + 300) == life;
        LifeOf speaker = new LifeOf(parent, life);
        boolean onRecord = speaker.equals(owner)
                || (life == 1 && owner.equals(place(parent).member()));
        return seen && onRecord ? proc.codeSeen() : null;
    }

    private List<LifeOf> owners() {
        List<LifeOf> owners = new ArrayList<>();
        for (Family.Proc proc : family.procs) {
            if (proc.isStarted() && !proc.isReport() && place(proc).isOwner()) {
                owners.add(new LifeOf(proc, 1));
            }
            if (proc.isStarted() && proc.secondEnd > 0) {
                owners.add(new LifeOf(proc, 2));
            }
        }
        return owners;
    }

    private Place place(Family.Proc proc) {
        Place known = places.get(proc.index);
        return known != null ? known : findPlace(proc);
    }

    private Place findPlace(Family.Proc proc) {
        Family.Proc parent = proc.parent;
        if (parent == null || (isHost(parent) && !isHost(proc))) {
            return new Place(null, null);
        }
        // The program that a host runs as, and what that runs as, is the host itself; a host further below is a
        // command.
        boolean hostsOnly = isHost(proc);
        for (Family.Proc above = parent; above != null; above = above.parent) {
            boolean hosted = isHost(above) && !hostsOnly;
            hostsOnly &= isHost(above);
            if (!above.isStarted() || hosted) {
                continue;
            }
            for (int number = above.secondEnd > 0 ? 2 : 1; number > 0; number--) {
                LifeOf life = new LifeOf(above, number);
                boolean owns = number == 2 || place(above).isOwner();
                if (owns && proc.began >= life.began() && proc.began < endAsOwner(life)) {
                    // When something fell silent is not known; what matters is whether it still ran when the owner's
                    // ending was known.
                    Fate fate = fate(new LifeOf(proc, 1));
                    long ownerEnd = fate.heard() ? endAsOwner(life) : fate(life).known();
                    // The process above waits for the hook: that it had begun is all that matters.
                    boolean inside = proc.isReport() || fate.time() <= ownerEnd + OVERHANG;
                    return inside ? new Place(life, null) : new Place(null, life);
                }
            }
        }
        return new Place(null, null);
    }

    private static boolean isHost(Family.Proc proc) {
        Family.Proc parent = proc.parent;
        boolean named = proc.isStarted() && proc.gene.host();
        return named || (proc.link == Family.Link.SUCCESSOR && parent != null && isHost(parent));
    }

    /** A lost owner's life ends when that is noticed. */
    private static long endAsOwner(LifeOf life) {
        Fate fate = fate(life);
        return fate.heard() ? fate.time() : fate.time() + LOST_AFTER;
    }

    private static Fate fate(LifeOf life) {
        Family.Proc proc = life.proc();
        Family.Proc successor = proc.successor;
        if (life.number() == 2) {
            return fate(proc.gene.secondEnding(), proc.secondEnd, proc.gene.secondCode());
        }
        if (successor != null && successor.isHeard()) {
            return fate(new LifeOf(successor, 1));
        }
        if (successor != null) {
            return new Fate(proc.over(), proc.over() + LOST_AFTER, false, Outcome.EXECED, null, null);
        }
        return fate(proc.ending, proc.end, proc.gene.code());
    }

    private static Fate fate(Family.Ending ending, long end, int code) {
        return switch (ending) {
            case ATEXIT -> new Fate(end, end, true, Outcome.EXITED, code, null);
            case EXIT_ONLY -> new Fate(end, end + LOST_AFTER, true, Outcome.EXITED, code, null);
            case SIGNAL -> new Fate(end, end, true, Outcome.SIGNALED, null, 13);
            case KILLED -> new Fate(end, end + LOST_AFTER, false, Outcome.LOST, null, null);
            case EXEC -> new Fate(end, end + LOST_AFTER, false, Outcome.EXECED, null, null);
        };
    }
}
