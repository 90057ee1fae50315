package taproot.daemon.sink.opentelemetry;

import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import java.time.Duration;

/** A way to a receiver of OTLP. Requests block until their answer, and are never sent again by themselves. */
interface Transport extends AutoCloseable {
    Answer send(ExportTraceServiceRequest request, Duration timeout) throws InterruptedException;

    Answer send(ExportMetricsServiceRequest request, Duration timeout) throws InterruptedException;

    /** Requests that are on their way are broken off. */
    @Override
    void close();
}
