package taproot.daemon.roots;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.Set;
import java.util.function.ToLongFunction;
import taproot.normalizer.Settings;

/**
 * Waits until no waiting time that was running at the call is left, and everything has been read that git had sent by
 * then. Looks only at the roots that wait, and comes to an end however many commands begin meanwhile.
 */
final class Settling {
    /** How long after a waiting time one looks whether it is over; microseconds. */
    private static final long AFTER_IT = 500;

    private final Settings settings;
    private final Roots.Clock clock;
    private final Roots.Timers timers;
    private final Alarms alarms;
    private final Drains drains;
    private final ToLongFunction<RootId> deadline;

    /** @param deadline when a root is to be looked at next; {@code Normalizer.NEVER} for one that waits for nothing */
    Settling(
            Settings settings,
            Roots.Clock clock,
            Roots.Timers timers,
            Alarms alarms,
            Drains drains,
            ToLongFunction<RootId> deadline) {
        this.settings = settings;
        this.clock = clock;
        this.timers = timers;
        this.alarms = alarms;
        this.drains = drains;
        this.deadline = deadline;
    }

    void whenSettled(Runnable action) {
        // Twice over would be more than enough; it is a bound for roots in which something new happens all the time.
        long until = clock.monotonicMicros() + settings.lostAfter() + settings.adoptionGrace() + settings.linger();
        // Who waits for a drain has no waiting time that is known yet.
        drains.follow(() -> settle(alarms.armedRoots(), until, action));
    }

    /**
     * A waiting time may bring about a drain, and a drain a waiting time, as when a command that is found lost then waits
     * for its children: by turns, until these roots wait for neither.
     */
    private void settle(Set<RootId> waiting, long until, Runnable action) {
        if (waiting.stream().allMatch(id -> deadline.applyAsLong(id) > until)) {
            action.run();
        } else {
            Runnable again = () -> settle(waiting, until, action);
            whenNoneWaits(new ArrayDeque<>(waiting), until, () -> drains.follow(again));
        }
    }

    /** One root after the other: each is looked at until it is over, which is as long as the longest of them takes. */
    private void whenNoneWaits(Queue<RootId> waiting, long until, Runnable action) {
        for (RootId id = waiting.peek(); id != null; id = waiting.peek()) {
            long due = deadline.applyAsLong(id);
            if (due <= until) {
                long left = Math.max(0, due - clock.monotonicMicros());
                timers.after(left + AFTER_IT, () -> whenNoneWaits(waiting, until, action));
                return;
            }
            waiting.remove();
        }
        action.run();
    }
}
