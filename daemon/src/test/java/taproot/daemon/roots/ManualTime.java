package taproot.daemon.roots;

import java.util.Comparator;
import java.util.PriorityQueue;

/** Time that passes when somebody says so, and the timers that hang on it. Thread-safe; timers run where time is moved. */
public final class ManualTime implements Roots.Clock, Roots.Timers {
    private record Task(long at, long order, Runnable action) {}

    private final PriorityQueue<Task> tasks =
            new PriorityQueue<>(Comparator.comparingLong(Task::at).thenComparingLong(Task::order));
    private long now;
    private long issued;

    public ManualTime(long epochMicros) {
        now = epochMicros;
    }

    @Override
    public synchronized long monotonicMicros() {
        return now;
    }

    @Override
    public long epochMicros() {
        return monotonicMicros();
    }

    @Override
    public synchronized void after(long micros, Runnable task) {
        tasks.add(new Task(now + micros, issued++, task));
    }

    /** Lets so many microseconds pass; what falls due runs at its time, on this thread. */
    public void pass(long micros) {
        long until = monotonicMicros() + micros;
        for (Task task = next(until); task != null; task = next(until)) {
            task.action().run();
        }
    }

    synchronized int pending() {
        return tasks.size();
    }

    private synchronized @org.jspecify.annotations.Nullable Task next(long until) {
        Task task = tasks.peek();
        if (task == null || task.at() > until) {
            now = Math.max(now, until);
            return null;
        }
        now = Math.max(now, task.at());
        return tasks.remove();
    }
}
