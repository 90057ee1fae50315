package taproot.daemon.api;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import java.util.function.ToDoubleFunction;
import taproot.daemon.metrics.GateFigures;
import taproot.daemon.metrics.SinkStatus;

/** The figures of sinks, and of the gate between them, as Prometheus' meters; asked for at each scrape. */
final class SinkMetrics {
    private final PrometheusMeterRegistry registry;
    private final Control control;

    private SinkMetrics(PrometheusMeterRegistry registry, Control control) {
        this.registry = registry;
        this.control = control;
    }

    /** Sinks are those of the configuration the daemon started with. */
    static void register(PrometheusMeterRegistry registry, Control control) {
        SinkMetrics metrics = new SinkMetrics(registry, control);
        metrics.gate();
        control.sinks().forEach(sink -> metrics.sink(sink.name()));
    }

    private void gate() {
        Gauge.builder("taproot.active.flushes", control, c -> c.gate().active())
                .description("batches that sinks are delivering")
                .register(registry);
        FunctionCounter.builder("taproot.gate.timeouts", control, c -> c.gate().timeouts())
                .description("times a sink waited for its turn longer than flushes usually take")
                .register(registry);
        FunctionCounter.builder("taproot.bypass.flushes", control, c -> c.gate().bypasses())
                .description("flushes that did not wait for their turn because the daemon was stopping")
                .register(registry);
        registry.getPrometheusRegistry().register(() -> waits(control.gate()));
    }

    private static HistogramSnapshot waits(GateFigures gate) {
        ClassicHistogramBuckets.Builder buckets = ClassicHistogramBuckets.builder();
        for (int i = 0; i < GateFigures.WAIT_BOUNDS.size(); i++) {
            buckets.bucket(GateFigures.WAIT_BOUNDS.get(i).toNanos() / 1e9, count(gate, i));
        }
        buckets.bucket(Double.POSITIVE_INFINITY, count(gate, GateFigures.WAIT_BOUNDS.size()));
        return HistogramSnapshot.builder()
                .name("taproot_gate_wait_seconds")
                .help("how long flushes waited for their turn")
                .dataPoint(HistogramSnapshot.HistogramDataPointSnapshot.builder()
                        .classicHistogramBuckets(buckets.build())
                        .sum(gate.waited().toNanos() / 1e9)
                        .build())
                .build();
    }

    private static long count(GateFigures gate, int bound) {
        return bound < gate.waits().size() ? gate.waits().get(bound) : 0;
    }

    private void sink(String name) {
        gauge(name, "lag.records", "places of the log it is behind", SinkStatus::lagRecords);
        gauge(
                name,
                "lag.seconds",
                "how long the oldest record it has not had has been in the log",
                sink -> sink.lag().toNanos() / 1e9);
        gauge(name, "aside", "records that were set aside", SinkStatus::aside);
        counter(name, "delivered", "records ever delivered", SinkStatus::delivered);
        counter(name, "missed", "records removed before it had read them", SinkStatus::missed);
        counter(name, "failures", "attempts that failed", SinkStatus::failures);
        counter(name, "unknown", "attempts that ended without an answer", SinkStatus::unknown);
    }

    private void gauge(String sink, String name, String description, ToDoubleFunction<SinkStatus> value) {
        Gauge.builder("taproot.sink." + name, control, c -> of(c, sink, value))
                .description(description)
                .tag("sink", sink)
                .register(registry);
    }

    private void counter(String sink, String name, String description, ToDoubleFunction<SinkStatus> value) {
        FunctionCounter.builder("taproot.sink." + name, control, c -> of(c, sink, value))
                .description(description)
                .tag("sink", sink)
                .register(registry);
    }

    private static double of(Control control, String name, ToDoubleFunction<SinkStatus> value) {
        return control.sinks().stream()
                .filter(sink -> sink.name().equals(name))
                .mapToDouble(value)
                .findFirst()
                .orElse(0);
    }
}
