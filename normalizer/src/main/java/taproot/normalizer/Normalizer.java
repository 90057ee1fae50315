package taproot.normalizer;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Everything known about one root: its lines in, its finished commands out. Holds what its processes said until the
 * records they belong to are finished, and afterwards only when they lived.
 *
 * <p>No clock, no thread, no I/O: {@code now} is the caller's monotonic time, {@code wall} the time of day, both in
 * microseconds. Not thread-safe: one instance per root, reached only inside the root's compute.
 */
public final class Normalizer {
    /** A time that does not come. */
    public static final long NEVER = Long.MAX_VALUE;

    /** Processes of one root whose records are not finished; further ones are dropped, and counted. */
    static final int MAX_PROCESSES = 4096;

    private final Settings settings;
    private final TraceBudget budget;
    private final Memory memory;
    private final Map<String, GitProcess> processes = new HashMap<>(4);
    private final List<FinishedCommand> finished = new ArrayList<>(1);

    private @Nullable GitProcess latest;
    private long scratchBytes;
    private int openings;
    private long deadline = NEVER;
    private boolean drainWanted;
    private boolean dirty;
    private int emptySecondLives;
    private int unstarted;

    /** For a root seen for the first time. */
    public Normalizer(Settings settings, TraceBudget budget) {
        this(settings, budget, new Memory());
    }

    /** For a root that was finished and is heard of again. */
    public Normalizer(Settings settings, TraceBudget budget, Memory memory) {
        this.settings = settings;
        this.budget = budget;
        this.memory = memory;
    }

    // What happens to a root.

    /**
     * Notes a line that came over a connection; the first on it opens it for the line's process.
     *
     * @return why the line changed nothing; null where it was applied
     */
    public @Nullable DropReason line(Line line, long connection, long now) {
        GitProcess process = process(line.sid());
        if (process == null) {
            DropReason reason = memory.knows(line.sid().value()) ? DropReason.LATE : DropReason.ROOT_FULL;
            if (reason == DropReason.ROOT_FULL) {
                dropped(new Sid(line.sid().root(), line.sid().root()), reason);
            }
            return reason;
        }
        boolean fresh = process.open(connection);
        if (fresh) {
            openings++;
            process.gone = false;
        }
        if (!process.isHeard()) {
            process.heardAt = now;
        }
        Life life = life(process, line, fresh);
        if (life == null || life.settled) {
            return DropReason.LATE;
        }
        life.events++;
        gather(life, line);
        Event event = line.event;
        if (event != null) {
            event.applyTo(life);
            noteConsequences(life, line.kind, now);
        }
        return null;
    }

    /** A line of this process could not be read: its record, if there will be one, says so. */
    public void dropped(Sid sid, DropReason reason) {
        GitProcess process = processes.get(sid.value());
        if (process != null && !process.current().settled) {
            process.current().dropped(reason);
        }
    }

    /** The connection, which carried lines of this process, closed. */
    public void closed(Sid sid, long connection, long now) {
        GitProcess process = processes.get(sid.value());
        if (process != null && process.close(connection, now)) {
            openings--;
            dirty |= !process.isOpen();
        }
    }

    /** Everything that git had sent at {@code until} has been read. */
    public void drained(long until) {
        for (GitProcess process : processes.values()) {
            for (Life life : process.lives) {
                life.drained |= life.end != null && life.endedAt <= until;
            }
        }
        dirty = true;
    }

    /** The process with this SID does not exist any more, although somebody holds its connection open. */
    public void gone(Sid sid) {
        GitProcess process = processes.get(sid.value());
        if (process != null && process.lives.size() == 1) {
            process.gone = true;
            dirty = true;
        }
    }

    /** Finishes what can be finished; to be called after any of the above and when {@link #deadline} is reached. */
    public void advance(long now, long wall) {
        if (!dirty && now < deadline) {
            return;
        }
        dirty = false;
        boolean changed = true;
        while (changed) {
            deadline = NEVER;
            changed = false;
            for (GitProcess process : List.copyOf(processes.values())) {
                for (Life life : process.lives) {
                    changed |= !life.settled && process.isHeard() && advance(life, now, wall);
                }
            }
        }
        forgetSettled();
    }

