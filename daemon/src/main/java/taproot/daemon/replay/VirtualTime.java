package taproot.daemon.replay;

import java.util.Comparator;
import java.util.PriorityQueue;
import taproot.daemon.roots.Roots;

/**
 * The time of recorded events, by which waiting times run out as they would have then, however fast the files are read.
 * It never goes back. One thread only.
 */
final class VirtualTime implements Roots.Clock, Roots.Timers {
    private record Task(long at, long order, Runnable action) {}

    private final PriorityQueue<Task> tasks =
            new PriorityQueue<>(Comparator.comparingLong(Task::at).thenComparingLong(Task::order));
    private long now;
    private long issued;

    VirtualTime(long epochMicros) {
        now = epochMicros;
    }

    @Override
    public long monotonicMicros() {
        return now;
    }

    @Override
    public long epochMicros() {
        return now;
    }

    @Override
    public void after(long micros, Runnable task) {
        tasks.add(new Task(now + micros, issued++, task));
    }

    /** Lets the time become that of the next event; what was due before it happens first. */
    void advanceTo(long epochMicros) {
        for (Task task = tasks.peek(); task != null && task.at() < epochMicros; task = tasks.peek()) {
            run(tasks.remove());
        }
        now = Math.max(now, epochMicros);
    }

    /** Lets everything happen that is still to happen. */
    void runOut() {
        for (Task task = tasks.poll(); task != null; task = tasks.poll()) {
            run(task);
        }
    }

    private void run(Task task) {
        now = Math.max(now, task.at());
        task.action().run();
    }
}
