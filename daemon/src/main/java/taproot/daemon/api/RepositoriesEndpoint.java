package taproot.daemon.api;

import com.fasterxml.jackson.core.JsonGenerator;
import io.netty.handler.codec.http.HttpMethod;
import java.io.IOException;
import java.util.List;
import org.reactivestreams.Publisher;
import reactor.netty.http.server.HttpServerResponse;
import taproot.daemon.log.LogReader;
import taproot.daemon.log.RepositoryUse;

/** {@code GET /v1/repositories}: those of which something is recorded. */
final class RepositoriesEndpoint implements Endpoint {
    @Override
    public HttpMethod method() {
        return HttpMethod.GET;
    }

    @Override
    public String path() {
        return "/v1/repositories";
    }

    @Override
    public Publisher<Void> answer(Call call, HttpServerResponse response) {
        return call.reads()
                .read(LogReader::repositories)
                .flatMap(repositories -> Replies.json(response, json -> write(json, repositories)));
    }

    private static void write(JsonGenerator json, List<RepositoryUse> repositories) throws IOException {
        json.writeArrayFieldStart("repositories");
        for (RepositoryUse repository : repositories) {
            json.writeStartObject();
            json.writeStringField("repository", repository.path());
            json.writeNumberField("commands", repository.commands());
            json.writeNumberField("folded", repository.folded());
            json.writeStringField(
                    "last_started_at",
                    repository.lastStartedAt() == null ? null : Rfc3339.micros(repository.lastStartedAt()));
            json.writeEndObject();
        }
        json.writeEndArray();
    }
}
