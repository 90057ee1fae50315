package taproot.normalizer;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Moves the lives of one root towards their records: notes endings, also those that nobody said, and makes a record when
 * nothing more can come for it. Inside the root's compute only.
 */
final class Completion {
    private final Settings settings;
    private final Tree tree;
    private final Agenda agenda;
    private final TraceAccount traces;
    private List<FinishedCommand> finished = List.of();

    /** Owners that wait until what was sent before their endings has been read. */
    private List<Life> undrained = List.of();

    private boolean drainWanted;
    private int emptySecondLives;
    private int unstarted;
    private int adopted;
    private int unclaimedReports;

    Completion(Settings settings, Tree tree, Agenda agenda, TraceAccount traces) {
        this.settings = settings;
        this.tree = tree;
        this.agenda = agenda;
        this.traces = traces;
    }

    // Endings.

    /** The life has ended, so that others may be finished. */
    void end(Life life, End end, long now) {
        life.end = end;
        life.endedAt = now;
        GitProcess process = life.process;
        agenda.touch(process);
        agenda.touchWaitingAbove(process);
        GitProcess parent = process.parent;
        if (parent != null) {
            tellParent(life, parent);
        }
        // Most processes end while their owner goes on: nothing below them hangs on that.
        if (!process.below().isEmpty() && !(standing(life, now) instanceof Lineage.Standing.Pending)) {
            agenda.touchWithAllBelow(process);
        }
        if (parent != null && life.number == 1 && parent.first().end == null && parent.successor() == process) {
            Life predecessor = parent.first();
            end(predecessor, end.inheritedBy(predecessor.beganAt()), now);
        }
    }

    /** Its pid ended with its first life: a daemonized process is another one. */
    private static void tellParent(Life life, GitProcess parent) {
        if (life.number > 1) {
            return;
        }
        for (Life above : parent.lives) {
            End end = above.end;
            if (!above.settled && (end == null || life.beganAt() < end.time())) {
                above.children().ended(life.process.pid);
                return;
            }
        }
    }

    /** The life is to be ended now, as what is known of it says, or else as unheard at {@code wall}. */
    private void endSilent(Life life, Outcome unheard, long now, long wall) {
        End exit = life.exitEnd();
        end(life, exit != null ? exit : End.unheard(unheard, wall), now);
    }

    private Lineage.Standing standing(Life life, long now) {
        return Lineage.of(life, now, settings);
    }

    /** Whether it would own a record, as far as is known. */
    boolean isOwner(Life life) {
        return standing(life, Normalizer.NEVER) instanceof Lineage.Standing.Owner;
    }

    // Steps.

    /** Looks at one process; returns when to look again if nothing happens. */
    long step(GitProcess process, long now, long wall) {
        long wake = Normalizer.NEVER;
        if (process.isHeard()) {
            for (Life life : process.lives) {
                if (!life.settled) {
                    wake = Math.min(wake, step(life, now, wall));
                }
            }
        }
        return wake;
    }

    private long step(Life life, long now, long wall) {
        GitProcess process = life.process;
        boolean silent = !process.mayGoOn();
        long silentUntil = process.gone ? now : process.closedAt + settings.lostAfter();
        if (!life.isStarted()) {
            if (silent && now >= silentUntil) {
                giveUp(life, now, wall);
            }
            return silent && !life.settled ? silentUntil : Normalizer.NEVER;
        }
        if (life.end == null) {
            GitProcess successor = process.successor();
            if (successor != null) {
                End end = successor.first().end;
                if (end == null) {
                    return Normalizer.NEVER;
                }
                end(life, end.inheritedBy(life.beganAt()), now);
            } else if (silent && now >= silentUntil) {
                endSilent(life, life.isExecuting() ? Outcome.EXECED : Outcome.LOST, now, wall);
            }
        }
        long wake = life.end == null && silent ? silentUntil : Normalizer.NEVER;
        return switch (standing(life, now)) {
            case Lineage.Standing.Owner owner -> Math.min(wake, finishIfReady(life, owner, now, wall));
            case Lineage.Standing.Wait wait -> Math.min(wake, wait.until());
            case Lineage.Standing.Member _, Lineage.Standing.Pending _ -> wake;
        };
    }

    /** Lines came, a start never did: there is nothing to record. */
    private void giveUp(Life life, long now, long wall) {
        unstarted++;
        if (life.end == null) {
            endSilent(life, life.isExecuting() ? Outcome.EXECED : Outcome.LOST, now, wall);
        }
        traces.release(life);
        life.settle();
        agenda.touchWaitingAbove(life.process);
    }

