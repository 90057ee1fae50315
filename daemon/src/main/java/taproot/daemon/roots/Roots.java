package taproot.daemon.roots;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import taproot.daemon.metrics.Counter;
import taproot.daemon.metrics.Counters;
import taproot.normalizer.DropReason;
import taproot.normalizer.FinishedCommand;
import taproot.normalizer.Line;
import taproot.normalizer.Normalizer;
import taproot.normalizer.Outcome;
import taproot.normalizer.RunningProcess;
import taproot.normalizer.Settings;
import taproot.normalizer.Sid;
import taproot.normalizer.TraceBudget;

/**
 * Live state, sharded by root: one {@link ConcurrentHashMap}, one object per root, every change one atomic compute.
 *
 * <p>The compute function is the critical section: pure, short, no I/O, no call out, no other map. What the caller has
 * to do next comes out of it as a {@link Verdict} and is done after it. Nothing here is shared between two roots but
 * counters, the ring of tombstones and the sum of scratch bytes, none of which can make a caller wait.
 *
 * <p>Thread-safe, for any number of event loops.
 */
public final class Roots {
    /** No root of git's: a SID has no control characters. */
    private static final RootId PROBE = new RootId("\0probe");

    private final ConcurrentHashMap<RootId, Root> roots = new ConcurrentHashMap<>();
    private volatile Settings settings;
    private final Clock clock;
    private final Timers timers;
    private final Counters counters;
    private final Consumer<FinishedCommand> log;
    private final ScratchTotal scratchTotal;
    private final TombstoneRing tombstones;
    private final Alarms alarms;
    private final Drains drains;
    private final Settling settling;

    /** Roots in which something runs that does not only read; some of them may be over. */
    private final Set<RootId> changing = ConcurrentHashMap.newKeySet();

    /** Set before the first line comes. */
    private Consumer<Sid> unplaced = sid -> {};

    /**
     * @param log takes finished commands; called after the compute, on the thread that finished them, and may not block
     * @param drain reads everything that git has sent so far, then runs what it was given
     */
    public Roots(
            Settings settings,
            int completedGuard,
            long scratchTotalLimit,
            Clock clock,
            Counters counters,
            Timers timers,
            Consumer<FinishedCommand> log,
            Consumer<Runnable> drain) {
        this.settings = settings;
        this.clock = clock;
        this.timers = timers;
        this.counters = counters;
        this.log = log;
        this.scratchTotal = new ScratchTotal(scratchTotalLimit, counters);
        this.tombstones = new TombstoneRing(completedGuard, roots, counters);
        this.alarms = new Alarms(timers, clock, this::due);
        this.drains = new Drains(clock, counters, drain, this::drained);
        this.settling = new Settling(settings, clock, timers, alarms, drains, this::deadline);
    }

    /**
     * Who is told of a process that runs and did not say where, so that its working directory can be looked at. To be set
     * before the first line comes; called after the compute, and may not block.
     */
    public void onUnplaced(Consumer<Sid> listener) {
        unplaced = listener;
    }

    /** Runs the action when everything that git has sent so far has been read; several at once cost one reading. */
    public void whenRead(Runnable action) {
        drains.follow(action);
    }

    /**
     * Applies lines of one root that came over one connection, in one step.
     *
     * @return how many were dropped, each with its reason; empty for nearly every call
     */
    public List<DropReason> lines(RootId id, List<Line> lines, long connection) {
        Verdict verdict = new Verdict();
        long now = clock.monotonicMicros();
        long wall = clock.epochMicros();
        try {
            roots.compute(id, (_, root) -> {
                Root.Live live = alive(root);
                live.heardAt = now;
                live.normalizer.expect(size(lines));
                for (Line line : lines) {
                    DropReason reason = live.normalizer.line(line, connection, now);
                    if (reason != null) {
                        verdict.dropped(reason);
                    }
                }
                if (root instanceof Root.Tombstone && live.normalizer.isOver()) {
                    // Every line was late. A new stone for each of them would drive everybody else's out of the ring.
                    return root;
                }
                return advanced(id, live, now, wall, verdict);
            });
        } catch (RuntimeException | Error e) {
            giveUp(id, "applying lines", e);
            return Collections.nCopies(lines.size(), DropReason.DEFECT);
        }
        carryOut(id, verdict);
        return verdict.dropped();
    }

