package taproot.normalizer;

import org.jspecify.annotations.Nullable;

/**
 * Decides to whose record a life belongs: DESIGN §4 as a function of what is known. Event times decide; what is not
 * known yet is waited for. Costs at most the square of the depth of the tree.
 *
 * <p>Going up from a life, the first owner in whose life it started decides: it belongs to that record if it ended no
 * later than the overhang after that life; if it went on for longer it owns a record and is listed there as detached. A
 * life that started in no owner's life owns a record.
 */
final class Lineage {
    /** Where a life stands. */
    sealed interface Standing {
        /** It owns a record. {@code outlived}: the owner whose end it outlived; {@code late}: that record is finished. */
        record Owner(@Nullable Life outlived, boolean late) implements Standing {}

        /** It belongs to this owner's record. */
        record Member(Life of) implements Standing {}

        /** It depends on how this life, or the process itself, ends. */
        record Pending(Life on) implements Standing {}

        /** Nothing more is known before then. */
        record Wait(long until) implements Standing {}
    }

    private static final Standing.Owner OWNER = new Standing.Owner(null, false);

    private final long now;
    private final Settings settings;

    /** What was decided for the processes above, by their depth: they are asked again and again on the way up. */
    private final @Nullable Standing[] decided;

    private Lineage(long now, Settings settings, int depth) {
        this.now = now;
        this.settings = settings;
        this.decided = new @Nullable Standing[depth];
    }

    /**
     * Where the life stands at {@code now}; with {@link Normalizer#NEVER} for now, where it would stand if nothing
     * more came. Then those above it of which it is open whether they will own a record count as if they will not.
     */
    static Standing of(Life life, long now, Settings settings) {
        if (isOwnerByItself(life)) {
            return OWNER;
        }
        return new Lineage(now, settings, life.process.depth).decide(life);
    }

    private static boolean isOwnerByItself(Life life) {
        return life.detachedFrom == null && (life.number > 1 || life.process.parent == null || isHosted(life.process));
    }

    private Standing decide(Life life) {
        if (life.detachedFrom != null) {
            return outlived(life.detachedFrom, life);
        }
        if (isOwnerByItself(life)) {
            return OWNER;
        }
        GitProcess process = life.process;
        Standing standing = null;
        boolean incomplete = false;
        for (GitProcess above = process.parent; above != null && standing == null; above = above.parent) {
            incomplete |= !above.isStarted() || mayLiveAgain(above, life);
            standing = within(above, life);
        }
        if (standing instanceof Standing.Pending) {
            return standing;
        }
        long grace = process.heardAt + settings.adoptionGrace();
        if (incomplete && now < grace) {
            return new Standing.Wait(grace);
        }
        return standing == null ? OWNER : standing;
    }

    private Standing above(Life first) {
        int depth = first.process.depth;
        Standing known = decided[depth];
        if (known == null) {
            known = decide(first);
            decided[depth] = known;
        }
        return known;
    }

    /** It is on that record as still running; late where by event times it should be on it as a member. */
    private Standing.Owner outlived(Life owner, Life life) {
        End end = life.end;
        boolean late = end != null && end.isHeard() && owner.end != null && contains(owner.end, end);
        return new Standing.Owner(owner, late);
    }

    /** Below a host every command owns a record; the program that a host runs as is the host itself. */
    private static boolean isHosted(GitProcess process) {
        return process.parent != null && process.parent.isHost() && !process.isHost();
    }

    /** Whether the host runs as this program: one that hosts too, with nothing but such between them. */
    private static boolean isThatHost(GitProcess process, GitProcess host) {
        for (GitProcess p = process; p != null && p != host; p = p.parent) {
            if (!p.isHost()) {
                return false;
            }
        }
        return true;
    }

    /** A life that began after this process's last end may belong to a second life that has not been heard yet. */
    private static boolean mayLiveAgain(GitProcess above, Life life) {
        End end = above.current().end;
        return end != null && above.isOpen() && life.beganAt() >= end.time();
    }

    /** What the lives of one ancestor say; null where they say nothing. */
    private @Nullable Standing within(GitProcess above, Life life) {
        for (int i = above.lives.size() - 1; i >= 0; i--) {
            Life candidate = above.lives.get(i);
            boolean began = candidate.isStarted() && (candidate.number == 1 || life.beganAt() >= candidate.beganAt());
            if (!began || (candidate.settled && !candidate.owner)) {
                continue;
            }
            if (!candidate.settled && !isOwnerByItself(candidate)) {
                Standing standing = above(candidate);
                boolean openForGood = now == Normalizer.NEVER && standing instanceof Standing.Pending;
                if (standing instanceof Standing.Member || openForGood) {
                    continue;
                }
                if (!(standing instanceof Standing.Owner)) {
                    return standing;
                }
            }
            boolean hosted = above.isHost() && !isThatHost(life.process, above);
            Standing standing = hosted ? null : within(candidate, life);
            if (standing != null) {
                return standing;
            }
        }
        return null;
    }

    private @Nullable Standing within(Life owner, Life life) {
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
        boolean contained = contains(ownerEnd, end) || life.report() != null;
        if (owner.settled) {
            return new Standing.Owner(contained ? null : owner, true);
        }
        return contained ? new Standing.Member(owner) : new Standing.Owner(owner, false);
    }

    /** What ended unheard is not known to have outlived anything. */
    private boolean contains(End owner, End end) {
        return !end.isHeard() || end.time() <= owner.time() + settings.overhang();
    }
}