    /** Finishes the record, or says when to look again. */
    private long finishIfReady(Life life, Lineage.Standing.Owner owner, long now, long wall) {
        End end = life.end;
        if (end == null) {
            return Normalizer.NEVER;
        }
        if (life.mayHaveMoreToSay() || !everythingBelowEnded(life, end, now)) {
            long lingered = life.endedAt + settings.linger();
            if (life.drainedAt == Normalizer.NEVER) {
                wantDrained(life, now);
                return Normalizer.NEVER;
            }
            if (now < lingered) {
                return lingered;
            }
        }
        finish(life, owner, now, wall);
        return Normalizer.NEVER;
    }

    private void wantDrained(Life life, long now) {
        if (life.drainAskedAt == Normalizer.NEVER) {
            life.drainAskedAt = now;
            drainWanted = true;
            if (undrained.isEmpty()) {
                undrained = new ArrayList<>(1);
            }
            undrained.add(life);
        }
    }

    /** Everything that git had sent at {@code until} has been read. */
    void drained(long until, long now) {
        for (Life life : List.copyOf(undrained)) {
            if (life.endedAt <= until) {
                life.drainedAt = now;
                undrained.remove(life);
                agenda.touch(life.process);
            } else {
                drainWanted = true;
            }
        }
    }

    /** Whether nothing more can come for the record: each child started is a git process that has ended. */
    private boolean everythingBelowEnded(Life owner, End end, long now) {
        if (!owner.allChildrenEnded()) {
            return false;
        }
        Life holdup = owner.holdup;
        if (holdup != null && holdsUp(holdup, end, now)) {
            return false;
        }
        owner.holdup = holdup(owner.process, end, now);
        return owner.holdup == null;
    }

    /** The first life below that keeps the record waiting; null where there is none. */
    private @Nullable Life holdup(GitProcess process, End end, long now) {
        for (GitProcess child : process.below()) {
            if (holdsUp(child.first(), end, now)) {
                return child.first();
            }
            Life below = holdup(child, end, now);
            if (below != null) {
                return below;
            }
        }
        return null;
    }

    /** Whether more may come of it, or it may yet belong elsewhere: to a second life that has not been heard. */
    private boolean holdsUp(Life life, End end, long now) {
        if (life.settled || life.detachedFrom != null || (life.isStarted() && life.beganAt() >= end.time())) {
            return false;
        }
        return life.end == null
                || !life.isStarted()
                || !life.allChildrenEnded()
                || life.mayHaveMoreToSay()
                || standing(life, now) instanceof Lineage.Standing.Wait;
    }

    // Records.

    /** Makes the owner's record: nothing more is waited for. */
    void finish(Life owner, Lineage.Standing.Owner standing, long now, long wall) {
        End end = owner.end == null ? End.unheard(Outcome.LOST, wall) : owner.end;
        endSilentBelow(owner.process, owner, now, end.time());
        Life outlived = standing.outlived();
        if (outlived != null && !outlived.settled && owner.detachedFrom == null && owner.report() == null) {
            owner.detachedFrom = outlived;
            outlived.folded().addOutlived(owner);
        }
        boolean detached = owner.number > 1 || outlived != null;
        RecordBuilder builder = new RecordBuilder(owner, end, detached, standing.late());
        collectBelow(owner.process, owner, builder);
        owner.owner = true;
        if (!undrained.isEmpty()) {
            undrained.remove(owner);
        }
        if (owner.number > 1 && end.isSuccess() && !owner.hasChildren() && builder.hasOwnerOnly()) {
            emptySecondLives++;
        } else if (owner.report() != null && !owner.hasChildren() && builder.hasOwnerOnly()) {
            unclaimedReports += owner.detachedFrom == null ? 1 : 0;
        } else {
            if (finished.isEmpty()) {
                finished = new ArrayList<>(1);
            }
            finished.add(builder.build(settings));
            adopted += isAdopted(owner) ? 1 : 0;
        }
        for (Life life : builder.lives()) {
            traces.release(life);
            life.settle();
        }
        agenda.touchWithAllBelow(owner.process);
        agenda.touchWaitingAbove(owner.process);
    }

    private static boolean isAdopted(Life owner) {
        boolean somebodyAboveStarted = false;
        for (GitProcess above = owner.process.parent; above != null; above = above.parent) {
            somebodyAboveStarted |= above.isStarted();
        }
        return owner.process.parent != null && !somebodyAboveStarted;
    }

