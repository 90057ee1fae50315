package taproot.daemon.sink.opentelemetry;

import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.InstrumentationScope;
import io.opentelemetry.proto.metrics.v1.ResourceMetrics;
import io.opentelemetry.proto.metrics.v1.ScopeMetrics;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import taproot.daemon.sink.Batch;
import taproot.daemon.sink.Delivery;
import taproot.daemon.sink.Sink;
import taproot.daemon.sink.SinkRecord;
import taproot.daemon.sink.TraceSource;
import taproot.normalizer.CommandRecord;
import taproot.normalizer.trace.Trace;

/**
 * Sends each record as a trace, and what the records add up to as metrics. OTLP has no transactions, so a batch that may have
 * arrived is sent again: its spans have the ids they had, its points the values they had.
 */
final class OpenTelemetrySink implements Sink {
    private static final InstrumentationScope SCOPE =
            InstrumentationScope.newBuilder().setName("taproot").build();

    private final Transport transport;
    private final Resource resource;
    private final Rules rules;
    private final boolean traces;
    private final boolean metrics;
    private final Duration timeout;
    private final TraceSource kept;
    private final CommandMetrics counted;
    private final LongAdder spans = new LongAdder();
    private final LongAdder rejectedSpans = new LongAdder();
    private final LongAdder rejectedPoints = new LongAdder();
    private final LongAdder recordsWithoutSpans = new LongAdder();

    // What has become of the batch at hand: whose spans have arrived is only sent its metrics again.
    private String arrived = "";
    private List<Delivery.Refusal> refusals = List.of();

    // How far records were counted: none is counted twice, neither at another attempt nor in a backfill.
    private String countedLog = "";
    private long countedTo;

    OpenTelemetrySink(
            Transport transport,
            Resource resource,
            Rules rules,
            boolean traces,
            boolean metrics,
            Duration timeout,
            TraceSource kept) {
        this.transport = transport;
        this.resource = resource;
        this.rules = rules;
        this.traces = traces;
        this.metrics = metrics;
        this.timeout = timeout;
        this.kept = kept;
        counted = new CommandMetrics(now());
    }

    @Override
    public Delivery deliver(Batch batch) throws InterruptedException {
        String id = batch.id().text();
        long deadline = System.nanoTime() + timeout.toNanos();
        if (batch.attempt() == 1 && !batch.uncertain()) {
            arrived = ""; // In a backfill a batch may consist of the same records, and is wanted again.
        }
        if (traces && !arrived.equals(id)) {
            refusals = new ArrayList<>();
            Delivery trouble = sendSpans(batch.records(), deadline);
            if (trouble != null) {
                return trouble;
            }
            arrived = id;
        }
        if (metrics) {
            Delivery trouble = sendMetrics(batch, deadline);
            if (trouble != null) {
                return trouble;
            }
        }
        return Delivery.but(traces ? refusals : List.of());
    }

    /** Null when all has arrived but for what was refused: that is narrowed down, half by half, to single records. */
    private @Nullable Delivery sendSpans(List<SinkRecord> records, long deadline) throws InterruptedException {
        ScopeSpans.Builder scope = ScopeSpans.newBuilder().setScope(SCOPE);
        for (SinkRecord record : records) {
            CommandRecord command = record.command();
            Detail detail = rules.detail(command);
            Trace trace = Trace.of(detail.includes(Detail.VERBOSE) ? kept.lines(command.key()) : null);
            Above above = detail.includes(Detail.SUMMARY) ? Above.of(command, kept) : null;
            scope.addAllSpans(Spans.of(command, above, rules.nickname(command), detail, trace));
        }
        if (scope.getSpansCount() == 0) {
            recordsWithoutSpans.add(records.size());
            return null;
        }
        ExportTraceServiceRequest request = ExportTraceServiceRequest.newBuilder()
                .addResourceSpans(
                        ResourceSpans.newBuilder().setResource(resource).addScopeSpans(scope))
                .build();
        switch (transport.send(request, left(deadline))) {
            case Answer.Accepted(long rejected) -> {
                spans.add(scope.getSpansCount() - rejected);
                rejectedSpans.add(rejected);
                return null;
            }
            case Answer.Refused(String reason) -> {
                if (records.size() == 1) {
                    refusals.add(new Delivery.Refusal(records.getFirst().seq(), Delivery.Kind.REFUSED, reason));
                    return null;
                }
                int half = records.size() / 2;
                Delivery trouble = sendSpans(records.subList(0, half), deadline);
                return trouble != null ? trouble : sendSpans(records.subList(half, records.size()), deadline);
            }
            case Answer.Failed(String reason, Duration pause) -> {
                return new Delivery.Failed(reason, pause);
            }
            case Answer.Unknown(String reason) -> {
                return new Delivery.Unknown(reason);
            }
        }
    }

    private @Nullable Delivery sendMetrics(Batch batch, long deadline) throws InterruptedException {
        count(batch);
        ExportMetricsServiceRequest request = ExportMetricsServiceRequest.newBuilder()
                .addResourceMetrics(ResourceMetrics.newBuilder()
                        .setResource(resource)
                        .addScopeMetrics(
                                ScopeMetrics.newBuilder().setScope(SCOPE).addAllMetrics(counted.metrics(now()))))
                .build();
        return switch (transport.send(request, left(deadline))) {
            case Answer.Accepted(long rejected) -> {
                rejectedPoints.add(rejected);
                yield null;
            }
            // Points are sums of everything so far: no single record is to blame, and the next ones say it all again.
            case Answer.Refused(String reason) -> new Delivery.Failed("metrics: " + reason);
            case Answer.Failed(String reason, Duration pause) -> new Delivery.Failed("metrics: " + reason, pause);
            case Answer.Unknown(String reason) -> new Delivery.Unknown("metrics: " + reason);
        };
    }

    private void count(Batch batch) {
        if (!countedLog.equals(batch.id().logId())) {
            countedLog = batch.id().logId();
            countedTo = 0;
        }
        if (batch.id().round() > 0) {
            return; // They were counted with those they were set aside from.
        }
        for (SinkRecord record : batch.records()) {
            if (record.seq() > countedTo) {
                counted.count(record.command(), repository(record.command()));
                countedTo = record.seq();
            }
        }
    }

    private @Nullable String repository(CommandRecord command) {
        String nickname = rules.nickname(command);
        CommandRecord.Repository repository = command.repository();
        return nickname != null || repository == null ? nickname : repository.id();
    }

    private static Duration left(long deadline) {
        return Duration.ofNanos(Math.max(1_000_000, deadline - System.nanoTime()));
    }

    private static long now() {
        Instant now = Instant.now();
        return TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano();
    }

    @Override
    public Map<String, Long> figures() {
        return Map.of(
                "spans", spans.sum(),
                "rejected_spans", rejectedSpans.sum(),
                "rejected_points", rejectedPoints.sum(),
                "records_without_spans", recordsWithoutSpans.sum());
    }

    @Override
    public void close() {
        transport.close();
    }
}
