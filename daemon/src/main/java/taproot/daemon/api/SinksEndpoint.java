package taproot.daemon.api;

import com.fasterxml.jackson.core.JsonGenerator;
import io.netty.handler.codec.http.HttpMethod;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.reactivestreams.Publisher;
import reactor.netty.http.server.HttpServerResponse;
import taproot.daemon.metrics.GateFigures;
import taproot.daemon.metrics.SinkStatus;

/** {@code GET /v1/sinks}: how each sink is doing, and the gate between them. */
final class SinksEndpoint implements Endpoint {
    @Override
    public HttpMethod method() {
        return HttpMethod.GET;
    }

    @Override
    public String path() {
        return "/v1/sinks";
    }

    @Override
    public Publisher<Void> answer(Call call, HttpServerResponse response) {
        List<SinkStatus> sinks = call.control().sinks();
        GateFigures gate = call.control().gate();
        return Replies.json(response, json -> {
            json.writeArrayFieldStart("sinks");
            for (SinkStatus sink : sinks) {
                sink(json, sink);
            }
            json.writeEndArray();
            gate(json, gate);
        });
    }

    private static void sink(JsonGenerator json, SinkStatus sink) throws IOException {
        json.writeStartObject();
        json.writeStringField("name", sink.name());
        json.writeStringField("type", sink.type());
        json.writeStringField("state", sink.state().name().toLowerCase(Locale.ROOT));
        json.writeBooleanField("slow", sink.slow());
        json.writeNumberField("cursor", sink.cursor());
        json.writeNumberField("lag_records", sink.lagRecords());
        json.writeNumberField("lag_us", Rfc3339.micros(sink.lag()));
        json.writeStringField("batch", sink.batch());
        json.writeNumberField("delivered", sink.delivered());
        json.writeNumberField("aside", sink.aside());
        json.writeNumberField("missed", sink.missed());
        json.writeNumberField("batches", sink.batches());
        json.writeNumberField("failures", sink.failures());
        json.writeNumberField("unknown", sink.unknown());
        json.writeStringField("last_error", sink.lastError());
        json.writeStringField("last_error_at", sink.lastErrorAt() == null ? null : Rfc3339.micros(sink.lastErrorAt()));
        json.writeStringField(
                "last_delivery_at", sink.lastDeliveryAt() == null ? null : Rfc3339.micros(sink.lastDeliveryAt()));
        json.writeObjectFieldStart("figures");
        for (Map.Entry<String, Long> figure : sink.figures().entrySet()) {
            json.writeNumberField(figure.getKey(), figure.getValue());
        }
        json.writeEndObject();
        json.writeEndObject();
    }

    private static void gate(JsonGenerator json, GateFigures gate) throws IOException {
        json.writeObjectFieldStart("gate");
        json.writeNumberField("slots", gate.slots());
        json.writeNumberField("active_flushes", gate.active());
        json.writeNumberField("waiting", gate.waiting());
        json.writeNumberField("gate_wait_average_ms", gate.averageWaitMillis());
        json.writeObjectFieldStart("gate_wait");
        for (int i = 0; i < gate.waits().size(); i++) {
            boolean last = i == GateFigures.WAIT_BOUNDS.size();
            Duration below = last ? Duration.ZERO : GateFigures.WAIT_BOUNDS.get(i);
            json.writeNumberField(
                    last ? "longer" : "below_" + below.toMillis() + "_ms",
                    gate.waits().get(i));
        }
        json.writeEndObject();
        json.writeNumberField("gate_timeouts", gate.timeouts());
        json.writeNumberField("bypass_flushes", gate.bypasses());
        json.writeNumberField("patience_us", Rfc3339.micros(gate.patience()));
        json.writeEndObject();
    }
}
