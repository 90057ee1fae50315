package taproot.daemon;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import taproot.daemon.api.Control;
import taproot.daemon.api.ControlServer;
import taproot.daemon.config.Config;
import taproot.daemon.config.ConfigException;
import taproot.daemon.config.ConfigSource;
import taproot.daemon.config.Places;
import taproot.daemon.config.PlacesException;
import taproot.daemon.ingest.RuntimeLock;
import taproot.daemon.ingest.TraceServer;
import taproot.daemon.log.CommandLog;
import taproot.daemon.log.LogException;
import taproot.daemon.log.LogSettings;
import taproot.daemon.metrics.Counter;
import taproot.daemon.metrics.Counters;
import taproot.daemon.metrics.Part;
import taproot.daemon.repositories.Repositories;
import taproot.daemon.roots.Roots;
import taproot.daemon.roots.Sweeper;
import taproot.daemon.sink.Sinks;
import taproot.daemon.systemd.InheritedSocket;
import taproot.daemon.systemd.Supervision;
import taproot.normalizer.Redactor;
import taproot.normalizer.RunningProcess;
import taproot.normalizer.Settings;

/**
 * The daemon: the wiring of its parts, and their order of birth and death. It listens when {@link #start} returns; the
 * database opens beside it.
 */
public final class Daemon {
    private static final Logger LOG = LoggerFactory.getLogger(Daemon.class);

    /** What of the time for stopping is kept back for the log, after the sockets have been drained. */
    private static final double SHARE_OF_LOG = 0.5;

    /** How the units' socket is called ({@code FileDescriptorName=}). */
    private static final String INHERITED_NAME = "trace2";

    /** A database that takes longer is opened on; meanwhile what git says waits in memory. */
    private static final Duration PATIENCE_WITH_DATABASE = Duration.ofSeconds(2);

    /** What stopping may take besides its grace: sockets that close, a transaction that has begun. */
    private static final Duration MARGIN = Duration.ofSeconds(5);

    private final Places places;
    private final int uid;
    private final Counters counters;
    private final LiveConfig config;
    private final StoredForm form;
    private final RuntimeLock lock;
    private final CommandLog log;
    private final Sinks sinks;
    private final TraceServer trace;
    private final Repositories repositories;
    private final Roots roots;
    private final Sweeper sweeper;
    private final Supervision supervision;
    private final @Nullable InheritedSocket inherited;
    private final DaemonControl control;
    private final ControlServer controlServer;