    /** What below the owner has fallen silent, and could only be on its record, was lost. */
    private void endSilentBelow(GitProcess process, Life owner, long now, long ownerEnd) {
        for (GitProcess child : process.below()) {
            endSilentBelow(child, owner, now, ownerEnd);
            Life life = child.first();
            boolean waitsForOwner = life.isStarted()
                    && !life.settled
                    && life.end == null
                    && !wentOn(child, owner)
                    && standing(life, Normalizer.NEVER) instanceof Lineage.Standing.Pending pending
                    && pending.on() == owner;
            if (waitsForOwner) {
                endSilentAsSeen(life, now, ownerEnd);
            }
        }
    }

    private void endSilentAsSeen(Life life, long now, long wall) {
        GitProcess successor = life.process.successor();
        if (successor == null) {
            endSilent(life, life.isExecuting() ? Outcome.EXECED : Outcome.LOST, now, wall);
            return;
        }
        Life next = successor.first();
        End end = next.end != null ? next.end : next.exitEnd();
        if (end != null) {
            end(life, end.inheritedBy(life.beganAt()), now);
        } else {
            endSilent(life, next.isExecuting() ? Outcome.EXECED : Outcome.LOST, now, wall);
        }
    }

    /**
     * Whether it was still to be heard when the owner's record, had it been known as one, would have been made. That is
     * no sooner than what had been sent before the owner's ending was read, which may take longer than the linger.
     */
    private boolean wentOn(GitProcess process, Life owner) {
        long drain = owner.drainedAt == Normalizer.NEVER ? 0 : owner.drainedAt - owner.drainAskedAt;
        long made = owner.endedAt + Math.max(settings.linger(), drain);
        return process.mayGoOn() || (!process.gone && process.closedAt > made);
    }

    /** Puts each life below on the owner's record, if that is where it belongs when nothing more is waited for. */
    private void collectBelow(GitProcess process, Life owner, RecordBuilder builder) {
        for (GitProcess child : process.below()) {
            Life life = child.first();
            if (life.isStarted() && !life.settled) {
                collect(life, owner, builder);
            }
            collectBelow(child, owner, builder);
        }
    }

    private void collect(Life life, Life owner, RecordBuilder builder) {
        Life outlived = switch (standing(life, Normalizer.NEVER)) {
            case Lineage.Standing.Member member -> {
                if (member.of() == owner) {
                    builder.member(life);
                }
                yield null;
            }
            case Lineage.Standing.Owner of -> of.outlived();
            case Lineage.Standing.Pending pending -> pending.on();
            case Lineage.Standing.Wait _ -> null;
        };
        if (outlived == owner && life.detachedFrom == null && life.report() != null) {
            // It still runs and has said all it has to say.
            life.detachedFrom = owner;
            builder.reportedBy(life);
        } else if (outlived == owner && life.detachedFrom == null) {
            life.detachedFrom = owner;
            builder.outlivedBy(life);
        }
    }

    /** Finishes everything, outermost first: the daemon stops. */
    void interrupt(long now, long wall) {
        List<Life> outermostFirst = new ArrayList<>();
        for (GitProcess process : tree.processes()) {
            for (Life life : process.lives) {
                if (!life.settled && life.isStarted()) {
                    outermostFirst.add(life);
                    if (life.end == null) {
                        endSilent(life, Outcome.INTERRUPTED, now, wall);
                    }
                }
            }
        }
        outermostFirst.sort((a, b) -> Integer.compare(a.process.depth, b.process.depth));
        for (Life life : outermostFirst) {
            if (!life.settled && standing(life, Normalizer.NEVER) instanceof Lineage.Standing.Owner owner) {
                finish(life, owner, now, wall);
            }
        }
    }

    // What came of it.

    List<FinishedCommand> takeFinished() {
        List<FinishedCommand> taken = finished;
        finished = List.of();
        return taken;
    }

    boolean takeDrainWanted() {
        boolean wanted = drainWanted;
        drainWanted = false;
        return wanted;
    }

    int takeEmptySecondLives() {
        int taken = emptySecondLives;
        emptySecondLives = 0;
        return taken;
    }

    int takeAdopted() {
        int taken = adopted;
        adopted = 0;
        return taken;
    }

    int takeUnclaimedReports() {
        int taken = unclaimedReports;
        unclaimedReports = 0;
        return taken;
    }

    int takeUnstarted() {
        int taken = unstarted;
        unstarted = 0;
        return taken;
    }
}
