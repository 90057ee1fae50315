package taproot.daemon.repositories;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import taproot.daemon.metrics.Counter;
import taproot.daemon.metrics.Counters;
import taproot.normalizer.CommandRecord;
import taproot.normalizer.Effects;
import taproot.normalizer.FinishedCommand;
import taproot.normalizer.Sid;

/**
 * Completes finished commands on their way to the log: in which repository they ran. What is known already costs its
 * caller a look into a cache; everything else is looked up on threads of its own, so that nothing here ever makes a
 * caller wait. A file system that hangs delays the commands of its own repositories alone, and no longer than
 * {@code repositories.timeout}: then they go on, and their records say so.
 */
public final class Repositories {
    /** What hangs for longer is made up for by another thread. */
    private static final Duration SLOW = Duration.ofMillis(50);

    private static final Duration LONGEST_TICK = Duration.ofMillis(250);

    private final Counters counters;
    private final Consumer<FinishedCommand> log;
    private final LongSupplier queuedBytes;
    private final Lanes lanes;
    private final Resolver resolver;
    private final Pending pending = new Pending();
    private final WorkingDirectories workingDirectories = new WorkingDirectories();
    private final ScheduledExecutorService watch = Executors.newSingleThreadScheduledExecutor(
            task -> Thread.ofPlatform().name("repositories-watch").daemon().unstarted(task));

    private volatile Settings settings;
    private volatile IgnoredPaths ignored;
    private volatile boolean stopped;

    /**
     * @param timeout how long a command may wait for a file system
     * @param ignore patterns of the paths of which nothing is recorded
     * @param queueLimit bytes that may wait here and before the log together
     */
    public record Settings(Duration timeout, List<String> ignore, long queueLimit) {}

    private Repositories(
            Settings settings, Counters counters, Consumer<FinishedCommand> log, LongSupplier queuedBytes) {
        this.settings = settings;
        this.ignored = ignored(settings.ignore());
        this.counters = counters;
        this.log = log;
        this.queuedBytes = queuedBytes;
        this.lanes = new Lanes(counters);
        this.resolver = new Resolver(lanes);
    }

    /**
     * Begins.
     *
     * @param log takes the completed commands, on any thread; may not block
     * @param queuedBytes what waits behind it
     */
    public static Repositories start(
            Settings settings, Counters counters, Consumer<FinishedCommand> log, LongSupplier queuedBytes) {
        Repositories repositories = new Repositories(settings, counters, log, queuedBytes);
        long tick = Math.min(settings.timeout().dividedBy(8).toNanos(), LONGEST_TICK.toNanos());
        var unused = repositories.watch.scheduleWithFixedDelay(
                repositories::look, tick, Math.max(tick, TimeUnit.MILLISECONDS.toNanos(1)), TimeUnit.NANOSECONDS);
        return repositories;
    }

    /** Whether a command ran in a repository of which nothing is to be recorded. */
    public static Predicate<CommandRecord> ignoring(List<String> patterns) {
        return ignored(patterns);
    }

    private static IgnoredPaths ignored(List<String> patterns) {
        String home = System.getenv("HOME");
        return IgnoredPaths.of(patterns, home == null ? System.getProperty("user.home") : home);
    }

    /** Goes by these settings from now on; the tick by which the timeout is held stays as it was. */
    public void reload(Settings changed) {
        ignored = ignored(changed.ignore());
        settings = changed;
    }

    // In, on any thread, event loops among them.

    /** A process runs that has not said where. */
    public void unplaced(Sid sid) {
        if (!stopped) {
            workingDirectories.expect(sid);
            lanes.submit(sid.value(), () -> workingDirectories.look(sid));
        }
    }

    /** Takes a finished command and hands it on to the log, at once or when more is known. */
    public void accept(FinishedCommand command) {
        CommandRecord record = command.record();
        Known known = fresh(command);
        if (known != null) {
            handOn(command.with(record.withRepository(known.repository())));
        } else if (stopped) {
            handOn(command);
        } else if (workingDirectories.isExpected(record.sid())) {
            look(command, null, record.sid());
        } else {
            Clue clue = Clue.of(command, null);
            String name = clue.name();
            if (name == null) {
                handOn(command);
            } else {
                look(command, clue, name);
            }
        }
    }

