package taproot.daemon.roots;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import taproot.daemon.metrics.Counters;
import taproot.normalizer.DropReason;
import taproot.normalizer.FinishedCommand;
import taproot.normalizer.Line;
import taproot.normalizer.Outcome;
import taproot.normalizer.Settings;

/** Many roots at once, from many threads, in whatever order comes: the sums have to be right in the end. */
class RootsStressTest {
    private static final int THREADS = 8;

    private final ManualTime time = new ManualTime(Git.EPOCH);
    private final Counters counters = new Counters();
    private final AtomicLong records = new AtomicLong();
    private final AtomicLong recordedEvents = new AtomicLong();
    private final AtomicIntegerArray outcomes = new AtomicIntegerArray(Outcome.values().length);
    private final AtomicLong sent = new AtomicLong();
    private final AtomicLong dropped = new AtomicLong();
    private final AtomicLong contended = new AtomicLong();
    private final Queue<Runnable> drains = new ConcurrentLinkedQueue<>();
    private final Roots roots =
            new Roots(Settings.DEFAULTS, 1 << 14, 64 << 20, time, counters, time, this::record, drains::add);

    private void record(FinishedCommand command) {
        records.incrementAndGet();
        recordedEvents.addAndGet(command.record().events());
        outcomes.incrementAndGet(command.record().outcome().ordinal());
    }

    /** What happens over one connection, in its order; one thread at a time takes the next step. */
    private static final class Script {
        final Queue<Runnable> steps = new ArrayDeque<>();
        final AtomicBoolean taken = new AtomicBoolean();
        volatile boolean over;
    }

    @Test
    void twentyThousandRootsInRandomOrderFromEightThreads() throws Exception {
        stress(20_000);
    }

    @Test
    @Tag("long")
    void twoHundredThousandRootsInRandomOrderFromEightThreads() throws Exception {
        stress(200_000);
    }

    private void stress(int commands) throws Exception {
        int killed = 0;
        int perPhase = 8_000;
        for (int begun = 0; begun < commands; begun += perPhase) {
            int to = Math.min(commands, begun + perPhase);
            killed += phase(begun, to);
            for (int i = 0; i < 4; i++) {
                settle();
            }
            assertThat(roots.live().roots()).as("live after %d", to).isZero();
        }
        assertThat(records.get()).isEqualTo(commands);
        assertThat(outcomes.get(Outcome.LOST.ordinal())).isEqualTo(killed);
        assertThat(outcomes.get(Outcome.EXITED.ordinal())).isEqualTo(commands - killed);
        // Every line is on a record, or was dropped for a reason.
        assertThat(sent.get()).isEqualTo(recordedEvents.get() + dropped.get());
        LiveRoots live = roots.live();
        assertThat(live.openings()).isZero();
        assertThat(live.processes()).isZero();
        assertThat(live.scratchBytes()).isZero();
        assertThat(live.alarms()).isZero();
        assertThat(live.tombstones()).isEqualTo(Math.min(commands, 1 << 14));
        assertThat(contended.get())
                .as("steps at a root that another thread was at")
                .isGreaterThan(commands / 100);
    }