    /** Finishes everything: the daemon stops. */
    public void interrupt(long now, long wall) {
        advance(now, wall);
        List<Life> outermostFirst = new ArrayList<>();
        for (GitProcess process : processes.values()) {
            for (Life life : process.lives) {
                if (!life.settled && life.isStarted()) {
                    outermostFirst.add(life);
                    interrupt(life, now, wall);
                }
            }
        }
        outermostFirst.sort(
                Comparator.comparingInt(life -> life.process.sid.value().length()));
        for (Life life : outermostFirst) {
            if (!life.settled && Lineage.of(life, NEVER, settings) instanceof Lineage.Standing.Owner owner) {
                finish(life, owner, now);
            }
        }
        forgetSettled();
    }

    private void interrupt(Life life, long now, long wall) {
        if (life.end == null) {
            End exit = life.exitEnd();
            end(life, exit != null ? exit : End.unheard(Outcome.INTERRUPTED, wall), now);
        }
    }

    // What the caller must know.

    /** Hands over the commands finished since the last call. */
    public List<FinishedCommand> takeFinished() {
        if (finished.isEmpty()) {
            return List.of();
        }
        List<FinishedCommand> taken = List.copyOf(finished);
        finished.clear();
        return taken;
    }

    /** When to call {@link #advance} at the latest. */
    public long deadline() {
        return deadline;
    }

    /** Whether a command has ended whose children may have lines in socket buffers; answers true once. */
    public boolean takeDrainWanted() {
        boolean wanted = drainWanted;
        drainWanted = false;
        return wanted;
    }

    /** Whether nothing is left but memories: nothing unfinished, no connection open. */
    public boolean isOver() {
        return openings == 0 && processes.isEmpty();
    }

    /** How many (connection, process) pairs are open. */
    public int openings() {
        return openings;
    }

    /** How many processes it holds. */
    public int size() {
        return processes.size();
    }

    /** The processes that have started and are on no finished record yet. */
    public List<RunningProcess> running() {
        List<RunningProcess> running = new ArrayList<>();
        for (GitProcess process : processes.values()) {
            for (Life life : process.lives) {
                if (!life.settled && life.isStarted()) {
                    running.add(new RunningProcess(
                            life.key(),
                            process.sid,
                            life.gitVersion(),
                            life.argv(),
                            life.beganAt(),
                            life.end != null,
                            Lineage.of(life, NEVER, settings) instanceof Lineage.Standing.Owner,
                            process.isOpen(),
                            life.scratch.length()));
                }
            }
        }
        return running;
    }

    /**
     * The processes of which it can be told from outside that they are gone: in their first life, not ended, and on a
     * connection that their own pid opened.
     */
    public List<Sid> sweepable() {
        List<Sid> sweepable = new ArrayList<>();
        for (GitProcess process : processes.values()) {
            if (process.isStarted()
                    && process.lives.size() == 1
                    && process.first().end == null
                    && process.openedConnectionItself()) {
                sweepable.add(process.sid);
            }
        }
        return sweepable;
    }

    /** What must outlive this root's state. */
    public Memory memory() {
        return memory;
    }

    /** Raw bytes gathered and not yet handed on. */
    public long scratchBytes() {
        return scratchBytes;
    }

    /** Second lives that ended 0 without any child, since the last call. */
    public int takeEmptySecondLives() {
        int taken = emptySecondLives;
        emptySecondLives = 0;
        return taken;
    }

    /** Processes given up because their start never came, since the last call. */
    public int takeUnstarted() {
        int taken = unstarted;
        unstarted = 0;
        return taken;
    }

    // Lines.

    /** The process of this SID; null where it is over for good, or one too many. */
    private @Nullable GitProcess process(Sid sid) {
        GitProcess known = latest;
        if (known != null && known.sid.equals(sid)) {
            return known;
        }
        GitProcess process = processes.get(sid.value());
        if (process == null) {
            if (memory.knows(sid.value()) || processes.size() >= MAX_PROCESSES) {
                return null;
            }
            process = insert(sid);
        }
        latest = process;
        return process;
    }

    private GitProcess insert(Sid sid) {
        String above = sid.parent();
        GitProcess parent = null;
        if (above != null) {
            parent = processes.get(above);
            if (parent == null) {
                parent = insert(new Sid(above, sid.root()));
            }
        }
        GitProcess process = new GitProcess(sid, parent);
        memory.recall(process);
        processes.put(sid.value(), process);
        return process;
    }

