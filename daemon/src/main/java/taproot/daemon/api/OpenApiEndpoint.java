package taproot.daemon.api;

import io.netty.handler.codec.http.HttpMethod;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServerResponse;

/** {@code GET /v1/openapi.json}: this interface as an OpenAPI document; a test holds it against the endpoints. */
final class OpenApiEndpoint implements Endpoint {
    private static final String DOCUMENT = "openapi.json";

    @Override
    public HttpMethod method() {
        return HttpMethod.GET;
    }

    @Override
    public String path() {
        return "/v1/openapi.json";
    }

    @Override
    public Publisher<Void> answer(Call call, HttpServerResponse response) {
        return Mono.fromCallable(OpenApiEndpoint::document)
                .subscribeOn(call.reads().threads()) // It comes out of a jar.
                .flatMap(document -> Replies.bytes(response, "application/json", document));
    }

    static byte[] document() throws IOException {
        try (InputStream in = OpenApiEndpoint.class.getResourceAsStream(DOCUMENT)) {
            return Objects.requireNonNull(in, DOCUMENT).readAllBytes();
        }
    }
}
