package taproot.daemon.api;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import taproot.daemon.log.CommandLog;
import taproot.daemon.log.Commands;
import taproot.daemon.log.LogSettings;
import taproot.daemon.metrics.Counter;
import taproot.daemon.metrics.Counters;
import taproot.normalizer.FinishedCommand;

/** A log, and the control socket of a daemon that does nothing else. */
abstract class LoggedServerBase {
    static final Duration GRACE = Duration.ofSeconds(10);

    @TempDir
    Path directory;

    Path socket;
    Path state;
    CommandLog log;
    ControlServer server;
    final Counters counters = new Counters();
    final List<Control.Live> live = new CopyOnWriteArrayList<>();

    @BeforeEach
    void startWithALog() throws Exception {
        socket = directory.resolve("control.sock");
        state = directory.resolve("state");
        log = openedLog();
        server = ControlServer.start(socket, new Daemon(), log, state, counters);
    }

    CommandLog openedLog() throws Exception {
        CommandLog opened = CommandLog.open(state, LogSettings.DEFAULTS, Commands::encode, counters);
        opened.opened().toCompletableFuture().get(10, TimeUnit.SECONDS);
        return opened;
    }

    @AfterEach
    void stopBoth() throws IOException, InterruptedException {
        server.stop();
        log.close(GRACE);
    }

    void restart() throws Exception {
        server.stop();
        log.close(GRACE);
        log = openedLog();
        server = ControlServer.start(socket, new Daemon(), log, state, counters);
    }

    void append(FinishedCommand... commands) {
        for (FinishedCommand command : commands) {
            if (!log.append(command)) {
                throw new AssertionError("not accepted: " + command.record().key());
            }
        }
    }

    void append(int from, int to) throws Exception {
        for (int i = from; i <= to; i++) {
            append(Commands.plain("k" + i));
            if (i % 5_000 == 0) {
                settled(); // The queue before the log has its limit here, too.
            }
        }
    }

    long settled() throws Exception {
        return log.committed().toCompletableFuture().get(60, TimeUnit.SECONDS);
    }

    Http stream(String query) throws IOException {
        return Http.request(socket, "GET /v1/stream" + query, "");
    }

    static List<Long> seqs(Http http, int n) throws IOException {
        List<Long> seqs = new ArrayList<>();
        while (seqs.size() < n) {
            seqs.add(Event.next(http, "command").seq());
        }
        return seqs;
    }

    /** Knows its log and what the test says is running. */
    final class Daemon implements Control {
        @Override
        public Status status() {
            var status = log.status();
            return new Status(
                    "0.1",
                    42,
                    1000,
                    Instant.EPOCH,
                    Duration.ZERO,
                    directory,
                    state,
                    null,
                    new Log(
                            status.logId(),
                            status.head(),
                            status.state().name().toLowerCase(java.util.Locale.ROOT),
                            0,
                            0,
                            Duration.ZERO),
                    new Counts(0, 0, 0, 0),
                    counters.dropped(),
                    Arrays.stream(Counter.values()).collect(Collectors.toMap(c -> c, counters::get)),
                    counters.lastLosses(),
                    Map.of(),
                    counters.failures());
        }

        @Override
        public CompletionStage<Long> barrier() {
            return CompletableFuture.completedStage(0L);
        }

        @Override
        public Reloaded reload() {
            return new Reloaded(List.of("log.slow_threshold"), List.of("ingest.loops"));
        }

        @Override
        public CompletionStage<Duration> probe() {
            return log.committed().thenApply(_ -> Duration.ofMillis(1));
        }

        @Override
        public List<Live> live() {
            return List.copyOf(live);
        }
    }
}
