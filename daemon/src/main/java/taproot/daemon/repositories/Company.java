package taproot.daemon.repositories;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who else may have moved refs while a command ran, before it without being settled, or after it until its reflogs were
 * read: in its own work tree, and anywhere in the family.
 *
 * @param start of the command, in microseconds since the epoch
 * @param end of the last of its processes
 * @param early some that ended before it are not accounted for yet, but will be
 */
record Company(long start, long end, Others here, Others inFamily, boolean early) {

    /**
     * @param beside some ran at the same time, or before, and nobody knows yet what they wrote
     * @param after some have begun since
     */
    record Others(boolean beside, boolean after) {}

    /** How near another process was. Who may have been in the same work tree counts as if he was. */
    enum Nearness {
        HERE,
        IN_FAMILY,
        ELSEWHERE
    }

    /** Where others were. */
    interface Places {
        Nearness nearness(Traffic.Passage other);
    }

    /**
     * @param others null where some of them are forgotten
     * @param readAt when the reflogs had been read: who began later has written nothing of what was read
     */
    static Company of(long start, long end, @Nullable List<Traffic.Passage> others, long readAt, Places places) {
        if (others == null) {
            Others anybody = new Others(true, true);
            return new Company(start, end, anybody, anybody, false);
        }
        boolean besideHere = false;
        boolean besideInFamily = false;
        boolean afterHere = false;
        boolean afterInFamily = false;
        boolean early = false;
        for (Traffic.Passage other : others) {
            if (other.start() >= readAt) {
                continue;
            }
            Nearness nearness = places.nearness(other);
            boolean after = other.start() >= end;
            early |= other.end() <= start && !other.journey().isSettled() && nearness != Nearness.ELSEWHERE;
            besideHere |= !after && nearness == Nearness.HERE;
            besideInFamily |= !after && nearness != Nearness.ELSEWHERE;
            afterHere |= after && nearness == Nearness.HERE;
            afterInFamily |= after && nearness != Nearness.ELSEWHERE;
        }
        return new Company(
                start, end, new Others(besideHere, afterHere), new Others(besideInFamily, afterInFamily), early);
    }
}
