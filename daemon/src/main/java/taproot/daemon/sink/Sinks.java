package taproot.daemon.sink;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import taproot.daemon.config.Config;
import taproot.daemon.config.ConfigException;
import taproot.daemon.log.CommandLog;
import taproot.daemon.log.SinkCursors;
import taproot.daemon.metrics.Counters;
import taproot.daemon.metrics.GateFigures;
import taproot.daemon.metrics.SinkStatus;
import taproot.normalizer.CommandRecord;

/**
 * All sinks of a daemon, each with a thread of its own, and the gate between them. Without any it costs nothing, not even
 * a thread.
 */
public final class Sinks {
    private static final Logger LOG = LoggerFactory.getLogger(Sinks.class);
    /** What a sink that was interrupted may take to notice. */
    private static final long LAST_WORDS_MS = 500;

    /** Where nothing is delivered. */
    static final String NO_INSTALLATION = "00000000-0000-0000-0000-000000000000";

    private final Config.Sinks config;
    private final List<SinkDefinition> definitions;
    private final ScheduledThreadPoolExecutor timer;
    private final FlushGate gate;
    private final Map<String, SinkRunner> runners = new LinkedHashMap<>();
    private final List<Thread> threads = new ArrayList<>();

    private Sinks(Config.Sinks config, List<SinkDefinition> definitions) {
        this.config = config;
        this.definitions = definitions;
        timer = new ScheduledThreadPoolExecutor(
                1, Thread.ofPlatform().daemon().name("sink-timer").factory());
        timer.setRemoveOnCancelPolicy(true);
        gate = new FlushGate(config.flushes(), timer);
    }

    /**
     * The sinks of a configuration, not yet started. Loads the types that are configured, and checks everything that can be
     * checked without their systems.
     *
     * @throws ConfigException naming everything that is wrong
     */
    public static Sinks configured(Config.Sinks config) throws ConfigException {
        return new Sinks(config, SinkDefinition.of(config, SinkTypes.installed()));
    }

    /** What the log has to know of them before it is opened. */
    public SinkCursors cursors() {
        return new SinkCursors(
                definitions.stream().map(SinkDefinition::start).toList(), config.holdAge(), config.holdSize());
    }

    /**
     * Starts them; they wait for the log to be open.
     *
     * @throws IOException if the name of the installation can be neither read nor made
     */
    public void start(Path stateDirectory, CommandLog log, Counters counters) throws IOException {
        if (definitions.isEmpty()) {
            return;
        }
        String installation = Installation.in(stateDirectory);
        TraceSource traces = new KeptTraces(stateDirectory, counters);
        for (SinkDefinition sink : definitions) {
            SinkConnection connection =
                    new SinkConnection(sink.factory(), sink.settings(installation, traces), timer, counters);
            runners.put(
                    sink.name(), new SinkRunner(sink, installation, stateDirectory, log, gate, connection, counters));
        }
        log.onCommit(head -> runners.values().forEach(runner -> runner.committed(head)));
        runners.forEach((name, runner) ->
                threads.add(Thread.ofPlatform().daemon().name("sink-" + name).start(runner)));
    }

    /** How many flushes there may be at once, from now on. */
    public void resize(int flushes) {
        gate.resize(flushes);
    }

    public List<SinkStatus> status() {
        return runners.values().stream().map(SinkRunner::status).toList();
    }

    public GateFigures gate() {
        return gate.figures();
    }

    /** For each sink, which of its own rules decide about a command, and what; needs nothing to be started. */
    public Map<String, List<String>> explain(CommandRecord command) {
        Map<String, List<String>> trails = new LinkedHashMap<>();
        definitions.forEach(sink -> trails.put(
                sink.name(), sink.factory().explain(sink.settings(NO_INSTALLATION, TraceSource.NONE), command)));
        return trails;
    }

    /** Rests after the attempt that is under way; completes when that is stored. Unknown names fail. */
    public CompletionStage<Long> pause(String name) {
        return runner(name).thenCompose(runner -> runner.pause(true));
    }

    /** Goes on, at once: also one that was only waiting for its next attempt. */
    public CompletionStage<Long> resume(String name) {
        return runner(name).thenCompose(runner -> runner.pause(false));
    }

    /** Sends what was set aside again. */
    public CompletionStage<Long> resend(String name) {
        return runner(name).thenCompose(SinkRunner::resend);
    }

    /** Gives up what was set aside. */
    public CompletionStage<Long> discard(String name) {
        return runner(name).thenCompose(SinkRunner::discard);
    }

    /** Goes back, so that {@code seq} is the next record delivered. Completes with where the cursor stands. */
    public CompletionStage<Long> backfill(String name, long seq) {
        return runner(name).thenCompose(runner -> runner.backfill(seq - 1));
    }

    /** Goes back to the first record that was committed at this time or later. */
    public CompletionStage<Long> backfill(String name, Instant from) {
        return runner(name).thenCompose(runner -> runner.backfill(from));
    }

    private CompletionStage<SinkRunner> runner(String name) {
        SinkRunner runner = runners.get(name);
        return runner == null
                ? CompletableFuture.failedStage(new IllegalArgumentException(
                        "expected one of the sinks " + String.join(", ", runners.keySet()) + ", got " + name))
                : CompletableFuture.completedStage(runner);
    }

    /**
     * Delivers what the log holds, past the gate, and ends; blocks until then or {@code deadline}. What is not delivered is
     * in the log, and delivered by the next daemon.
     *
     * @param deadline of {@link System#nanoTime}
     */
    public void stop(long deadline) throws InterruptedException {
        runners.values().forEach(SinkRunner::drain);
        for (Thread thread : threads) {
            thread.join(Math.max(1, (deadline - System.nanoTime()) / 1_000_000));
        }
        threads.forEach(Thread::interrupt);
        for (Thread thread : threads) {
            thread.join(LAST_WORDS_MS);
            if (thread.isAlive()) {
                LOG.warn("{} does not end; what it was doing is done again by the next daemon", thread.getName());
            }
        }
        timer.shutdownNow();
    }
}
