package taproot.normalizer;

import org.jspecify.annotations.Nullable;

/**
 * How and when a life ended.
 *
 * @param time microseconds since the epoch: git's own time of the ending event, or, for what ended unheard, the time
 *     at which that was noticed
 * @param tAbs microseconds since the process started, by its own clock; {@link Fields#ABSENT} where no event told
 * @param finishedAt {@code time}, where an event told it
 * @param durationUs from the beginning of the life, where an event told it
 */
record End(
        Outcome outcome,
        long time,
        long tAbs,
        @Nullable Long finishedAt,
        @Nullable Long durationUs,
        @Nullable Integer exitCode,
        @Nullable Integer signal) {

    /** Nobody said so; {@code time} is when it was noticed. */
    static End unheard(Outcome outcome, long time) {
        return new End(outcome, time, Fields.ABSENT, null, null, null, null);
    }

    /** The ending of the process that this one became, seen from the start of this one. */
    End inheritedBy(long startedAt) {
        Long duration = finishedAt == null ? null : Long.valueOf(finishedAt - startedAt);
        return new End(outcome, time, Fields.ABSENT, finishedAt, duration, exitCode, signal);
    }

    /** Whether git itself told the time. */
    boolean isHeard() {
        return finishedAt != null;
    }

    boolean isSuccess() {
        return outcome == Outcome.EXITED && exitCode != null && exitCode == 0;
    }
}
