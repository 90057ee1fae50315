package taproot.normalizer;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Everything known about one root: its lines in, its finished commands out. Holds what its processes said until the
 * records they belong to are finished, and afterwards only when they lived. An event costs the same whatever the number
 * of processes; making a record costs a pass over those below its owner.
 *
 * <p>No clock, no thread, no I/O: {@code now} is the caller's monotonic time, {@code wall} the time of day, both in
 * microseconds. Not thread-safe: one instance per root, reached only inside the root's compute.
 */
public final class Normalizer {
    /** A time that does not come. */
    public static final long NEVER = Long.MAX_VALUE;

    /** Processes of one root that run at the same time; further ones are dropped, and counted. */
    static final int MAX_PROCESSES = 4096;

    private final Tree tree;
    private final Agenda agenda = new Agenda();
    private final TraceAccount traces;
    private final Completion completion;
    private final Folding folding;
    private int openings;
    private List<Sid> unplaced = List.of();

    /** One of its processes does not only read. */
    private boolean changing;

    /** For a root seen for the first time. */
    public Normalizer(Settings settings, TraceBudget budget) {
        this(settings, budget, new Memory());
    }

    /** For a root that was finished and is heard of again. */
    public Normalizer(Settings settings, TraceBudget budget, Memory memory) {
        this.tree = new Tree(memory);
        this.traces = new TraceAccount(settings, budget);
        this.completion = new Completion(settings, tree, agenda, traces);
        this.folding = new Folding(settings, tree);
    }

    // What happens to a root.

    /** Lines that hold so many bytes are about to come in one go: what they will need is got at once. */
    public void expect(int bytes) {
        traces.expect(bytes);
    }

    /**
     * Notes a line that came over a connection; the first on it opens it for the line's process.
     *
     * @return why the line changed nothing; null where it was applied
     */
    public @Nullable DropReason line(Line line, long connection, long now) {
        GitProcess process = tree.find(line.sid());
        if (process == null) {
            if (tree.memory().knows(line.sid().value())) {
                return DropReason.LATE;
            }
            if (tree.size() >= MAX_PROCESSES) {
                noteFull(line.sid());
                return DropReason.ROOT_FULL;
            }
            process = tree.insert(line.sid());
        }
        boolean fresh = process.open(connection);
        if (fresh) {
            openings++;
            process.gone = false;
        }
        Life life = life(process, line, fresh);
        if (life.settled) {
            return DropReason.LATE;
        }
        if (!process.isHeard()) {
            process.heardAt = now;
        }
        life.events++;
        traces.gather(life, line);
        Event event = line.event;
        if (event != null) {
            event.applyTo(life);
            noteConsequences(life, line.kind, now);
        }
        return null;
    }

    /** A line of this process could not be read: its record, if there will be one, says so. */
    public void dropped(Sid sid, DropReason reason) {
        GitProcess process = tree.find(sid);
        if (process != null && !process.current().settled) {
            process.current().dropped(reason);
        }
    }

    /** The connection, which carried lines of this process, closed. */
    public void closed(Sid sid, long connection, long now) {
        GitProcess process = tree.find(sid);
        if (process != null && process.close(connection, now)) {
            openings--;
            if (!process.isOpen()) {
                agenda.touch(process);
                agenda.touchWaitingAbove(process);
                if (process.current().end != null) {
                    agenda.touchWithAllBelow(process);
                }
            }
        }
    }

    /** Everything that git had sent at {@code until} has been read by {@code now}. */
    public void drained(long until, long now) {
        completion.drained(until, now);
    }

    /** The process with this SID does not exist any more, although somebody holds its connection open. */
    public void gone(Sid sid) {
        GitProcess process = tree.find(sid);
        if (process != null && process.lives.size() == 1) {
            process.gone = true;
            agenda.touch(process);
        }
    }