    /** Which of the process's lives the line speaks of; null where that is over. */
    private @Nullable Life life(GitProcess process, Line line, boolean fresh) {
        Life life = process.current();
        if (!life.hasAtexit() || fresh || line.isAnnotation()) {
            return life;
        }
        return process.beginNextLife();
    }

    private void gather(Life life, Line line) {
        int size = line.to - line.from + 1;
        if (scratchBytes + size <= settings.scratchLimit() && budget.take(size, life.isReadOnly())) {
            life.scratch.append(line.bytes, line.from, line.to);
            scratchBytes += size;
        } else {
            life.scratch.shed();
        }
    }

    private void noteConsequences(Life life, EventKind kind, long now) {
        switch (kind) {
            case ATEXIT -> {
                if (life.number > 1) {
                    life.swapEndingsIfReversed(life.process.lives.get(life.number - 2));
                }
                endIfHeard(life, now);
            }
            case SIGNAL -> endIfHeard(life, now);
            // Where every event has a connection of its own, the ending may be read before the rest.
            case START, CHILD_EXIT, CHILD_READY -> dirty |= life.end != null;
            // The name tells that a process hosts others, which are no longer part of its record then.
            case CMD_NAME, CHILD_START -> dirty |= processes.size() > 1 && life.isHost();
            default -> {}
        }
    }

    private void endIfHeard(Life life, long now) {
        End end = life.heardEnd();
        if (end != null && life.end == null) {
            end(life, end, now);
        }
    }

    private void end(Life life, End end, long now) {
        life.end = end;
        life.endedAt = now;
        dirty |= mattersNow(life);
        GitProcess parent = life.process.parent;
        if (parent != null && life.number == 1) {
            for (Life above : parent.lives) {
                if (!above.settled && (above.end == null || life.beganAt() < above.end.time())) {
                    above.children().ended(life.process.pid);
                    return;
                }
            }
        }
    }

    /** Most processes end while their owner goes on: nobody can be finished because of them. */
    private boolean mattersNow(Life life) {
        GitProcess parent = life.process.parent;
        return parent == null
                || parent.first().isExecuting()
                || !(Lineage.of(life, life.endedAt, settings) instanceof Lineage.Standing.Pending pending)
                || pending.on().end != null;
    }

    // Finishing.

    /** Moves one life on; true where that may have changed what others wait for. */
    private boolean advance(Life life, long now, long wall) {
        boolean ended = life.end == null && endUnheard(life, now, wall);
        if (life.settled || !life.isStarted()) {
            return ended;
        }
        return switch (Lineage.of(life, now, settings)) {
            case Lineage.Standing.Owner owner -> finishIfReady(life, owner, now) || ended;
            case Lineage.Standing.Wait wait -> {
                wakeAt(wait.until());
                yield ended;
            }
            case Lineage.Standing.Member _, Lineage.Standing.Pending _ -> ended;
        };
    }

    /** Ends a life of which no ending was heard, where it is certain, or silent for long enough. */
    private boolean endUnheard(Life life, long now, long wall) {
        GitProcess process = life.process;
        GitProcess successor = life.isExecuting() ? successor(process) : null;
        if (successor != null) {
            End end = successor.current().end;
            if (end == null) {
                return false;
            }
            end(life, end.inheritedBy(life.beganAt()), now);
            return true;
        }
        if (process.isOpen() && !process.gone) {
            return false;
        }
        long silentUntil = process.gone ? now : process.closedAt + settings.lostAfter();
        if (now < silentUntil) {
            wakeAt(silentUntil);
            return false;
        }
        if (!life.isStarted()) {
            giveUp(life);
            return true;
        }
        End exit = life.exitEnd();
        Outcome outcome = life.isExecuting() ? Outcome.EXECED : Outcome.LOST;
        end(life, exit != null ? exit : End.unheard(outcome, wall), now);
        return true;
    }

    private @Nullable GitProcess successor(GitProcess process) {
        for (GitProcess candidate : processes.values()) {
            if (candidate.isSuccessorOf(process)) {
                return candidate;
            }
        }
        return null;
    }

    /** Lines came, a start never did: there is nothing to record. */
    private void giveUp(Life life) {
        unstarted++;
        release(life);
        life.settle();
    }

