package taproot.daemon.api;

import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServerResponse;

/** {@code GET /v1/commands/{key}}: one record, by its whole key. */
final class CommandEndpoint implements Endpoint {
    @Override
    public HttpMethod method() {
        return HttpMethod.GET;
    }

    @Override
    public String path() {
        return "/v1/commands/{key}";
    }

    @Override
    public Publisher<Void> answer(Call call, HttpServerResponse response) {
        String key = call.segment("key");
        return call.reads()
                .read(log -> log.get(key))
                .switchIfEmpty(Mono.error(() -> none(key)))
                .flatMap(command -> Replies.line(response, "application/json", command.json()));
    }

    static ProblemException none(String key) {
        return new ProblemException(
                HttpResponseStatus.NOT_FOUND,
                "no record with the key " + key
                        + ": expected a whole key, as /v1/commands lists it, each / written as %2F");
    }
}
