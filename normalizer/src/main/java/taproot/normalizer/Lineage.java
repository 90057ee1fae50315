package taproot.normalizer;

import org.jspecify.annotations.Nullable;

/**
 * Decides to whose record a life belongs: DESIGN §4 as a function of what is known. Event times decide; what is not
 * known yet is waited for.
 *
 * <p>A life belongs to its nearest owner in whose life it lies: started before that life's end, ended no later than
 * the overhang after it. One that started before and ended after it owns a record and is listed there as detached; one
 * that started later owns a record.
 */
final class Lineage {
    private Lineage() {}

    /** Where a life stands. */
    sealed interface Standing {
        /** It owns a record. {@code straddled}: the owner whose end it outlived; {@code late}: that record is finished. */
        record Owner(@Nullable Life straddled, boolean late) implements Standing {}

        /** It belongs to this owner's record. */
        record Member(Life of) implements Standing {}

        /** It depends on how this life, or the process itself, ends. */
        record Pending(Life on) implements Standing {}

        /** Nothing more is known before then. */
        record Wait(long until) implements Standing {}
    }

    private static final Standing.Owner OWNER = new Standing.Owner(null, false);

    /**
     * Where the life stands at {@code now}; with {@link Normalizer#NEVER} for now, where it would stand if nothing
     * more came.
     */
    static Standing of(Life life, long now, Settings settings) {
        GitProcess process = life.process;
        if (life.detachedFrom != null) {
            return outlived(life.detachedFrom, life, settings);
        }
        if (life.number > 1 || process.parent == null || isHosted(process)) {
            return OWNER;
        }
        Standing inside = null;
        Standing.Owner outlived = OWNER;
        boolean incomplete = false;
        for (GitProcess above = process.parent; above != null && inside == null; above = above.parent) {
            incomplete |= !above.isStarted() || mayLiveAgain(above, life);
            Standing there = within(above, life, now, settings);
            if (!(there instanceof Standing.Owner owner) || owner.straddled() == null) {
                inside = there;
            } else if (outlived == OWNER) {
                outlived = owner;
            }
        }
        Standing standing = inside == null ? outlived : inside;
        long grace = process.heardAt + settings.adoptionGrace();
        return incomplete && now < grace && !(standing instanceof Standing.Pending)
                ? new Standing.Wait(grace)
                : standing;
    }

    /** It is on that record as still running; late where by event times it should be on it as a member. */
    private static Standing.Owner outlived(Life owner, Life life, Settings settings) {
        return new Standing.Owner(
                owner, life.end != null && owner.end != null && contains(owner.end, life.end, settings));
    }

    /** Below a host every command owns a record; the dashed program that a host runs as is the host itself. */
    private static boolean isHosted(GitProcess process) {
        GitProcess parent = process.parent;
        return parent != null
                && parent.isStarted()
                && parent.first().isHost()
                && !process.first().isHost();
    }

    /** A life that began after this process's last end may belong to a second life that has not been heard yet. */
    private static boolean mayLiveAgain(GitProcess above, Life life) {
        End end = above.current().end;
        return end != null && above.isOpen() && life.beganAt() >= end.time();
    }

    /** What the lives of one ancestor say; null where they say nothing. */
    private static @Nullable Standing within(GitProcess above, Life life, long now, Settings settings) {
        for (int i = above.lives.size() - 1; i >= 0; i--) {
            Life candidate = above.lives.get(i);
            if (!candidate.isStarted() || (candidate.number > 1 && life.beganAt() < candidate.beganAt())) {
                continue;
            }
            if (candidate.settled && !candidate.owner) {
                continue;
            }
            if (!candidate.settled && candidate.number == 1 && above.parent != null) {
                Standing standing = of(candidate, now, settings);
                if (standing instanceof Standing.Member) {
                    continue;
                }
                if (!(standing instanceof Standing.Owner)) {
                    return standing;
                }
            }
            if (candidate.isHost()) {
                continue;
            }
            Standing standing = within(candidate, life, settings);
            if (standing != null) {
                return standing;
            }
        }
        return null;
    }

    private static @Nullable Standing within(Life owner, Life life, Settings settings) {
        End ownerEnd = owner.end;
        if (ownerEnd == null) {
            return new Standing.Pending(owner);
        }
        if (life.beganAt() >= ownerEnd.time()) {
            return null;
        }
        End end = life.end;
        if (end == null) {
            return owner.settled ? new Standing.Owner(owner, false) : new Standing.Pending(owner);
        }
        boolean contained = contains(ownerEnd, end, settings);
        if (owner.settled) {
            return new Standing.Owner(contained ? null : owner, true);
        }
        return contained ? new Standing.Member(owner) : new Standing.Owner(owner, false);
    }

    /** What ended unheard is not known to have outlived anything. */
    private static boolean contains(End owner, End end, Settings settings) {
        return !end.isHeard() || end.time() <= owner.time() + settings.overhang();
    }
}
