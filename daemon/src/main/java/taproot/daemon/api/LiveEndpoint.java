package taproot.daemon.api;

import com.fasterxml.jackson.core.JsonGenerator;
import io.netty.handler.codec.http.HttpMethod;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.reactivestreams.Publisher;
import reactor.netty.http.server.HttpServerResponse;
import taproot.daemon.log.CommandFacts;
import taproot.daemon.stream.Running;

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
    public Publisher<Void> answer(Call call, HttpServerResponse response) {
        List<Control.Live> live = call.control().live();
        return Replies.json(response, json -> {
            json.writeArrayFieldStart("commands");
            for (Control.Live command : live) {
                json.writeStartObject();
                write(json, command);
                json.writeEndObject();
            }
            json.writeEndArray();
        });
    }

    private static byte[] json(Control.Live command) {
        return Replies.json(json -> write(json, command));
    }

    /** Those that will have a record, as the stream tells of them. */
    static List<Running> running(Control control) {
        return control.live().stream()
                .filter(Control.Live::owner)
                .map(command -> new Running(command.key(), facts(command), json(command)))
                .toList();
    }

    private static CommandFacts facts(Control.Live command) {
        return new CommandFacts(
                command.repository(),
                command.command(),
                null,
                null,
                command.readOnly(),
                TimeUnit.SECONDS.toMicros(command.startedAt().getEpochSecond())
                        + command.startedAt().getNano() / 1_000,
                null,
                command.session());
    }

    private static void write(JsonGenerator json, Control.Live command) throws IOException {
        json.writeStringField("key", command.key());
        json.writeStringField("sid", command.sid());
        json.writeArrayFieldStart("argv");
        for (String argument : command.argv()) {
            json.writeString(argument);
        }
        json.writeEndArray();
        json.writeStringField("command", command.command());
        json.writeStringField("session", command.session());
        json.writeBooleanField("read_only", command.readOnly());
        json.writeStringField(
                "worktree",
                command.repository() == null ? null : command.repository().worktree());
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
    }
}