    /** Pushes what has to be undone when a later step fails onto {@code undo}. */
    private Daemon(
            Config config,
            ConfigSource source,
            Places places,
            String version,
            Map<String, String> environment,
            Deque<AutoCloseable> undo)
            throws LogException, IOException, ConfigException {
        this.places = places;
        this.config = new LiveConfig(config, source);
        counters = new Counters();
        supervision = new Supervision(environment, counters);
        undo.push(supervision);
        inherited = supervision.socket(INHERITED_NAME, places.traceSocket());
        uid = (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
        lock = RuntimeLock.acquire(places.runtimeDirectory(), inherited == null ? places.traceSocket() : null);
        undo.push(lock);
        Redactor redactor = new Redactor(config.redact().patterns(), new EndlessPatterns(counters));
        form = new StoredForm(redactor);
        sinks = Sinks.configured(config.sinks());
        log = CommandLog.open(
                places.stateDirectory(),
                logSettings(config.log()),
                sinks.cursors(),
                form,
                counters,
                InstantSource.system());
        undo.push(() -> log.close(Duration.ZERO));
        sinks.start(places.stateDirectory(), log, counters);
        undo.push(() -> sinks.stop(System.nanoTime()));
        repositories = Repositories.start(
                repositorySettings(config), counters, places.stateDirectory(), log::append, log::queuedBytes);
        undo.push(() -> repositories.stop(Duration.ZERO));
        trace = new TraceServer(config.ingest().loops(), config.ingest().lineLimit(), uid, counters);
        undo.push(trace::stop);
        roots = new Roots(
                settings(config),
                config.roots().completedGuard(),
                config.roots().scratchTotal(),
                Roots.Clock.SYSTEM,
                counters,
                trace.timers(),
                repositories::accept,
                trace::drain);
        roots.onUnplaced(repositories::unplaced);
        repositories.attend(witness(roots, trace));
        control = new DaemonControl(this, version, Instant.now(), form);
        if (inherited == null) {
            trace.listen(places.traceSocket(), roots);
        } else {
            trace.adopt(inherited.descriptor(), inherited.path(), roots);
        }
        controlServer = ControlServer.start(places.controlSocket(), control, log, places.stateDirectory(), counters);
        undo.push(controlServer::stop);
        listen(config.api());
        sweeper = Sweeper.start(roots, counters);
        IdleHeap.watch(trace.timers(), () -> counters.get(Counter.EVENTS_RECEIVED), IdleHeap.Heap.OWN);
        repositories.prepare();
    }

    private void listen(Config.Api api) throws IOException {
        if (!api.listen().isGiven()) {
            return;
        }
        if (api.tokenFile().isEmpty()) {
            throw new IOException("api.listen needs api.token_file: a file (0600) with the token that clients send");
        }
        int port = controlServer.listen(api.listen(), Path.of(api.tokenFile()));
        LOG.info(
                "listening on {}, port {}, for those with the token",
                api.listen().host(),
                port);
    }

    /** The same for a daemon that is nobody's service: it notifies nobody and inherits nothing. */
    public static Daemon start(Config config, Places places, String version) throws DaemonStartException {
        return start(config, ConfigSource.of(places.configFile(), List.of()), places, version, Map.of());
    }

    /**
     * Starts a daemon and returns once it listens on both sockets.
     *
     * @param source where it is read again
     * @param version the program's own, for status
     * @param environment where systemd says what it has for its service, and wants to hear of it
     * @throws DaemonStartException when it cannot; nothing is left running then
     */
    public static Daemon start(
            Config config, ConfigSource source, Places places, String version, Map<String, String> environment)
            throws DaemonStartException {
        Deque<AutoCloseable> undo = new ArrayDeque<>();
        try {
            places.prepareRuntimeDirectory();
            places.prepareStateDirectory();
            Daemon daemon = new Daemon(config, source, places, version, environment, undo);
            undo.clear();
            daemon.announce();
            return daemon;
        } catch (ConfigException e) {
            throw new DaemonStartException("bad configuration:\n" + e.getMessage(), e);
        } catch (PlacesException | LogException | IOException e) {
            throw new DaemonStartException(String.valueOf(e.getMessage()), e);
        } finally {
            undo.forEach(Daemon::undo);
        }
    }

    /**
     * Tells systemd that the service is started: it listens, and the database is open or may yet be. One that nobody but
     * its user can mend is no service.
     */
    private void announce() {
        log.opened()
                .toCompletableFuture()
                .completeOnTimeout(null, PATIENCE_WITH_DATABASE.toMillis(), TimeUnit.MILLISECONDS)
                .whenComplete((_, failure) -> {
                    if (failure == null) {
                        supervision.ready(this::inOneLine, this::alive);
                    }
                });
    }

    private String inOneLine() {
        Control.Status status = status();
        return "Log " + status.log().state() + ", "
                + status.counters().getOrDefault(Counter.RECORDS_COMMITTED, 0L) + " commands recorded, "
                + status.live().commands() + " running";
    }

    /**
     * Completes when everything that a daemon consists of has done a little work: a connection was accepted and read,
     * the log's writer has turned to its work. What the disk says to the writer makes no difference: nothing would be
     * better for a new start, and what waits in memory would be lost.
     */
    private CompletionStage<?> alive() {
        return drained().thenRun(roots::probe).thenCompose(_ -> log.alive());
    }

    /** Completes, with why, if the daemon can be of no use until somebody mends something: its caller stops it then. */
    public CompletionStage<String> useless() {
        CompletableFuture<String> useless = new CompletableFuture<>();
        log.opened().whenComplete((_, failure) -> {
            if (failure != null) {
                Throwable why = failure.getCause() == null ? failure : failure.getCause();
                useless.complete(String.valueOf(why.getMessage()));
            }
        });
        return useless;
    }

    private static void undo(AutoCloseable step) {
        try {
            step.close();
        } catch (Exception e) {
            // The reason why the daemon does not start is told; this would only hide it.
            LOG.debug("while giving up the start: {}", e.toString());
        }
    }

    /**
     * Completes with the log's head once everything that git had sent before the call is committed: read from the
     * sockets, its waiting times over, written. Commands that go on are not waited for.
     */
    public CompletionStage<Long> barrier() {
        return drained()
                .thenCompose(_ -> settled())
                // What lingered was finished by a drain of its own, which this one comes after.
                .thenCompose(_ -> drained())
                .thenCompose(_ -> repositories.idle())
                .thenCompose(_ -> log.committed());
    }

    /**
     * Completes once a connection of the daemon's own was accepted on the trace2 socket and read, its event has been
     * through the live state, and the log's writer has had its turn after it.
     */
    CompletionStage<Long> probe() {
        return drained().thenRun(roots::probe).thenCompose(_ -> log.committed());
    }

    private CompletableFuture<Void> drained() {
        CompletableFuture<Void> drained = new CompletableFuture<>();
        trace.drain(() -> drained.complete(null));
        return drained;
    }

    private CompletableFuture<Void> settled() {
        CompletableFuture<Void> settled = new CompletableFuture<>();
        roots.whenSettled(() -> settled.complete(null));
        return settled;
    }

    /**
     * Stops: reads what git has sent, finishes what goes on as interrupted, writes the log. Blocks for {@code grace} at
     * most, and a little.
     *
     * @return false when something that was received could not be written in time; the counters say how much
     */
    public boolean stop(Duration grace) throws InterruptedException {
        long deadline = System.nanoTime() + grace.toNanos();
        supervision.stopping(grace.plus(MARGIN));
        sweeper.close();
        awaitDrained(Duration.ofNanos((long) (grace.toNanos() * (1 - SHARE_OF_LOG))));
        trace.stop();
        repositories.settle(Duration.ofNanos(Math.max(0, deadline - System.nanoTime()) / 4));
        roots.interrupt();
        repositories.stop(Duration.ofNanos(Math.max(0, deadline - System.nanoTime()) / 2));
        stopSinks(deadline);
        log.close(Duration.ofNanos(Math.max(0, deadline - System.nanoTime())));
        try {
            controlServer.stop();
            if (inherited == null) {
                Files.deleteIfExists(places.traceSocket());
            }
            lock.close();
        } catch (IOException e) {
            LOG.warn("could not tidy up {}: {}", places.runtimeDirectory(), e.toString());
        }
        sayWhatItCost();
        supervision.close();
        return counters.get(Counter.RECORDS_UNWRITTEN) == 0;
    }

    private void sayWhatItCost() {
        long interrupted = counters.get(Counter.COMMANDS_INTERRUPTED);
        if (interrupted > 0) {
            LOG.info("Commands that went on and are recorded as interrupted: {}", interrupted);
        }
    }

    /** What they do not deliver now is in the log, so the log's own share of the time comes first. */
    private void stopSinks(long deadline) throws InterruptedException {
        if (sinks.status().isEmpty()) {
            return;
        }
        long left = Math.max(0, deadline - System.nanoTime());
        try {
            log.committed().toCompletableFuture().get((long) (left * SHARE_OF_LOG), TimeUnit.NANOSECONDS);
        } catch (TimeoutException | ExecutionException e) {
            LOG.debug("the log takes its time: {}", e.toString());
        }
        sinks.stop(System.nanoTime() + (long) ((deadline - System.nanoTime()) * SHARE_OF_LOG));
    }

    private void awaitDrained(Duration patience) throws InterruptedException {
        try {
            drained().get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            LOG.warn("stopped before everything that git had sent was read");
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The configuration in force. */
    public Config config() {
        return config.current();
    }

    /**
     * Reads the configuration again, whole or not at all, and applies what can change live. Blocks while it reads.
     *
     * @throws ConfigException if anything is wrong with it; the old one stays in force then
     */
    public Control.Reloaded reload() throws ConfigException {
        supervision.reloading();
        String outcome = "The configuration could not be read again and stays as it was";
        try {
            Control.Reloaded reloaded = config.reload(next -> Sinks.configured(next.sinks()), this::apply);
            outcome = "Configuration read again: applied " + reloaded.applied() + ", after a restart "
                    + reloaded.restart();
            LOG.info(outcome);
            return reloaded;
        } catch (ConfigException e) {
            counters.failed(Part.CONFIGURATION, "the configuration stays as it was: " + e.getMessage());
            throw e;
        } finally {
            supervision.reloaded(outcome);
        }
    }

    private void apply(Config changed) {
        form.redactor(new Redactor(changed.redact().patterns(), new EndlessPatterns(counters)));
        log.reload(logSettings(changed.log()));
        roots.reload(settings(changed));
        repositories.reload(repositorySettings(changed));
        sinks.resize(changed.sinks().flushes());
    }

    public Places places() {
        return places;
    }

    /** What the control socket would answer. */
    public Control.Status status() {
        return control.status();
    }

    /** Commands that have not ended. */
    public List<Control.Live> live() {
        return control.live();
    }

    /** How many they are. */
    public int liveCommands() {
        return live().size();
    }

    int uid() {
        return uid;
    }

    Counters counters() {
        return counters;
    }

    CommandLog log() {
        return log;
    }

    Sinks sinks() {
        return sinks;
    }

    Repositories repositories() {
        return repositories;
    }

    Roots roots() {
        return roots;
    }

    static Settings settings(Config config) {
        Config.Roots roots = config.roots();
        return new Settings(
                micros(roots.overhang()),
                micros(roots.linger()),
                micros(roots.adoptionGrace()),
                micros(roots.lostAfter()),
                micros(config.log().slowThreshold()),
                roots.scratchLimit());
    }

    /** Whose record is finished at the moment of looking is handed on before the turn of the loops is over. */
    private static Repositories.Witness witness(Roots roots, TraceServer trace) {
        return then -> roots.whenRead(() -> {
            List<RunningProcess> changing = roots.changing();
            trace.afterTurn(() -> then.accept(changing));
        });
    }

    private static Repositories.Settings repositorySettings(Config config) {
        return new Repositories.Settings(
                config.repositories().timeout(),
                config.ingest().ignore(),
                config.log().queueLimit());
    }

    static LogSettings logSettings(Config.Log log) {
        return new LogSettings(
                switch (log.durability()) {
                    case NORMAL -> LogSettings.Durability.NORMAL;
                    case FULL -> LogSettings.Durability.FULL;
                },
                log.readOnlyAge(),
                log.retentionAge(),
                log.retentionSize(),
                log.queueLimit(),
                LogSettings.DEFAULTS.retryFirst(),
                LogSettings.DEFAULTS.retryLongest(),
                LogSettings.DEFAULTS.retentionInterval());
    }

    private static long micros(Duration duration) {
        return TimeUnit.NANOSECONDS.toMicros(duration.toNanos());
    }
}