    /** Finishes what can be finished; to be called after any of the above and when {@link #deadline} is reached. */
    public void advance(long now, long wall) {
        if (!agenda.isDue(now)) {
            return;
        }
        agenda.strike(now);
        for (GitProcess process = agenda.poll(); process != null; process = agenda.poll()) {
            agenda.wake(process, completion.step(process, now, wall));
            folding.consider(process);
            tree.forgetIfOver(process);
        }
        folding.fold(now);
    }

    /** Finishes everything: the daemon stops. */
    public void interrupt(long now, long wall) {
        advance(now, wall);
        completion.interrupt(now, wall);
        advance(now, wall);
    }

    // What the caller must know.

    /** Hands over the commands finished since the last call. */
    public List<FinishedCommand> takeFinished() {
        return completion.takeFinished();
    }

    /** When to call {@link #advance} at the latest. */
    public long deadline() {
        return agenda.deadline();
    }

    /** Whether a command has ended whose children may have lines in socket buffers; answers true once. */
    public boolean takeDrainWanted() {
        return completion.takeDrainWanted();
    }

    /** Whether nothing is left but memories: nothing unfinished, no connection open. */
    public boolean isOver() {
        return openings == 0 && tree.isEmpty();
    }

    /** How many (connection, process) pairs are open. */
    public int openings() {
        return openings;
    }

    /** How many processes it holds. */
    public int size() {
        return tree.size();
    }

    /** The processes that have started and are on no finished record yet. */
    public List<RunningProcess> running() {
        List<RunningProcess> running = new ArrayList<>();
        for (GitProcess process : tree.processes()) {
            for (Life life : process.lives) {
                if (!life.settled && life.isStarted()) {
                    running.add(running(life));
                }
            }
        }
        return running;
    }

    /** Those of them that do not only read, whether or not they own a record. */
    public List<RunningProcess> changing() {
        if (!changing) {
            return List.of();
        }
        List<RunningProcess> found = new ArrayList<>();
        for (GitProcess process : tree.processes()) {
            for (Life life : process.lives) {
                if (!life.settled && life.isStarted() && !life.isReadOnly()) {
                    found.add(running(life));
                }
            }
        }
        if (tree.size() > Folding.FREE && !found.isEmpty()) {
            found.add(anyOfThosePutAside(found.getFirst()));
        }
        return found;
    }

    /** Of processes that were put aside nobody knows any more where and when they ran. */
    private static RunningProcess anyOfThosePutAside(RunningProcess of) {
        return new RunningProcess(
                of.key(),
                of.sid(),
                of.gitVersion(),
                List.of(),
                null,
                false,
                null,
                0,
                NEVER,
                false,
                false,
                false,
                true,
                0);
    }

    /** Whether any of its processes does not only read. */
    public boolean isChanging() {
        return changing;
    }

    private RunningProcess running(Life life) {
        End end = life.end;
        return new RunningProcess(
                life.key(),
                life.process.sid,
                life.gitVersion(),
                life.argv(),
                life.command(),
                life.isReadOnly(),
                life.repository(),
                life.beganAt(),
                end == null ? NEVER : end.time(),
                end != null,
                completion.isOwner(life),
                life.process.isOpen(),
                life.isActing(),
                TraceAccount.bytes(life));
    }

    /**
     * The processes of which it can be told from outside that they are gone: in their first life, not ended, and on a
     * connection that their own pid opened. With each the time at which its first line came: it lived by then.
     */
    public Map<Sid, Long> sweepable() {
        Map<Sid, Long> sweepable = new LinkedHashMap<>();
        for (GitProcess process : tree.processes()) {
            if (process.isStarted()
                    && process.lives.size() == 1
                    && process.first().end == null
                    && process.openedConnectionItself()) {
                sweepable.put(process.sid, process.heardAt);
            }
        }
        return sweepable;
    }

