package taproot.daemon.api;

import com.fasterxml.jackson.core.JsonGenerator;
import io.netty.handler.codec.http.HttpMethod;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.reactivestreams.Publisher;
import reactor.netty.http.server.HttpServerResponse;

/** {@code GET /v1/live}: the commands that are not yet over. */
final class LiveEndpoint implements Endpoint {
    @Override
    public HttpMethod method() {
        return HttpMethod.GET;
    }

    @Override
    public String path() {
        return "/v1/live";
    }

    @Override
    public Publisher<Void> answer(Call call, HttpServerResponse response) throws ProblemException {
        call.allow(Set.of());
        List<Control.Live> live = call.control().live();
        return Replies.json(response, json -> {
            json.writeArrayFieldStart("commands");
            for (Control.Live command : live) {
                write(json, command);
            }
            json.writeEndArray();
        });
    }

    private static void write(JsonGenerator json, Control.Live command) throws IOException {
        json.writeStartObject();
        json.writeStringField("sid", command.sid());
        json.writeArrayFieldStart("argv");
        for (String argument : command.argv()) {
            json.writeString(argument);
        }
        json.writeEndArray();
        if (command.pid() == null) {
            json.writeNullField("pid");
        } else {
            json.writeNumberField("pid", command.pid());
        }
        json.writeStringField("git_version", command.gitVersion());
        json.writeStringField("started_at", Rfc3339.micros(command.startedAt()));
        json.writeNumberField("scratch_bytes", command.scratchBytes());
        json.writeNumberField("last_heard_us", Rfc3339.micros(command.lastHeard()));
        json.writeBooleanField("owner", command.owner());
        json.writeEndObject();
    }
}
