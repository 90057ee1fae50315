package taproot.daemon.repositories;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import taproot.daemon.metrics.Counter;
import taproot.daemon.metrics.Counters;
import taproot.daemon.metrics.Part;
import taproot.daemon.metrics.Waiting;
import taproot.normalizer.CommandRecord;
import taproot.normalizer.FinishedCommand;
import taproot.normalizer.RunningProcess;
import taproot.normalizer.Sid;

/**
 * Completes finished commands on their way to the log: in which repository they ran. What is known already costs its
 * caller a look into a cache; everything else is looked up on threads of its own, so that nothing here ever makes a
 * caller wait. A file system that hangs delays the commands of its own repositories alone, and no longer than
 * {@code repositories.timeout}: then they go on, and their records say so. Within a family what came before is handed on
 * before, unless it takes long.
 */
public final class Repositories {
    private static final Logger LOG = LoggerFactory.getLogger(Repositories.class);

    /** What hangs for longer is made up for by another thread, and nobody of its family waits for it to keep the order. */
    private static final Duration SLOW = WayOut.PATIENCE;

    /** A crash costs what was read since; more often than this nobody needs it. */
    private static final Duration SAVED_EVERY = Duration.ofSeconds(10);

    private static final String CURSORS = "reflogs";

    private static final Witness NOBODY = then -> then.accept(List.of());

    private final Counters counters;
    private final LongSupplier queuedBytes;
    private final Lanes lanes;
    private final Resolver resolver;
    private final Cursors cursors;
    private final Traffic traffic = new Traffic();
    private final Movements movements;
    private final WayOut out;
    private final WorkingDirectories workingDirectories = new WorkingDirectories();
    private final Alarms alarms;

    /** Set before the first command comes. */
    private volatile Witness witness = NOBODY;

    /** Who hangs, who has waited for too long, and who is let pass. */
    private final Recurring patience;

    private final Recurring saving;
    private volatile Settings settings;
    private volatile boolean witnessed = true;
    private volatile boolean stopped;

    /**
     * @param timeout how long a command may wait for a file system
     * @param ignore patterns of the paths of which nothing is recorded
     * @param queueLimit bytes that may wait here and before the log together
     */
    public record Settings(Duration timeout, List<String> ignore, long queueLimit) {}

    /** Knows what is going on while a command ends. */
    public interface Witness {
        /**
         * Tells, on any thread, which processes run, or have ended and are on no finished record, and do not only read; when
         * everything has been read that git has sent so far. Those of finished records have been handed in by then.
         */
        void changing(Consumer<List<RunningProcess>> then);
    }

    private Repositories(
            Settings settings,
            Counters counters,
            Path stateDirectory,
            Consumer<FinishedCommand> log,
            LongSupplier queuedBytes) {
        this.settings = settings;
        this.counters = counters;
        this.queuedBytes = queuedBytes;
        this.out = new WayOut(IgnoredPaths.of(settings.ignore()), counters, log);
        this.alarms = new Alarms(counters);
        this.patience = new Recurring(tick(settings), this::look, alarms::run);
        this.saving = new Recurring(SAVED_EVERY, this::saveBesides, alarms::run);
        this.lanes = new Lanes(counters, patience::isNeeded);
        this.resolver = new Resolver(lanes);
        this.cursors = new Cursors(stateDirectory.resolve(CURSORS), lanes);
        this.movements = new Movements(
                lanes, cursors, traffic, resolver, then -> witness.changing(then), alarms, counters, this::moved);
    }

    /**
     * Begins.
     *
     * @param stateDirectory where it is written how far each reflog was read
     * @param log takes the completed commands, on any thread; may not block
     * @param queuedBytes what waits behind it
     */
    public static Repositories start(
            Settings settings,
            Counters counters,
            Path stateDirectory,
            Consumer<FinishedCommand> log,
            LongSupplier queuedBytes) {
        Repositories repositories = new Repositories(settings, counters, stateDirectory, log, queuedBytes);
        repositories.lanes.submit(CURSORS, repositories.cursors::load);
        return repositories;
    }

    /**
     * Does what the first look costs besides (calls into the C library are linked), so that no command waits for it. To be
     * called when nothing is more urgent.
     */
    public void prepare() {
        lanes.submit("/", resolver::prepare);
    }

    private static Duration tick(Settings settings) {
        long tick = Math.min(settings.timeout().toMillis() / 8, SLOW.toMillis());
        return Duration.ofMillis(Math.max(tick, 1));
    }

    /** Who knows what else is going on. To be set before the first command comes. */
    public void attend(Witness present) {
        witness = present;
    }