    /** Processes that work in a repository they did not name, and are likely to own a record; since the last call. */
    public List<Sid> takeUnplaced() {
        List<Sid> taken = unplaced;
        unplaced = List.of();
        return taken;
    }

    /** What must outlive this root's state. */
    public Memory memory() {
        return tree.memory();
    }

    /** Raw bytes gathered and not yet handed on. */
    public long scratchBytes() {
        return traces.bytes();
    }

    /** Second lives that ended 0 without any child, since the last call. */
    public int takeEmptySecondLives() {
        return completion.takeEmptySecondLives();
    }

    /** Reports of hooks whose command has no record, or one that is finished, since the last call. */
    public int takeUnclaimedReports() {
        return completion.takeUnclaimedReports();
    }

    /** Processes given up because their start never came, since the last call. */
    public int takeUnstarted() {
        return completion.takeUnstarted();
    }

    /** Commands that got a record because nobody above them was ever heard of, since the last call. */
    public int takeAdopted() {
        return completion.takeAdopted();
    }

    // Lines.

    /** The record that will miss the process says so: the nearest one above it that still runs. */
    private void noteFull(Sid sid) {
        String above = sid.parent();
        while (above != null) {
            Sid parent = new Sid(above, sid.root());
            GitProcess process = tree.find(parent);
            if (process != null && !process.current().settled) {
                process.current().dropped(DropReason.ROOT_FULL);
                return;
            }
            above = parent.parent();
        }
    }

    /** Which of the process's lives the line speaks of. */
    private static Life life(GitProcess process, Line line, boolean fresh) {
        Life life = process.current();
        if (!life.hasAtexit() || fresh || line.isAnnotation()) {
            return life;
        }
        return process.beginNextLife();
    }

    private void noteConsequences(Life life, EventKind kind, long now) {
        GitProcess process = life.process;
        switch (kind) {
            case ATEXIT -> {
                if (life.number > 1) {
                    life.swapEndingsIfReversed(process.lives.get(life.number - 2));
                }
                endIfHeard(life, now);
            }
            case SIGNAL -> endIfHeard(life, now);
            // The ending may be read before the start, whose time it is measured from.
            case VERSION -> life.measureEndAgain();
            case START -> {
                changing |= !life.isReadOnly();
                GitProcess parent = process.parent;
                HookReport report = life.report();
                if (parent != null && report != null && !report.isOfAnnotations()) {
                    parent.reportedBy(process.pid);
                }
                life.measureEndAgain();
                agenda.touchWithAllBelow(process);
                agenda.touchWaitingAbove(process);
            }
            // The name tells that a process hosts others, which are no longer part of its record then.
            case CMD_NAME, CHILD_START -> {
                if (kind == EventKind.CMD_NAME) {
                    noteIfUnplaced(life);
                }
                if (!process.below().isEmpty() && process.isHost()) {
                    agenda.touchWithAllBelow(process);
                }
            }
            // Where every event has a connection of its own, the ending may be read before the rest.
            case CHILD_EXIT, CHILD_READY -> {
                if (life.end != null) {
                    agenda.touch(process);
                    agenda.touchWaitingAbove(process);
                }
            }
            default -> {}
        }
    }

    /**
     * git tells its work tree before its command's name. Where it did not, there is none, as in a bare repository, and
     * only the directory it runs in says where that is: for as long as it runs, and if its pid is one of ours.
     */
    private void noteIfUnplaced(Life life) {
        GitProcess process = life.process;
        boolean mayOwn = process.parent == null || process.parent.isHost();
        if (mayOwn && life.number == 1 && life.isUnplaced() && process.openedConnectionItself()) {
            if (unplaced.isEmpty()) {
                unplaced = new ArrayList<>(1);
            }
            unplaced.add(process.sid);
        }
    }

    private void endIfHeard(Life life, long now) {
        End end = life.heardEnd();
        if (end != null && life.end == null) {
            completion.end(life, end, now);
        }
    }
}