    /** All threads take steps at random until every script of these commands is over; returns how many were killed. */
    private int phase(int from, int to) throws Exception {
        AtomicInteger next = new AtomicInteger(from);
        AtomicInteger killed = new AtomicInteger();
        int slots = 64;
        AtomicReferenceArray<List<Script>> active = new AtomicReferenceArray<>(slots);
        AtomicIntegerArray busy = new AtomicIntegerArray(slots);
        try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
            List<Future<?>> done = new ArrayList<>();
            for (int t = 0; t < THREADS; t++) {
                SplittableRandom random = new SplittableRandom(31L * from + t);
                done.add(threads.submit(() -> {
                    while (next.get() < to || !areOver(active)) {
                        int slot = random.nextInt(slots);
                        if (busy.getAndIncrement(slot) > 0) {
                            contended.incrementAndGet();
                        }
                        step(active, slot, next, to, random, killed);
                        busy.decrementAndGet(slot);
                        if (random.nextInt(16) == 0) {
                            drain();
                        }
                    }
                }));
            }
            for (Future<?> thread : done) {
                thread.get();
            }
        }
        return killed.get();
    }

    private void step(
            AtomicReferenceArray<List<Script>> active,
            int slot,
            AtomicInteger next,
            int to,
            SplittableRandom random,
            AtomicInteger killed) {
        List<Script> scripts = active.get(slot);
        if (scripts == null || scripts.stream().allMatch(script -> script.over)) {
            if (!claimed(active, slot, scripts)) {
                return;
            }
            int n = next.getAndIncrement();
            active.set(slot, n < to ? scripts(n, killed) : List.of());
            return;
        }
        Script script = scripts.get(random.nextInt(scripts.size()));
        if (!script.over && script.taken.compareAndSet(false, true)) {
            Runnable step = script.steps.poll();
            if (step != null) {
                step.run();
            }
            script.over = script.steps.isEmpty();
            script.taken.set(false);
        }
    }

    private static boolean areOver(AtomicReferenceArray<List<Script>> active) {
        for (int slot = 0; slot < active.length(); slot++) {
            List<Script> scripts = active.get(slot);
            if (scripts != null && !scripts.stream().allMatch(script -> script.over)) {
                return false;
            }
        }
        return true;
    }

    private void drain() {
        Runnable drain = drains.poll();
        if (drain != null) {
            drain.run();
        }
    }

    /** Every waiting time runs out, on all threads. */
    private void settle() throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
            List<Future<?>> done = new ArrayList<>();
            for (int t = 0; t < THREADS; t++) {
                done.add(threads.submit(() -> {
                    while (!drains.isEmpty()) {
                        drain();
                    }
                    time.pass(1_100_000);
                }));
            }
            for (Future<?> thread : done) {
                thread.get();
            }
        }
    }

    /** Whether it is for this thread to put the next command into the slot. */
    private static boolean claimed(
            AtomicReferenceArray<List<Script>> active, int slot, @Nullable List<Script> finished) {
        Script claim = new Script();
        claim.taken.set(true);
        return active.compareAndSet(slot, finished, List.of(claim));
    }

    private List<Script> scripts(int n, AtomicInteger killed) {
        Git git = Git.process(null, n + 1, n);
        long first = 8L * n + 1;
        Line start = git.start("git", "commit");
        switch (n % 5) {
            case 0 -> {
                return List.of(script(git, first, start, git.region(n + 10), git.atexit(0, n + 100)));
            }
            case 1 -> {
                Git child = Git.process(git, 1_000_000 + n, n + 10);
                return List.of(
                        script(
                                git,
                                first,
                                start,
                                git.childStart(0, n + 9),
                                git.childExit(0, child.pid, n + 90),
                                git.atexit(0, n + 100)),
                        script(
                                child,
                                first + 1,
                                child.start("git", "rev-list"),
                                child.region(n + 20),
                                child.atexit(0, n + 80)));
            }
            case 2 -> {
                killed.incrementAndGet();
                return List.of(script(git, first, start, git.region(n + 10)));
            }
            case 3 -> {
                return List.of(
                        script(git, first, start, git.atexit(0, n + 100)),
                        script(git, first + 1, git.region(n + 20)),
                        script(git, first + 2, git.region(n + 30)));
            }
            default -> {
                Script own = script(git, first, start, git.atexit(0, n + 100));
                for (Line line : List.of(git.region(n + 20), git.region(n + 30))) {
                    own.steps.addAll(script(git, first + 1 + own.steps.size(), line).steps);
                }
                return List.of(own);
            }
        }
    }

    private Script script(Git git, long connection, Line... lines) {
        Script script = new Script();
        for (Line line : lines) {
            script.steps.add(() -> {
                sent.incrementAndGet();
                List<DropReason> reasons = roots.lines(git.root(), List.of(line), connection);
                dropped.addAndGet(reasons.size());
            });
        }
        script.steps.add(() -> roots.closed(git.sid, connection));
        script.steps.add(() -> roots.closed(git.sid, connection));
        return script;
    }

    @Test
    void afterAbandonedKilledAndLateRootsTheHeapIsWhereItWas() {
        leak(15_000);
    }

    @Test
    @Tag("long")
    void afterAHundredThousandAbandonedKilledAndLateRootsTheHeapIsWhereItWas() {
        leak(100_000);
    }

    private void leak(int each) {
        int guard = 1_000;
        Roots small = new Roots(
                Settings.DEFAULTS,
                guard,
                64 << 20,
                time,
                counters,
                time,
                _ -> records.incrementAndGet(),
                Runnable::run);
        leave(small, 0, 2 * guard);
        long before = heap();
        leave(small, 2 * guard, each);
        LiveRoots live = small.live();
        assertThat(live).isEqualTo(new LiveRoots(0, 0, 0, guard, 0, 0));
        assertThat(time.pending()).isZero();
        assertThat(heap() - before).isLessThan(4L << 20);
    }

    /** Of each kind so many: one that only started, one that was killed at work, one that is heard of again. */
    private void leave(Roots small, int from, int count) {
        for (int n = from; n < from + count; n++) {
            Git abandoned = Git.process(null, 3 * n, n);
            small.lines(abandoned.root(), List.of(abandoned.start("git", "commit")), n);
            small.closed(abandoned.sid, n);
            Git killed = Git.process(null, 3 * n + 1, n);
            small.lines(
                    killed.root(),
                    List.of(killed.start("git", "commit"), killed.childStart(0, n), killed.region(n)),
                    n);
            small.closed(killed.sid, n);
            Git late = Git.process(null, 3 * n + 2, n);
            small.lines(late.root(), List.of(late.start("git", "status"), late.atexit(0, n)), n);
            small.closed(late.sid, n);
            small.lines(late.root(), List.of(late.region(n)), n);
            small.closed(late.sid, n);
            if (n % 1_000 == 999) {
                time.pass(2_000_000);
            }
        }
        time.pass(2_000_000);
    }

    private static long heap() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
