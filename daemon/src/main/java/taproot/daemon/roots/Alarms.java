package taproot.daemon.roots;

import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Wakes roots when a waiting time of theirs is over. A root has at most a few alarms set, each for an earlier time
 * than the one before; most commands need none.
 */
final class Alarms {
    /** How long after an alarm one looks whether it is over; microseconds. */
    private static final long AFTER_IT = 500;

    interface Due {
        void look(RootId id, long alarm);
    }

    private final ScheduledExecutorService timers;
    private final Roots.Clock clock;
    private final Due due;
    private final ConcurrentSkipListMap<Long, Long> armed = new ConcurrentSkipListMap<>();

    Alarms(ScheduledExecutorService timers, Roots.Clock clock, Due due) {
        this.timers = timers;
        this.clock = clock;
        this.due = due;
    }

    void set(RootId id, long time) {
        armed.merge(time, 1L, Long::sum);
        schedule(time, () -> {
            due.look(id, time);
            armed.computeIfPresent(time, (_, count) -> count == 1 ? null : Long.valueOf(count - 1));
        });
    }

    /** Runs the action once the alarms set now, and what they bring about within {@code further}, are over. */
    void whenOver(long further, Runnable action) {
        Map.Entry<Long, Long> last = armed.lastEntry();
        if (last == null) {
            action.run();
        } else {
            whenNoneBefore(last.getKey() + further, action);
        }
    }

    private void whenNoneBefore(long until, Runnable action) {
        Map.Entry<Long, Long> first = armed.firstEntry();
        if (first == null || first.getKey() > until) {
            action.run();
        } else {
            schedule(first.getKey() + AFTER_IT, () -> whenNoneBefore(until, action));
        }
    }

    long armed() {
        return armed.values().stream().mapToLong(Long::longValue).sum();
    }

    private void schedule(long time, Runnable task) {
        long delay = Math.max(0, time - clock.monotonicMicros());
        try {
            var unused = timers.schedule(task, delay, TimeUnit.MICROSECONDS);
        } catch (RejectedExecutionException e) {
            // The loops have stopped: what was waited for is finished by the interrupt at the daemon's end.
            return;
        }
    }
}