    private static int size(List<Line> lines) {
        int size = 0;
        for (Line line : lines) {
            size += line.size();
        }
        return size;
    }

    /** Notes that a line of this process could not be read; its record, if there will be one, says so. */
    public void unreadable(Sid sid, DropReason reason) {
        roots.computeIfPresent(RootId.of(sid), (_, root) -> {
            if (root instanceof Root.Live live) {
                live.normalizer.dropped(sid, reason);
            }
            return root;
        });
    }

    /** A connection that carried lines of this process closed. A second call for the same pair changes nothing. */
    public void closed(Sid sid, long connection) {
        change(RootId.of(sid), "closing", (live, now) -> live.normalizer.closed(sid, connection, now));
    }

    /**
     * A process that a sweeper may judge.
     *
     * @param heardAgo how many microseconds ago its first line was read: it had started by then
     */
    record Silent(Sid sid, long heardAgo) {}

    /** Those that may be judged, of roots that have been silent for so many microseconds. */
    List<Silent> silentFor(long micros) {
        long now = clock.monotonicMicros();
        List<Silent> silent = new ArrayList<>();
        forEachLive(live -> {
            if (live.heardAt <= now - micros) {
                live.normalizer.sweepable().forEach((sid, heardAt) -> silent.add(new Silent(sid, now - heardAt)));
            }
        });
        return silent;
    }

    /**
     * The process does not exist any more, although somebody holds its connection open. Its last words may not have been
     * read yet: that is done first, and what has ended by then, or goes on as a second life, is not gone.
     */
    void gone(Sid sid) {
        drains.follow(() -> change(RootId.of(sid), "judging a silent process", (live, now) -> {
            if (live.normalizer.sweepable().containsKey(sid)) {
                live.normalizer.gone(sid);
            }
        }));
    }

    /** The daemon stops: finishes everything as it is. No line may come after it. */
    public void interrupt() {
        for (RootId id : roots.keySet()) {
            Verdict verdict = new Verdict();
            long now = clock.monotonicMicros();
            long wall = clock.epochMicros();
            try {
                roots.computeIfPresent(id, (_, root) -> {
                    if (root instanceof Root.Live live) {
                        live.normalizer.interrupt(now, wall);
                        collect(live, verdict);
                    }
                    return root;
                });
            } catch (RuntimeException | Error e) {
                giveUp(id, "interrupting", e);
            }
            carryOut(id, verdict);
        }
    }

    /** The sum of bytes that raw traces and unfinished lines share. */
    public TraceBudget budget() {
        return scratchTotal;
    }

    /**
     * What is live now; walks all roots, for people to look at. Reads sizes without entering any root, so that it never
     * makes a loop wait: each of them may be that of a moment ago, and they need not fit together.
     */
    public LiveRoots live() {
        LiveRoots.Counter counted = new LiveRoots.Counter();
        for (Root root : roots.values()) {
            counted.count(root);
        }
        return counted.sum(scratchTotal.bytes(), alarms.armed());
    }

    /** For how long the one has been silent that was silent for longest; zero where nothing is live. As {@link #live}, at a glance. */
    public Duration longestSilence() {
        long now = clock.monotonicMicros();
        long since = now;
        for (Root root : roots.values()) {
            if (root instanceof Root.Live live) {
                since = Math.min(since, live.heardAt);
            }
        }
        return Duration.of(now - since, ChronoUnit.MICROS);
    }

