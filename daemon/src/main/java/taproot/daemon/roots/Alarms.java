package taproot.daemon.roots;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Wakes roots when a waiting time of theirs is over. A root has at most a few alarms set, each for an earlier time
 * than the one before; most commands need none.
 */
final class Alarms {
    interface Due {
        void look(RootId id, long alarm);
    }

    private final Roots.Timers timers;
    private final Roots.Clock clock;
    private final Due due;

    /** How many alarms of each root have not gone off. */
    private final ConcurrentHashMap<RootId, Integer> armed = new ConcurrentHashMap<>();

    Alarms(Roots.Timers timers, Roots.Clock clock, Due due) {
        this.timers = timers;
        this.clock = clock;
        this.due = due;
    }

    void set(RootId id, long time) {
        armed.merge(id, 1, Integer::sum);
        timers.after(Math.max(0, time - clock.monotonicMicros()), () -> goOff(id, time));
    }

    private void goOff(RootId id, long time) {
        try {
            due.look(id, time);
        } finally {
            // After the look, which may set the next one: a root that waits is known here without a gap.
            armed.computeIfPresent(id, (_, count) -> count == 1 ? null : Integer.valueOf(count - 1));
        }
    }

    /** The roots with an alarm set; some of them may have nothing to wait for any more. */
    Set<RootId> armedRoots() {
        return Set.copyOf(armed.keySet());
    }

    long armed() {
        long alarms = 0;
        for (int count : armed.values()) {
            alarms += count;
        }
        return alarms;
    }
}
