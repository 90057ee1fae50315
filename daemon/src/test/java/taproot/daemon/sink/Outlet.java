package taproot.daemon.sink;

import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import taproot.daemon.config.Config;
import taproot.daemon.log.CommandLog;
import taproot.daemon.log.LogSettings;
import taproot.daemon.log.RecordCodec;
import taproot.daemon.metrics.Counters;
import taproot.daemon.metrics.SinkStatus;
import taproot.normalizer.FinishedCommand;
import taproot.normalizer.RecordJson;

/** A daemon reduced to its log and its sinks: real ones, in a state directory, without sockets. */
public final class Outlet implements AutoCloseable {
    private final CommandLog log;
    private final Sinks sinks;
    private final Counters counters = new Counters();
    private boolean stopped;

    private Outlet(Path stateDirectory, LogSettings settings, List<String> configuration) throws Exception {
        Config config = Config.load(null, configuration);
        sinks = Sinks.configured(config.sinks());
        RecordCodec codec = command ->
                new RecordCodec.Encoded(command.record(), RecordJson.write(command.record()), command.trace());
        log = CommandLog.open(stateDirectory, settings, sinks.cursors(), codec, counters, InstantSource.system());
        sinks.start(stateDirectory, log, counters);
    }

    /** @param configuration {@code KEY=VALUE} each */
    public static Outlet open(Path stateDirectory, List<String> configuration) throws Exception {
        return open(stateDirectory, LogSettings.DEFAULTS, configuration);
    }

    public static Outlet open(Path stateDirectory, LogSettings settings, List<String> configuration) throws Exception {
        return new Outlet(stateDirectory, settings, configuration);
    }

    public Sinks sinks() {
        return sinks;
    }

    public CommandLog log() {
        return log;
    }

    public Counters counters() {
        return counters;
    }

    public SinkStatus status() {
        return sinks.status().getFirst();
    }

    public void append(FinishedCommand command) {
        if (!log.append(command)) {
            throw new AssertionError("not accepted: " + command.record().key());
        }
    }

    /** Appends the commands {@code from} to {@code to - 1} of {@link TestRecords} and waits for their commit. */
    public void append(int from, int to) throws Exception {
        for (int n = from; n < to; n++) {
            append(TestRecords.command(n));
            if (n % 1_000 == 999) {
                committed();
            }
        }
        committed();
    }

    public long committed() throws Exception {
        return log.committed().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    public void await(Predicate<SinkStatus> condition) {
        await(condition, Duration.ofSeconds(30));
    }

    public void await(Predicate<SinkStatus> condition, Duration atMost) {
        try {
            Awaitility.await().atMost(atMost).pollInterval(Duration.ofMillis(5)).until(() -> condition.test(status()));
        } catch (org.awaitility.core.ConditionTimeoutException e) {
            throw new AssertionError("not within " + atMost + ": " + status(), e);
        }
    }

    /** Waits until every record is delivered or set aside, and nothing waits to be sent again. */
    public void awaitAllDelivered() throws Exception {
        long head = committed();
        await(status -> status.cursor() == head && status.batch() == null);
    }

    /** As SIGTERM does it. */
    public void stop(Duration grace) throws InterruptedException {
        stopped = true;
        sinks.stop(System.nanoTime() + grace.toNanos());
        log.close(Duration.ofSeconds(5));
    }

    @Override
    public void close() throws InterruptedException {
        if (!stopped) {
            stop(Duration.ofMillis(1));
        }
    }
}