    /** The commands that are running, as far as they were heard of. */
    public List<LiveCommand> liveCommands() {
        List<LiveCommand> commands = new ArrayList<>();
        forEachLive(live ->
                live.normalizer.running().forEach(process -> commands.add(new LiveCommand(process, live.heardAt))));
        return commands;
    }

    /** Roots that come from now on go by these; waiting times stay as they were at the start. */
    public void reload(Settings changed) {
        settings = changed;
    }

    /**
     * Takes an event of the daemon's own the way that git's go, into the critical section of a root that nobody else can
     * name; it leaves nothing behind. Returns once it has been through.
     */
    public void probe() {
        roots.compute(PROBE, (_, _) -> null);
    }

    /**
     * The processes that run, or have ended and are on no finished record, and do not only read; owners or not. Enters
     * only roots that have such a one.
     */
    public List<RunningProcess> changing() {
        List<RunningProcess> found = new ArrayList<>();
        for (RootId id : changing) {
            boolean[] live = {false};
            roots.computeIfPresent(id, (_, root) -> {
                if (root instanceof Root.Live entered) {
                    live[0] = true;
                    found.addAll(entered.normalizer.changing());
                }
                return root;
            });
            if (!live[0]) {
                changing.remove(id);
            }
        }
        return found;
    }

    /**
     * Runs the action when no waiting time that was running at the call is left, and everything has been read that git
     * had sent by then; commands that go on do not count.
     */
    public void whenSettled(Runnable action) {
        settling.whenSettled(action);
    }

    private long deadline(RootId id) {
        long[] deadline = {Normalizer.NEVER};
        roots.computeIfPresent(id, (_, root) -> {
            if (root instanceof Root.Live live) {
                deadline[0] = live.normalizer.deadline();
            }
            return root;
        });
        return deadline[0];
    }

    /** Enters the live roots one by one; tombstones, which are most of the map, are passed over without a lock. */
    private void forEachLive(Consumer<Root.Live> look) {
        roots.forEach((id, seen) -> {
            if (seen instanceof Root.Live) {
                roots.computeIfPresent(id, (_, root) -> {
                    if (root instanceof Root.Live live) {
                        look.accept(live);
                    }
                    return root;
                });
            }
        });
    }

    // Inside the compute.

    private Root.Live alive(@Nullable Root root) {
        return switch (root) {
            case null -> new Root.Live(new Normalizer(settings, scratchTotal));
            case Root.Live live -> live;
            case Root.Tombstone stone -> new Root.Live(new Normalizer(settings, scratchTotal, stone.memory));
        };
    }

    /** Lets the root finish what it can; what becomes of it: itself, a tombstone, or nothing. */
    private @Nullable Root advanced(RootId id, Root.Live live, long now, long wall, Verdict verdict) {
        live.normalizer.advance(now, wall);
        collect(live, verdict);
        if (live.normalizer.isOver()) {
            if (live.normalizer.memory().isEmpty()) {
                return null;
            }
            Root.Tombstone stone = new Root.Tombstone(id, live.normalizer.memory());
            verdict.buried(stone);
            return stone;
        }
        long deadline = live.normalizer.deadline();
        if (deadline < live.alarmAt) {
            live.alarmAt = deadline;
            verdict.alarmAt(deadline);
        }
        return live;
    }

    private static void collect(Root.Live live, Verdict verdict) {
        verdict.finished(live.normalizer.takeFinished());
        if (live.normalizer.isChanging() && !live.changing) {
            live.changing = true;
            verdict.changing();
        }
        verdict.unplaced(live.normalizer.takeUnplaced());
        verdict.drainWanted(live.normalizer.takeDrainWanted());
        verdict.adopted(live.normalizer.takeAdopted());
        verdict.uncounted(
                live.normalizer.takeEmptySecondLives(),
                live.normalizer.takeUnstarted(),
                live.normalizer.takeUnclaimedReports());
    }

    // After it.

