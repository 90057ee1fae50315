package taproot.daemon.api;

import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServerResponse;

/** {@code GET /v1/commands/{key}/trace}: the raw trace2 lines of one record, as git sent them but for what is redacted. */
final class TraceEndpoint implements Endpoint {
    @Override
    public HttpMethod method() {
        return HttpMethod.GET;
    }

    @Override
    public String path() {
        return "/v1/commands/{key}/trace";
    }

    @Override
    public Publisher<Void> answer(Call call, HttpServerResponse response) {
        String key = call.segment("key");
        return call.reads()
                .read(log -> log.get(key))
                .switchIfEmpty(Mono.error(() -> CommandEndpoint.none(key)))
                .flatMap(_ -> call.reads().read(log -> log.trace(key)))
                .switchIfEmpty(Mono.error(() -> new ProblemException(
                        HttpResponseStatus.NOT_FOUND,
                        "no trace is kept of " + key
                                + ": quick read-only commands that succeed keep none, its field trace says so")))
                .flatMap(lines -> Replies.bytes(response, "application/x-ndjson", lines));
    }
}