    /** What is remembered of the place that the command named, if it named one and nothing speaks of another. */
    private @Nullable Known fresh(FinishedCommand command) {
        CommandRecord.Repository said = command.record().repository();
        if (said == null || said.worktree() == null || command.rawWorktree() != null) {
            return null;
        }
        return GlobalOptions.areAbsent(command.record()) ? resolver.fresh(said.worktree()) : null;
    }

    private void look(FinishedCommand command, @Nullable Clue clue, String name) {
        CommandRecord.Repository said = command.record().repository();
        if (pending.bytes() + queuedBytes.getAsLong() > settings.queueLimit() / 2) {
            counters.increment(Counter.REPOSITORIES_OVERLOADED);
            handOn(lost(command, said, Unresolved.OVERLOADED));
        } else if (lanes.hangs(name, settings.timeout().toNanos())) {
            counters.increment(Counter.REPOSITORIES_TIMED_OUT);
            handOn(lost(command, said, Unresolved.TIMEOUT));
        } else {
            Pending.Item item = pending.add(command);
            lanes.submit(name, () -> find(item, clue));
        }
    }

    // On the lanes' threads.

    private void find(Pending.Item item, @Nullable Clue clue) {
        if (item.isClaimed()) {
            return;
        }
        FinishedCommand command = item.command;
        CommandRecord.Repository said = command.record().repository();
        try {
            Clue followed = clue == null
                    ? Clue.of(command, workingDirectories.take(command.record().sid()))
                    : clue;
            CommandRecord.Repository found = switch (resolver.find(followed, said == null ? null : said.worktree())) {
                case Resolver.Found.Here(Known known) -> known.repository();
                case Resolver.Found.Nowhere() -> said;
                case Resolver.Found.Lost(Unresolved why) -> Resolver.lost(said, why);
            };
            finish(item, found);
        } catch (RuntimeException e) {
            counters.defect("looking for a repository", e);
            finish(item, Resolver.lost(said, Unresolved.UNREADABLE));
        }
    }

    private void finish(Pending.Item item, CommandRecord.@Nullable Repository found) {
        if (item.claim()) {
            try {
                handOn(item.command.with(item.command.record().withRepository(found)));
            } finally {
                pending.remove(item);
            }
        }
    }

    // Patience.

    /** On the watch's thread. An exception that got out would end the watch for good. */
    private void look() {
        try {
            lanes.makeUpFor(SLOW.toNanos());
            giveUp(System.nanoTime() - settings.timeout().toNanos());
        } catch (RuntimeException e) {
            counters.defect("watching repositories", e);
        }
    }

    /** Hands on as they are those that have waited since before. */
    private void giveUp(long before) {
        for (Pending.Item item : pending.all()) {
            if (item.since - before <= 0 && item.claim()) {
                counters.increment(Counter.REPOSITORIES_TIMED_OUT);
                try {
                    handOn(lost(item.command, item.command.record().repository(), Unresolved.TIMEOUT));
                } finally {
                    pending.remove(item);
                }
            }
        }
    }

    /** Completes when everything that was accepted before the call has been handed on. */
    public CompletableFuture<Void> idle() {
        return pending.gone();
    }

    /**
     * Waits for those that wait, no longer than {@code grace}, and hands on the rest as it is. What is accepted later is
     * handed on at once.
     */
    public void stop(Duration grace) throws InterruptedException {
        try {
            var unused = idle().get(grace.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            stopped = true;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
        stopped = true;
        watch.shutdownNow();
        giveUp(System.nanoTime());
        lanes.stop();
    }

    // Out.

    private static FinishedCommand lost(
            FinishedCommand command, CommandRecord.@Nullable Repository said, Unresolved why) {
        return command.with(command.record().withRepository(Resolver.lost(said, why)));
    }

    private void handOn(FinishedCommand command) {
        if (ignored.test(command.record())) {
            counters.increment(Counter.RECORDS_IGNORED);
        } else {
            log.accept(command.with(command.record().withEffects(Effects.of(command.record()))));
        }
    }
}