    private void carryOut(RootId id, Verdict verdict) {
        if (verdict.isChanging()) {
            changing.add(id);
        }
        verdict.unplaced().forEach(unplaced); // First: whoever finishes a record looks for what was learned here.
        verdict.finished().forEach(this::record);
        counters.add(Counter.SECOND_LIVES_EMPTY, verdict.emptySecondLives());
        counters.add(Counter.PROCESSES_UNSTARTED, verdict.unstarted());
        counters.add(Counter.COMMANDS_ADOPTED, verdict.adopted());
        counters.add(Counter.REPORTS_UNCLAIMED, verdict.unclaimedReports());
        Root.Tombstone stone = verdict.tombstone();
        if (stone != null) {
            changing.remove(id);
            tombstones.add(stone);
        }
        if (verdict.alarmAt() != Normalizer.NEVER) {
            alarms.set(id, verdict.alarmAt());
        }
        if (verdict.drainWanted()) {
            drains.want(id);
        }
    }

    private void record(FinishedCommand command) {
        if (command.record().outcome() == Outcome.INTERRUPTED) {
            counters.increment(Counter.COMMANDS_INTERRUPTED);
        }
        try {
            log.accept(command);
        } catch (RuntimeException | Error e) {
            // What else the verdict asks for must still be done, or the root stays behind for ever.
            counters.defect("handing a record to the log", e);
            counters.increment(Counter.RECORDS_REFUSED);
        }
    }

    /**
     * A defect of ours was met in this root: what it had finished is kept, what was going on in it is lost. Otherwise the
     * same exception would be met at each of its lines, and it would never end.
     */
    private void giveUp(RootId id, String doing, Throwable why) {
        counters.defect(doing, why);
        Verdict verdict = new Verdict();
        roots.computeIfPresent(id, (_, root) -> {
            if (!(root instanceof Root.Live live)) {
                return root;
            }
            counters.increment(Counter.ROOTS_GIVEN_UP);
            scratchTotal.giveBack(live.normalizer.scratchBytes());
            verdict.finished(live.normalizer.takeFinished());
            if (live.normalizer.memory().isEmpty()) {
                return null;
            }
            Root.Tombstone stone = new Root.Tombstone(id, live.normalizer.memory());
            verdict.buried(stone);
            return stone;
        });
        carryOut(id, verdict);
    }

    private void due(RootId id, long alarm) {
        change(id, "waking", (live, now) -> {
            if (live.alarmAt <= alarm) {
                live.alarmAt = Normalizer.NEVER;
            }
        });
    }

    private void drained(RootId id, long until) {
        change(id, "finishing after a drain", (live, now) -> live.normalizer.drained(until, now));
    }

    private interface Change {
        void apply(Root.Live live, long now);
    }

    private void change(RootId id, String doing, Change change) {
        Verdict verdict = new Verdict();
        long now = clock.monotonicMicros();
        long wall = clock.epochMicros();
        try {
            roots.computeIfPresent(id, (_, root) -> {
                if (!(root instanceof Root.Live live)) {
                    return root;
                }
                change.apply(live, now);
                return advanced(id, live, now, wall, verdict);
            });
        } catch (RuntimeException | Error e) {
            giveUp(id, doing, e);
            return;
        }
        carryOut(id, verdict);
    }

    /** Runs tasks later, on threads of its own. */
    @FunctionalInterface
    public interface Timers {
        /** Runs the task after so many microseconds; never, when whoever runs the timers has stopped. */
        void after(long micros, Runnable task);
    }

    /** Times in microseconds, so that a test can tell them. */
    public interface Clock {
        Clock SYSTEM = new Clock() {
            @Override
            public long monotonicMicros() {
                return TimeUnit.NANOSECONDS.toMicros(System.nanoTime());
            }

            @Override
            public long epochMicros() {
                java.time.Instant now = java.time.Instant.now();
                return now.getEpochSecond() * 1_000_000L + now.getNano() / 1_000;
            }
        };

        long monotonicMicros();

        long epochMicros();
    }
}
