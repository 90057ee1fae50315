package taproot.daemon.sink.opentelemetry;

import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.metrics.v1.AggregationTemporality;
import io.opentelemetry.proto.metrics.v1.Histogram;
import io.opentelemetry.proto.metrics.v1.HistogramDataPoint;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import io.opentelemetry.proto.metrics.v1.Sum;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import taproot.normalizer.CommandRecord;
import taproot.normalizer.Outcome;

/**
 * How many commands there were, how long they took and how many failed, by command, repository and outcome, since the sink
 * was opened. The points are cumulative: one that is sent twice, or not at all, changes nothing. Costs at most
 * {@value #MOST_SERIES} series; what does not fit is counted together, as OpenTelemetry has it. For one thread.
 */
final class CommandMetrics {
    /** OpenTelemetry's own limit. */
    static final int MOST_SERIES = 2_000;

    /** In seconds. */
    private static final List<Double> BOUNDS = List.of(
            0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 1800.0);

    private static final double MICROS_PER_SECOND = 1e6;

    private final long startNanos;
    private final Map<Labels, Series> series = new LinkedHashMap<>();

    /** @param startNanos the wall clock's, in nanoseconds since 1970 */
    CommandMetrics(long startNanos) {
        this.startNanos = startNanos;
    }

    private record Labels(
            @Nullable String command,
            @Nullable String repository,
            @Nullable String outcome,
            boolean overflow) {
        private static final Labels OVERFLOW = new Labels(null, null, null, true);

        List<KeyValue> attributes() {
            return new Attributes()
                    .put("git.command", command)
                    .put("vcs.repository.name", repository)
                    .put("git.outcome", outcome)
                    .put("otel.metric.overflow", overflow)
                    .list();
        }
    }

    private static final class Series {
        private long count;
        private long failures;
        private final long[] buckets = new long[BOUNDS.size() + 1];
        private long durationUs;
    }

    /** @param repository what it is to be called, or null for none */
    void count(CommandRecord record, @Nullable String repository) {
        Labels labels =
                new Labels(record.command(), repository, record.outcome().wire(), false);
        Series one = series.get(labels);
        if (one == null) {
            one = series.computeIfAbsent(series.size() < MOST_SERIES - 1 ? labels : Labels.OVERFLOW, _ -> new Series());
        }
        one.count++;
        Integer code = record.exitCode();
        if ((code != null && code != 0) || record.outcome() == Outcome.SIGNALED) {
            one.failures++;
        }
        Long us = record.durationUs();
        if (us != null) {
            one.durationUs += us;
            one.buckets[bucket(us / MICROS_PER_SECOND)]++;
        }
    }

    /** Upper bounds belong to their bucket. */
    private static int bucket(double seconds) {
        int i = 0;
        while (i < BOUNDS.size() && seconds > BOUNDS.get(i)) {
            i++;
        }
        return i;
    }

    /** Everything as it stands. */
    List<Metric> metrics(long nowNanos) {
        Sum.Builder commands = sum();
        Sum.Builder failures = sum();
        Histogram.Builder durations = Histogram.newBuilder()
                .setAggregationTemporality(AggregationTemporality.AGGREGATION_TEMPORALITY_CUMULATIVE);
        series.forEach((labels, one) -> {
            List<KeyValue> attributes = labels.attributes();
            commands.addDataPoints(point(attributes, one.count, nowNanos));
            failures.addDataPoints(point(attributes, one.failures, nowNanos));
            durations.addDataPoints(HistogramDataPoint.newBuilder()
                    .addAllAttributes(attributes)
                    .setStartTimeUnixNano(startNanos)
                    .setTimeUnixNano(nowNanos)
                    .setCount(Arrays.stream(one.buckets).sum())
                    .setSum(one.durationUs / MICROS_PER_SECOND)
                    .addAllBucketCounts(Arrays.stream(one.buckets).boxed().toList())
                    .addAllExplicitBounds(BOUNDS));
        });
        return List.of(
                metric("git.commands", "{command}", "Git commands that ended")
                        .setSum(commands)
                        .build(),
                metric(
                                "git.command.failures",
                                "{command}",
                                "Git commands that ended with an exit code other than 0, or by a signal")
                        .setSum(failures)
                        .build(),
                metric("git.command.duration", "s", "How long git commands took, where git said so")
                        .setHistogram(durations)
                        .build());
    }

    private static Sum.Builder sum() {
        return Sum.newBuilder()
                .setIsMonotonic(true)
                .setAggregationTemporality(AggregationTemporality.AGGREGATION_TEMPORALITY_CUMULATIVE);
    }

    private NumberDataPoint point(List<KeyValue> attributes, long value, long nowNanos) {
        return NumberDataPoint.newBuilder()
                .addAllAttributes(attributes)
                .setStartTimeUnixNano(startNanos)
                .setTimeUnixNano(nowNanos)
                .setAsInt(value)
                .build();
    }

    private static Metric.Builder metric(String name, String unit, String description) {
        return Metric.newBuilder().setName(name).setUnit(unit).setDescription(description);
    }
}
