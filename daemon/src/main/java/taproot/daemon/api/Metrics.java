package taproot.daemon.api;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import taproot.daemon.metrics.Counter;
import taproot.daemon.metrics.Counters;
import taproot.daemon.metrics.Histogram;
import taproot.daemon.metrics.Part;
import taproot.daemon.metrics.Timing;
import taproot.daemon.metrics.Waiting;
import taproot.normalizer.DropReason;

/**
 * The figures of the status as Prometheus' text. Micrometer and its registry are made with the first scrape: who has no
 * Prometheus pays nothing. Each scrape goes by one status, so that its figures fit together.
 */
final class Metrics {
    static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private final Counters counters;
    private @Nullable PrometheusMeterRegistry registry;
    private Control.@Nullable Status status;
    private Map<Part, Waiting> waiting = Map.of();
    private long subscribers;

    Metrics(Counters counters) {
        this.counters = counters;
    }

    synchronized byte[] scrape(Control.Status now, Map<Part, Waiting> waitingNow, long following, Control control) {
        status = now;
        waiting = waitingNow;
        subscribers = following;
        if (registry == null) {
            registry = registry();
            SinkMetrics.register(registry, control);
        }
        return registry.scrape().getBytes(StandardCharsets.UTF_8);
    }

    private PrometheusMeterRegistry registry() {
        PrometheusMeterRegistry made = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        // Against Prometheus' conventions: nanoseconds, and a count that is none.
        made.config().meterFilter(MeterFilter.denyNameStartsWith("process.cpu.time"));
        made.config().meterFilter(MeterFilter.denyNameStartsWith("system.cpu.count"));
        for (Counter counter : Counter.values()) {
            count(made, counter);
        }
        for (DropReason reason : DropReason.values()) {
            FunctionCounter.builder("taproot.events.dropped", this, metrics -> metrics.dropped(reason))
                    .description("lines dropped, by reason")
                    .tag("reason", reason.wire())
                    .register(made);
        }
        gauges(made);
        waiting.keySet().forEach(part -> waiting(made, part));
        for (Timing timing : Timing.values()) {
            made.getPrometheusRegistry().register(() -> snapshot(timing, counters.get(timing)));
        }
        new ClassLoaderMetrics().bindTo(made);
        new JvmMemoryMetrics().bindTo(made);
        new JvmThreadMetrics().bindTo(made);
        new ProcessorMetrics().bindTo(made);
        new FileDescriptorMetrics().bindTo(made);
        new JvmGcMetrics().bindTo(made);
        return made;
    }

    private void count(PrometheusMeterRegistry made, Counter counter) {
        FunctionCounter.builder(
                        "taproot." + counter.wire(),
                        this,
                        metrics -> metrics.of(s -> s.counters().getOrDefault(counter, 0L)))
                .description(counter.meaning())
                .register(made);
    }

    private void gauges(PrometheusMeterRegistry made) {
        gauge(made, "uptime.seconds", "how long the daemon has been running", s -> seconds(s.uptime()));
        gauge(made, "live.roots", "roots that are not finished", s -> s.live().roots());
        gauge(made, "live.commands", "commands that are not over", s -> s.live().commands());
        gauge(
                made,
                "live.connections",
                "connections that git holds open",
                s -> s.live().connections());
        gauge(
                made,
                "scratch.bytes",
                "trace bytes gathered for them",
                s -> s.live().scratchBytes());
        gauge(
                made,
                "queue.records",
                "records that wait for their commit",
                s -> s.log().queuedRecords());
        gauge(made, "queue.bytes", "what they occupy", s -> s.log().queuedBytes());
        gauge(
                made,
                "queue.oldest.seconds",
                "how long the oldest of them waits",
                s -> seconds(s.log().oldest()));
        gauge(made, "log.head", "the seq of the newest record", s -> s.log().head());
        gauge(
                made,
                "log.open",
                "1 while records are written as they come",
                s -> s.log().state().equals("open") ? 1 : 0);
        Gauge.builder("taproot.stream.subscribers", this, metrics -> metrics.subscribers)
                .description("clients that follow the log")
                .register(made);
        Gauge.builder("taproot.info", () -> 1)
                .description("the version that runs")
                .tag("version", status == null ? "" : status.version())
                .strongReference(true)
                .register(made);
    }

    private void waiting(PrometheusMeterRegistry made, Part part) {
        Gauge.builder("taproot.waiting", this, metrics -> metrics.at(part).count())
                .description("what waits, by part of the daemon")
                .tag("part", part.wire())
                .register(made);
        Gauge.builder(
                        "taproot.waiting.oldest.seconds",
                        this,
                        metrics -> seconds(metrics.at(part).oldest()))
                .description("how long the oldest of it waits")
                .tag("part", part.wire())
                .register(made);
    }

    private Waiting at(Part part) {
        return waiting.getOrDefault(part, Waiting.NOTHING);
    }

    private void gauge(
            PrometheusMeterRegistry made, String name, String description, ToDoubleFunction<Control.Status> value) {
        Gauge.builder("taproot." + name, this, metrics -> metrics.of(value))
                .description(description)
                .register(made);
    }

    private double dropped(DropReason reason) {
        return of(s -> s.dropped().getOrDefault(reason, 0L));
    }

    private double of(ToDoubleFunction<Control.Status> value) {
        return status == null ? 0 : value.applyAsDouble(status);
    }

    private static double seconds(Duration duration) {
        return duration.toNanos() / 1e9;
    }

    private static HistogramSnapshot snapshot(Timing timing, Histogram histogram) {
        ClassicHistogramBuckets.Builder buckets = ClassicHistogramBuckets.builder();
        for (int i = 0; i < Histogram.bounds(); i++) {
            buckets.bucket(Histogram.boundMicros(i) / 1e6, histogram.count(i));
        }
        buckets.bucket(Double.POSITIVE_INFINITY, histogram.count(Histogram.bounds()));
        return HistogramSnapshot.builder()
                .name("taproot_" + timing.wire() + "_seconds")
                .help(timing.meaning())
                .dataPoint(HistogramSnapshot.HistogramDataPointSnapshot.builder()
                        .classicHistogramBuckets(buckets.build())
                        .sum(histogram.sumMicros() / 1e6)
                        .build())
                .build();
    }
}
