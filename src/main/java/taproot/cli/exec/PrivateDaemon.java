package taproot.cli.exec;

import ch.qos.logback.classic.Level;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import taproot.cli.log.Log;
import taproot.cli.options.PlaceOptions;
import taproot.cli.terminal.CommandFailedException;
import taproot.cli.terminal.ExitStatus;
import taproot.cli.terminal.Output;
import taproot.cli.terminal.OutputClosedException;
import taproot.cli.terminal.Session;
import taproot.cli.terminal.Version;
import taproot.cli.text.Durations;
import taproot.cli.text.ShellText;
import taproot.daemon.Daemon;
import taproot.daemon.DaemonStartException;
import taproot.daemon.api.Control;
import taproot.daemon.config.Config;
import taproot.daemon.config.Places;
import taproot.daemon.log.CommandQuery;
import taproot.daemon.log.LogException;
import taproot.daemon.log.LogReader;
import taproot.normalizer.CommandRecord;

/**
 * A daemon for one command, in directories that only this run knows and that go with it; what the user names is used and
 * kept. It shares nothing with a daemon that runs for everybody.
 */
final class PrivateDaemon implements AutoCloseable {
    /** How long git commands may outlive the command before they are let go. */
    private static final Duration OUTLIVE = Duration.ofSeconds(1);

    private static final Duration BARRIER = Duration.ofSeconds(10);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(5);

    private final Session session;
    private final Path scratch;
    private final Places places;
    private final Duration grace;
    private final long before;
    private final Daemon daemon;
    private boolean stopped;

    private PrivateDaemon(PlaceOptions options, Session session, Path scratch)
            throws CommandFailedException, DaemonStartException {
        this.session = session;
        this.scratch = scratch;
        @Nullable Path runtime = options.runtimeDir();
        @Nullable Path state = options.stateDir();
        places = options.places(
                runtime == null ? scratch.resolve("run") : runtime,
                state == null ? scratch.resolve("state") : state,
                session.environment());
        Config config = options.config(places);
        grace = config.shutdownGrace();
        before = state == null ? 0 : head(places.stateDirectory());
        daemon = Daemon.start(config, places, Version.current().text());
    }

    static PrivateDaemon start(PlaceOptions options, Session session) throws CommandFailedException, IOException {
        quiet();
        Path scratch = Files.createTempDirectory("taproot-exec-"); // 0700
        try {
            return new PrivateDaemon(options, session, scratch);
        } catch (DaemonStartException e) {
            remove(scratch);
            throw new CommandFailedException(ExitStatus.EXEC_FAILED, String.valueOf(e.getMessage()), e);
        } catch (CommandFailedException e) {
            remove(scratch);
            throw e;
        }
    }

    /** Standard error is the command's: of the daemon it hears only what went wrong. */
    private static void quiet() {
        if (LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME)
                instanceof ch.qos.logback.classic.Logger everything) {
            everything.setLevel(Level.WARN);
        }
    }

    private static long head(Path state) throws CommandFailedException {
        try (LogReader log = LogReader.open(state)) {
            return log.head();
        } catch (LogException e) {
            if (e.kind() == LogException.Kind.NO_LOG) {
                return 0;
            }
            throw Log.failed(e);
        }
    }

    /** What {@code GIT_TRACE2_EVENT} has to say. */
    String traceTarget() {
        return "af_unix:stream:" + places.traceSocket();
    }

    /** Waits until all of the command is recorded, and then stops. */
    void finish(SignalRelay signals) throws InterruptedException {
        long end = System.nanoTime();
        barrier();
        boolean again = await(running -> true, end + OUTLIVE.toNanos(), signals);
        List<Control.Live> old = select(PrivateDaemon::diesOfAClosedSocket);
        if (!old.isEmpty()) {
            session.say("waiting for " + names(old) + ": a git of that age would die if its socket were closed");
            again |= await(PrivateDaemon::diesOfAClosedSocket, Long.MAX_VALUE, signals);
        }
        if (again) {
            barrier();
        }
        List<Control.Live> running = daemon.live();
        if (!running.isEmpty()) {
            session.say("still running, let go: " + names(running));
        }
        stopped = true;
        if (!daemon.stop(grace)) {
            session.say("not everything could be recorded within " + Durations.human(grace.toMillis() * 1_000)
                    + "; what follows is incomplete");
        }
    }

    private void barrier() throws InterruptedException {
        try {
            daemon.barrier().toCompletableFuture().get(BARRIER.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            session.say("git has sent more than could be recorded within " + BARRIER.toSeconds()
                    + " s; what follows may be incomplete");
        } catch (ExecutionException e) {
            session.say("not everything could be recorded: " + e.getCause());
        }
    }

    /** Waits until no such command runs; says whether there was one. */
    private boolean await(Predicate<Control.Live> which, long deadline, SignalRelay signals) {
        boolean waited = false;
        while (!select(which).isEmpty() && deadline - System.nanoTime() > 0 && !signals.hurry()) {
            waited = true;
            LockSupport.parkNanos(LOOK_AGAIN.toNanos());
        }
        return waited;
    }

    private List<Control.Live> select(Predicate<Control.Live> which) {
        return daemon.live().stream().filter(which).toList();
    }

    /** git up to 2.34 does not ignore SIGPIPE while it traces. */
    static boolean diesOfAClosedSocket(Control.Live command) {
        String version = command.gitVersion();
        if (version == null) {
            return false; // Not git: it says its version before all else.
        }
        String[] parts = version.split("\\.", 3);
        if (parts.length < 2 || !parts[0].matches("\\d{1,4}") || !parts[1].matches("\\d{1,4}")) {
            return false;
        }
        int major = Integer.parseInt(parts[0]);
        return major < 2 || (major == 2 && Integer.parseInt(parts[1]) <= 34);
    }

    private static String names(List<Control.Live> commands) {
        List<String> names = new ArrayList<>();
        for (Control.Live command : commands.subList(0, Math.min(5, commands.size()))) {
            names.add(ShellText.brief(command.argv()) + " (process " + command.pid() + ")");
        }
        int more = commands.size() - names.size();
        return String.join(", ", names) + (more > 0 ? " and " + more + " more" : "");
    }

    /** What was recorded. */
    List<CommandRecord> records() throws CommandFailedException, OutputClosedException {
        try (LogReader log = Log.open(places.stateDirectory())) {
            return Log.records(log, CommandQuery.where().after(before, 0));
        } catch (LogException e) {
            throw Log.failed(e);
        }
    }

    /** Writes what was recorded as JSON lines. */
    void copy(Output out) throws CommandFailedException, OutputClosedException {
        try (LogReader log = Log.open(places.stateDirectory())) {
            Log.read(log, CommandQuery.where().after(before, 0), stored -> out.line(stored.json()));
            out.flush();
        } catch (LogException e) {
            throw Log.failed(e);
        }
    }

    @Override
    public void close() throws IOException {
        if (!stopped) {
            try {
                daemon.stop(grace);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        remove(scratch);
    }

    private static void remove(Path directory) throws IOException {
        Files.walkFileTree(directory, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.deleteIfExists(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException failed) throws IOException {
                if (failed != null) {
                    throw failed;
                }
                Files.deleteIfExists(visited);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
