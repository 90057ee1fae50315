package taproot.daemon.api;

import com.fasterxml.jackson.core.JsonGenerator;
import io.netty.handler.codec.http.HttpMethod;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.reactivestreams.Publisher;
import reactor.netty.http.server.HttpServerResponse;
import taproot.daemon.metrics.Counter;
import taproot.daemon.metrics.Failure;
import taproot.daemon.metrics.Part;
import taproot.daemon.metrics.Waiting;
import taproot.normalizer.DropReason;

/** {@code GET /v1/status}: who the daemon is, what it has received and what became of it. */
final class StatusEndpoint implements Endpoint {
    @Override
    public HttpMethod method() {
        return HttpMethod.GET;
    }

    @Override
    public String path() {
        return "/v1/status";
    }

    @Override
    public Publisher<Void> answer(Call call, HttpServerResponse response) {
        Control.Status status = call.control().status();
        int subscribers = call.stream().size();
        Map<Part, Waiting> waiting = call.waiting(status);
        return Replies.json(response, json -> write(json, status, subscribers, waiting));
    }

    private static void write(JsonGenerator json, Control.Status status, int subscribers, Map<Part, Waiting> waiting)
            throws IOException {
        json.writeStringField("version", status.version());
        json.writeStringField("java", Runtime.version().toString());
        json.writeNumberField("pid", status.pid());
        json.writeNumberField("uid", status.uid());
        json.writeStringField("started_at", Rfc3339.micros(status.startedAt()));
        json.writeNumberField("uptime_us", Rfc3339.micros(status.uptime()));
        json.writeStringField("runtime_dir", status.runtimeDir().toString());
        json.writeStringField("state_dir", status.stateDir().toString());
        json.writeStringField(
                "config", status.config() == null ? null : status.config().toString());
        json.writeStringField("log_id", status.log().id());
        json.writeNumberField("head", status.log().head());
        json.writeObjectFieldStart("live");
        json.writeNumberField("roots", status.live().roots());
        json.writeNumberField("commands", status.live().commands());
        json.writeNumberField("connections", status.live().connections());
        json.writeEndObject();
        events(json, status);
        json.writeObjectFieldStart("queue");
        json.writeNumberField("records", status.log().queuedRecords());
        json.writeNumberField("bytes", status.log().queuedBytes());
        json.writeNumberField("oldest_us", Rfc3339.micros(status.log().oldest()));
        json.writeNumberField("scratch_bytes", status.live().scratchBytes());
        json.writeEndObject();
        waiting(json, waiting);
        json.writeObjectFieldStart("log");
        json.writeStringField("state", status.log().state());
        json.writeEndObject();
        json.writeObjectFieldStart("stream");
        json.writeNumberField("subscribers", subscribers);
        json.writeEndObject();
        json.writeObjectFieldStart("counters");
        for (Counter counter : Counter.values()) {
            json.writeNumberField(counter.wire(), status.counters().getOrDefault(counter, 0L));
        }
        json.writeEndObject();
        json.writeObjectFieldStart("last_losses");
        for (Map.Entry<String, Instant> last : new TreeMap<>(status.lastLosses()).entrySet()) {
            json.writeStringField(last.getKey(), Rfc3339.micros(last.getValue()));
        }
        json.writeEndObject();
        errors(json, status.errors());
    }

    private static void waiting(JsonGenerator json, Map<Part, Waiting> waiting) throws IOException {
        json.writeObjectFieldStart("waiting");
        for (Part part : Part.values()) {
            Waiting there = waiting.get(part);
            if (there != null) {
                json.writeObjectFieldStart(part.wire());
                json.writeNumberField("count", there.count());
                json.writeNumberField("oldest_us", Rfc3339.micros(there.oldest()));
                json.writeEndObject();
            }
        }
        json.writeEndObject();
    }

    private static void errors(JsonGenerator json, List<Failure> errors) throws IOException {
        json.writeArrayFieldStart("errors");
        for (Failure failure : errors) {
            json.writeStartObject();
            json.writeStringField("at", Rfc3339.micros(failure.at()));
            json.writeStringField("part", failure.part().wire());
            json.writeStringField("message", failure.message());
            json.writeNumberField("times", failure.times());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static void events(JsonGenerator json, Control.Status status) throws IOException {
        json.writeObjectFieldStart("events");
        json.writeNumberField("received", status.counters().getOrDefault(Counter.EVENTS_RECEIVED, 0L));
        json.writeNumberField("applied", status.counters().getOrDefault(Counter.EVENTS_APPLIED, 0L));
        json.writeNumberField("ignored", status.counters().getOrDefault(Counter.EVENTS_IGNORED, 0L));
        json.writeObjectFieldStart("dropped");
        for (DropReason reason : DropReason.values()) {
            json.writeNumberField(reason.wire(), status.dropped().getOrDefault(reason, 0L));
        }
        json.writeEndObject();
        json.writeEndObject();
    }
}
