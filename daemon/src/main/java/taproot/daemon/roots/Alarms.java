package taproot.daemon.roots;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Wakes roots when a waiting time of theirs is over. A root has at most a few alarms set, each for an earlier time
 * than the one before; most commands need none.
 *
 * <p>One waiting time may bring about the next: a command that is found lost then waits for its children. Whoever waits
 * for the alarms of a moment waits for those that follow from them too, and for no others, so that it comes to an end
 * however many commands begin meanwhile.
 */
final class Alarms {

    /** Looks at a root; an alarm that is set because of what was found there names the one that was due. */
    interface Due {
        void look(RootId id, Alarm due);
    }

    /** One waiting time of one root. */
    static final class Alarm {
        final long time;
        private final RootId id;

        /** Who waits for it; null once it is over. */
        private final AtomicReference<@Nullable List<Waiter>> waiters = new AtomicReference<>(List.of());

        private Alarm(RootId id, long time) {
            this.id = id;
            this.time = time;
        }

        private void awaitBy(Waiter waiter) {
            List<Waiter> known = waiters.get();
            while (known != null && !known.contains(waiter)) {
                List<Waiter> all = new ArrayList<>(known);
                all.add(waiter);
                waiter.pending.incrementAndGet();
                if (waiters.compareAndSet(known, all)) {
                    return;
                }
                waiter.done();
                known = waiters.get();
            }
        }

        private List<Waiter> waiters() {
            List<Waiter> known = waiters.get();
            return known == null ? List.of() : known;
        }

        private void over() {
            List<Waiter> known = waiters.getAndSet(null);
            if (known != null) {
                known.forEach(Waiter::done);
            }
        }
    }

    /** Somebody who waits for alarms, but for none that follows after the horizon. */
    private static final class Waiter {
        private final long horizon;
        private final Runnable action;
        private final AtomicInteger pending = new AtomicInteger(1);

        Waiter(long horizon, Runnable action) {
            this.horizon = horizon;
            this.action = action;
        }

        void done() {
            if (pending.decrementAndGet() == 0) {
                action.run();
            }
        }
    }

    private final Roots.Timers timers;
    private final Roots.Clock clock;
    private final Due due;
    private final Set<Alarm> armed = ConcurrentHashMap.newKeySet();

    /** How many alarms of each root have not gone off. */
    private final ConcurrentHashMap<RootId, Integer> armed = new ConcurrentHashMap<>();

    Alarms(Roots.Timers timers, Roots.Clock clock, Due due) {
        this.timers = timers;
        this.clock = clock;
        this.due = due;
    }

    /** @param cause the alarm that was due when this one turned out to be needed */
    void set(RootId id, long time, @Nullable Alarm cause) {
        Alarm alarm = new Alarm(id, time);
        armed.add(alarm);
        if (cause != null) {
            for (Waiter waiter : cause.waiters()) {
                if (time <= waiter.horizon) {
                    alarm.awaitBy(waiter);
                }
            }
        }
        long delay = Math.max(0, time - clock.monotonicMicros());
        try {
            var unused = timers.schedule(() -> fire(alarm), delay, TimeUnit.MICROSECONDS);
        } catch (RejectedExecutionException e) {
            // The loops have stopped: what was waited for is finished by the interrupt at the daemon's end.
            end(alarm);
        }
    }

    private void fire(Alarm alarm) {
        try {
            due.look(alarm.id, alarm);
        } finally {
            end(alarm);
        }
    }

    private void end(Alarm alarm) {
        armed.remove(alarm);
        alarm.over();
    }

    /** Runs the action once the alarms set now are over, and those that follow from them within {@code further}. */
    void whenOver(long further, Runnable action) {
        long last = clock.monotonicMicros();
        for (Alarm alarm : armed) {
            last = Math.max(last, alarm.time);
        }
        Waiter waiter = new Waiter(last + further, action);
        // The second time for an alarm that was set between two looks at the one that brought it about.
        for (int i = 0; i < 2; i++) {
            armed.forEach(alarm -> alarm.awaitBy(waiter));
        }
        waiter.done();
    }

    long armed() {
        return armed.size();
    }
}