    /** Whether a command ran in a repository of which nothing is to be recorded. */
    public static Predicate<CommandRecord> ignoring(List<String> patterns) {
        return IgnoredPaths.of(patterns);
    }

    /** Finds the repository that a path lies in; where the file system is slow, completes with the path as it is written. */
    public CompletableFuture<Located> locate(String path) {
        CompletableFuture<Located> located = new CompletableFuture<>();
        lanes.submit(RawPath.ofText(path).bytes(), () -> located.complete(Located.of(path)));
        return located.completeOnTimeout(
                Located.asWritten(path), settings.timeout().toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Forgets how far each reflog was read, and so which there are; costs an attribution or two. */
    public CompletableFuture<Void> forget() {
        CompletableFuture<Void> done = new CompletableFuture<>();
        lanes.submit(CURSORS, () -> {
            try {
                cursors.forget();
                done.complete(null);
            } catch (IOException e) {
                done.completeExceptionally(e);
            }
        });
        return done;
    }

    /** The same where no daemon runs. */
    public static void forget(Path stateDirectory) throws IOException {
        Cursors.delete(stateDirectory.resolve(CURSORS));
    }

    /** Goes by these settings from now on. */
    public void reload(Settings changed) {
        out.ignore(IgnoredPaths.of(changed.ignore()));
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
        Traffic.Journey journey = traffic.note(record);
        if (Clue.movesPlaces(record)) {
            resolver.distrust();
        }
        Resolver.Found fresh = Clue.makes(record) ? null : fresh(command);
        if (fresh instanceof Resolver.Found.Here(Known known) && journey == null) {
            out.handOn(command.with(record.withRepository(known.repository())), known.family());
        } else if (fresh instanceof Resolver.Found.Lost(Unresolved why)) {
            giveUp(command, journey, Resolver.lost(record.repository(), why));
        } else if (stopped) {
            giveUp(command, journey, record.repository());
        } else if (workingDirectories.isExpected(record.sid())) {
            look(command, journey, null, record.sid());
        } else {
            Clue clue = Clue.of(command, null);
            String name = clue.name();
            if (name == null) {
                giveUp(command, journey, record.repository());
            } else {
                look(command, journey, clue, name);
            }
        }
    }

    /** What is remembered of the place that the command named, if it named one and nothing speaks of another. */
    private Resolver.@Nullable Found fresh(FinishedCommand command) {
        CommandRecord.Repository said = command.record().repository();
        if (said == null || said.worktree() == null || command.rawWorktree() != null) {
            return null;
        }
        return GlobalOptions.nameGitDir(command.record()) ? null : resolver.fresh(said.worktree(), this::lookAgain);
    }

    private void lookAgain(String worktree) {
        lanes.submit(RawPath.ofText(worktree).bytes(), () -> resolver.lookAgain(worktree));
    }

    /** @param journey of a command that may have moved refs; null for all others */
    private void look(FinishedCommand command, Traffic.@Nullable Journey journey, @Nullable Clue clue, String name) {
        CommandRecord.Repository said = command.record().repository();
        if (out.bytes() + queuedBytes.getAsLong() > settings.queueLimit() / 2) {
            counters.increment(Counter.REPOSITORIES_OVERLOADED);
            giveUp(command, journey, Resolver.lost(said, Unresolved.OVERLOADED));
        } else if (lanes.hangs(name, settings.timeout().toNanos())) {
            timedOut();
            giveUp(command, journey, Resolver.lost(said, Unresolved.TIMEOUT));
        } else {
            boolean slow = lanes.hangs(name, SLOW.toNanos());
            Pending.Item item = out.expect(command, journey, line(command, name), slow);
            lanes.submit(name, () -> find(item, clue));
        }
    }

    /** In whose line it waits: its family's, as far as that is known before anybody looks. */
    private String line(FinishedCommand command, @Nullable String name) {
        CommandRecord.Repository said = command.record().repository();
        String worktree = said == null ? null : said.worktree();
        Known last = worktree == null ? null : resolver.remembered(worktree);
        return last != null ? last.family() : name != null ? name : worktree != null ? worktree : "";
    }

    // On the lanes' threads.

    private void find(Pending.Item item, @Nullable Clue clue) {
        if (item.isClaimed()) {
            return;
        }
        CommandRecord.Repository said = item.command.record().repository();
        try {
            String sid = item.command.record().sid();
            Clue followed = clue == null ? Clue.of(item.command, workingDirectories.take(sid)) : clue;
            switch (resolver.find(followed, said == null ? null : said.worktree())) {
                case Resolver.Found.Here(Known known) -> found(item, known);
                case Resolver.Found.Nowhere() -> leave(item, said);
                case Resolver.Found.Lost(Unresolved why) -> leave(item, Resolver.lost(said, why));
            }
        } catch (RuntimeException e) {
            counters.defect("looking for a repository", e);
            leave(item, Resolver.lost(said, Unresolved.UNREADABLE));
        }
    }

    private void found(Pending.Item item, Known known) {
        Traffic.Journey journey = item.journey;
        item.foundIn(known.repository());
        out.stands(item, known.family());
        if (journey == null || !witnessed) {
            leave(item, known.repository());
        } else {
            journey.foundAt(known);
            saving.isNeeded();
            movements.look(new Movements.Mover(item, known, journey));
        }
    }

    private void moved(Movements.Mover mover, Attribution.Found found) {
        if (mover.item().claim()) {
            FinishedCommand command = mover.item().command;
            CommandRecord record = command.record().withRepository(mover.known().repository());
            out.handOn(mover.item(), command.with(record.withRefChanges(found.changes(), found.confidence())));
        }
    }

    /** No more will be known of it. */
    private void leave(Pending.Item item, CommandRecord.@Nullable Repository found) {
        if (item.claim()) {
            out.handOn(item, given(item.command, item.journey, found));
        }
    }

    // Patience.

    /** On the watch's thread, for as long as somebody is looked up or waits. */
    private boolean look() {
        alarms.guarded(() -> {
            lanes.makeUpFor(SLOW.toNanos());
            giveUp(System.nanoTime() - settings.timeout().toNanos());
            out.look();
        });
        return lanes.isBusy() || !out.isEmpty();
    }

    /** Hands on as they are those that have waited since before. */
    private void giveUp(long before) {
        for (Pending.Item item : out.expected()) {
            if (item.since - before <= 0) {
                CommandRecord.Repository found = item.repository();
                timedOut();
                movements.giveUp(item.journey);
                leave(
                        item,
                        found == null ? Resolver.lost(item.command.record().repository(), Unresolved.TIMEOUT) : found);
            }
        }
    }

    private void timedOut() {
        counters.increment(Counter.REPOSITORIES_TIMED_OUT);
        counters.failed(Part.REPOSITORIES, "a file system did not answer within repositories.timeout");
    }

    private boolean saveBesides() {
        lanes.submit(CURSORS, this::save);
        return false; // The next command that moves something asks for it again.
    }

    /** What waits here. */
    public Waiting waiting() {
        return out.waiting();
    }

    private void save() {
        try {
            cursors.save();
        } catch (IOException e) {
            counters.failed(Part.REPOSITORIES, "how far reflogs were read cannot be written down: " + e);
            LOG.debug("how far reflogs were read could not be written down: {}", e.toString());
        }
    }

    /** Completes when everything that was accepted before the call has been handed on. */
    public CompletableFuture<Void> idle() {
        return out.empty();
    }

    /**
     * Waits for those that wait, no longer than {@code grace}: from now on the witness does not know who runs, and what
     * comes is in some repository, but nothing more is said of it. For the end, before what still runs is interrupted.
     */
    public void settle(Duration grace) throws InterruptedException {
        awaitIdle(grace);
        witnessed = false;
    }

    private boolean awaitIdle(Duration grace) throws InterruptedException {
        try {
            var unused = idle().get(grace.toNanos(), TimeUnit.NANOSECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Waits for those that wait, no longer than {@code grace}, and hands on the rest as it is. What is accepted later is
     * handed on at once.
     */
    public void stop(Duration grace) throws InterruptedException {
        var unused = awaitIdle(grace);
        stopped = true;
        alarms.stop();
        giveUp(System.nanoTime());
        out.end();
        save();
        lanes.stop();
    }

    // Out.

    private void giveUp(
            FinishedCommand command, Traffic.@Nullable Journey journey, CommandRecord.@Nullable Repository found) {
        String line = line(command, null);
        FinishedCommand given = given(command, journey, found);
        if (line.isEmpty()) {
            out.handOut(given);
        } else {
            out.handOn(given, line);
        }
    }

    /** What it moved, if it may have moved anything, will not be known, unless a hook has told. */
    private static FinishedCommand given(
            FinishedCommand command, Traffic.@Nullable Journey journey, CommandRecord.@Nullable Repository found) {
        CommandRecord record = command.record().withRepository(found);
        if (journey != null) {
            journey.giveUp();
        }
        if (journey == null || record.refConfidence() != null) {
            return command.with(record);
        }
        return command.with(record.withRefChanges(List.of(), Attribution.UNKNOWN));
    }
}
