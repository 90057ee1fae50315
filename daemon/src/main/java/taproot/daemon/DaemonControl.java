package taproot.daemon;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import taproot.daemon.api.Control;
import taproot.daemon.config.ConfigException;
import taproot.daemon.log.CommandQuery;
import taproot.daemon.log.LogStatus;
import taproot.daemon.metrics.Counter;
import taproot.daemon.metrics.Failure;
import taproot.daemon.metrics.GateFigures;
import taproot.daemon.metrics.Part;
import taproot.daemon.metrics.SinkStatus;
import taproot.daemon.metrics.Waiting;
import taproot.daemon.roots.LiveCommand;
import taproot.daemon.roots.LiveRoots;
import taproot.daemon.roots.Roots;
import taproot.daemon.sink.Sinks;

/** What the daemon tells about itself: reads counters and sizes, waits for nothing. */
record DaemonControl(Daemon daemon, String version, Instant startedAt, StoredForm form) implements Control {

    @Override
    public Status status() {
        LogStatus log = daemon.log().status();
        LiveRoots live = daemon.roots().live();
        Map<Counter, Long> counters = new EnumMap<>(Counter.class);
        for (Counter counter : Counter.values()) {
            counters.put(counter, daemon.counters().get(counter));
        }
        return new Status(
                version,
                ProcessHandle.current().pid(),
                daemon.uid(),
                startedAt,
                Duration.between(startedAt, Instant.now()),
                daemon.places().runtimeDirectory(),
                daemon.places().stateDirectory(),
                daemon.places().configFile(),
                new Log(
                        log.logId(),
                        log.head(),
                        log.state().name().toLowerCase(Locale.ROOT),
                        log.queuedRecords(),
                        log.queuedBytes(),
                        log.oldestQueued()),
                new Counts(
                        live.roots(),
                        live.processes(),
                        daemon.counters().get(Counter.CONNECTIONS_ACCEPTED)
                                - daemon.counters().get(Counter.CONNECTIONS_CLOSED),
                        live.scratchBytes()),
                daemon.counters().dropped(),
                counters,
                daemon.counters().lastLosses(),
                waiting(log, live),
                failures());
    }

    @Override
    public CompletionStage<Long> barrier() {
        return daemon.barrier();
    }

    @Override
    public CompletionStage<CommandQuery> located(CommandQuery query) {
        String path = query.repository();
        return path == null
                ? CompletableFuture.completedStage(query)
                : daemon.repositories().locate(path).thenApply(found -> query.at(found.path(), found.repository()));
    }

    @Override
    public CompletionStage<Void> forgetPlaces() {
        return daemon.repositories().forget();
    }

    @Override
    public Reloaded reload() throws ConfigException {
        return daemon.reload();
    }

    @Override
    public CompletionStage<Duration> probe() {
        long began = System.nanoTime();
        return daemon.probe().thenApply(_ -> Duration.ofNanos(System.nanoTime() - began));
    }

    @Override
    public List<SinkStatus> sinks() {
        return daemon.sinks().status();
    }

    @Override
    public GateFigures gate() {
        return daemon.sinks().gate();
    }

    @Override
    public CompletionStage<Long> tell(String sink, SinkOrder order) {
        Sinks sinks = daemon.sinks();
        return switch (order.kind()) {
            case PAUSE -> sinks.pause(sink);
            case RESUME -> sinks.resume(sink);
            case RESEND -> sinks.resend(sink);
            case DISCARD -> sinks.discard(sink);
            case BACKFILL -> {
                Instant time = order.time();
                Long seq = order.seq();
                yield time != null ? sinks.backfill(sink, time) : sinks.backfill(sink, seq == null ? 1 : seq);
            }
        };
    }

    @Override
    public List<Live> live() {
        long now = Roots.Clock.SYSTEM.monotonicMicros();
        return daemon.roots().liveCommands().stream()
                .filter(command -> !command.process().ended())
                .map(command -> live(command, now))
                .sorted(Comparator.comparing(Live::startedAt))
                .toList();
    }

    private Live live(LiveCommand command, long now) {
        var process = command.process();
        long pid = process.sid().pid();
        return new Live(
                process.key(),
                process.sid().value(),
                form.redactor().redactArgv(process.argv()),
                process.command(),
                process.sid().session(),
                process.readOnly(),
                process.repository(),
                pid < 0 ? null : pid,
                process.gitVersion(),
                instant(process.startedAt()),
                process.scratchBytes(),
                Duration.of(now - command.heardAt(), java.time.temporal.ChronoUnit.MICROS),
                process.owner());
    }

    private static Instant instant(long epochMicros) {
        return Instant.ofEpochSecond(
                Math.floorDiv(epochMicros, 1_000_000L),
                TimeUnit.MICROSECONDS.toNanos(Math.floorMod(epochMicros, 1_000_000L)));
    }

    /** Newest first; each sink remembers its own. */
    private List<Failure> failures() {
        List<Failure> failures = new ArrayList<>(daemon.counters().failures());
        for (SinkStatus sink : sinks()) {
            String message = sink.lastError();
            Instant at = sink.lastErrorAt();
            if (message != null && at != null) {
                failures.add(new Failure(at, Part.SINKS, sink.name() + ": " + message, 1));
            }
        }
        failures.sort(Comparator.comparing(Failure::at).reversed());
        return failures;
    }

    /** Who follows and who asks, only the control socket knows. */
    private Map<Part, Waiting> waiting(LogStatus log, LiveRoots live) {
        List<SinkStatus> sinks = sinks();
        return Map.of(
                Part.ROOTS, new Waiting(live.roots(), daemon.roots().longestSilence()),
                Part.REPOSITORIES, daemon.repositories().waiting(),
                Part.LOG, new Waiting(log.queuedRecords(), log.oldestQueued()),
                Part.SINKS,
                        new Waiting(
                                sinks.stream().mapToLong(SinkStatus::lagRecords).sum(),
                                sinks.stream()
                                        .map(SinkStatus::lag)
                                        .max(Comparator.naturalOrder())
                                        .orElse(Duration.ZERO)));
    }
}