    private boolean finishIfReady(Life life, Lineage.Standing.Owner owner, long now) {
        End end = life.end;
        if (end == null) {
            return false;
        }
        if (!everyChildEnded(life, end)) {
            long lingered = life.endedAt + settings.linger();
            if (!life.drained || now < lingered) {
                drainWanted |= !life.drained;
                wakeAt(lingered > now ? lingered : NEVER);
                return false;
            }
        }
        finish(life, owner, now);
        return true;
    }

    /** Whether nothing more can come for the record: each child started is a git process that has ended. */
    private boolean everyChildEnded(Life owner, End end) {
        if (!owner.allChildrenEnded()) {
            return false;
        }
        if (processes.size() == 1) {
            return true;
        }
        for (GitProcess process : processes.values()) {
            Life life = process.first();
            boolean below = process.sid.value().startsWith(owner.process.sid.value() + "/");
            if (!below || life.settled || process == owner.process || life.detachedFrom != null) {
                continue;
            }
            if (process.isStarted() && life.beganAt() >= end.time()) {
                continue;
            }
            if (life.end == null || !life.allChildrenEnded()) {
                return false;
            }
        }
        return true;
    }

    private void finish(Life owner, Lineage.Standing.Owner standing, long now) {
        End end = owner.end == null ? End.unheard(Outcome.LOST, 0) : owner.end;
        if (owner.number > 1 && end.isSuccess() && !owner.hasChildren()) {
            emptySecondLives++;
            owner.owner = true;
            release(owner);
            owner.settle();
            return;
        }
        RecordBuilder builder = new RecordBuilder(owner, end);
        builder.detached(owner.number > 1 || standing.straddled() != null);
        builder.late(standing.late());
        for (GitProcess process : processes.values()) {
            Life life = process.first();
            if (life != owner && !life.settled && life.isStarted()) {
                collect(life, owner, builder, now);
            }
        }
        finished.add(builder.build(settings));
        for (Life life : builder.lives()) {
            release(life);
            life.settle();
        }
        owner.owner = true;
        dirty = true;
    }

    /** Puts the life on the owner's record, if that is where it belongs when nothing more is waited for. */
    private void collect(Life life, Life owner, RecordBuilder builder, long now) {
        switch (Lineage.of(life, NEVER, settings)) {
            case Lineage.Standing.Member member -> {
                if (member.of() == owner) {
                    builder.member(life);
                }
            }
            case Lineage.Standing.Owner outlived -> {
                if (outlived.straddled() == owner && life.detachedFrom == null) {
                    life.detachedFrom = owner;
                    builder.outlivedBy(life);
                }
            }
            case Lineage.Standing.Pending pending -> {
                if (pending.on() == owner) {
                    goOnOrGiveUp(life, owner, builder, now);
                }
            }
            case Lineage.Standing.Wait _ -> {}
        }
    }

    /** The owner is finished, this process of it is not: it runs on, or was lost. */
    private void goOnOrGiveUp(Life life, Life owner, RecordBuilder builder, long now) {
        if (life.process.isOpen() && !life.process.gone) {
            life.detachedFrom = owner;
            builder.outlivedBy(life);
            return;
        }
        End exit = life.exitEnd();
        Outcome outcome = life.isExecuting() ? Outcome.EXECED : Outcome.LOST;
        long ownerEnd = owner.end == null ? 0 : owner.end.time();
        life.end = exit != null ? exit : End.unheard(outcome, ownerEnd);
        life.endedAt = now;
        builder.member(life);
    }

    private void release(Life life) {
        scratchBytes -= life.scratch.length();
        budget.giveBack(life.scratch.length());
    }

    private void wakeAt(long time) {
        deadline = Math.min(deadline, time);
    }

    /** Drops the state of processes of which nothing more can come, and remembers when they lived. */
    private void forgetSettled() {
        Set<GitProcess> needed = new HashSet<>();
        for (GitProcess process : processes.values()) {
            if (process.isOpen() || (process.isHeard() && !process.isSettled())) {
                for (GitProcess above = process; above != null && needed.add(above); above = above.parent) {}
            }
        }
        if (needed.size() == processes.size()) {
            return;
        }
        latest = null;
        processes.values().removeIf(process -> {
            if (needed.contains(process)) {
                return false;
            }
            memory.remember(process);
            return true;
        });
    }
}
