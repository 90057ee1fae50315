/** OpenTelemetry: a record as a trace of spans and as metrics, sent to a collector over OTLP. */
@NullMarked
package taproot.daemon.sink.opentelemetry;

import org.jspecify.annotations.NullMarked;
