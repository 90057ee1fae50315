package taproot.daemon.api;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.ByteArrayBuilder;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.IOException;
import java.io.UncheckedIOException;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServerResponse;

/** How answers look: one JSON object, or an RFC 9457 problem document; both with a length and never to be cached. */
final class Replies {
    private static final JsonFactory FACTORY = new JsonFactory();

    private Replies() {}

    /** Writes the fields of one object. */
    interface Fields {
        void write(JsonGenerator json) throws IOException;
    }

    static Mono<Void> json(HttpServerResponse response, Fields fields) {
        return send(response, HttpResponseStatus.OK, "application/json", fields);
    }

    static Mono<Void> problem(HttpServerResponse response, ProblemException problem) {
        return send(response, problem.status(), "application/problem+json", json -> {
            json.writeStringField("title", problem.status().reasonPhrase());
            json.writeNumberField("status", problem.status().code());
            json.writeStringField("detail", problem.getMessage());
        });
    }

    private static Mono<Void> send(
            HttpServerResponse response, HttpResponseStatus status, String contentType, Fields fields) {
        byte[] body = object(fields);
        return response.status(status)
                .header(HttpHeaderNames.CONTENT_TYPE, contentType)
                .header(HttpHeaderNames.CONTENT_LENGTH, Integer.toString(body.length))
                .header(HttpHeaderNames.CACHE_CONTROL, "no-store")
                .sendByteArray(Mono.just(body))
                .then();
    }

    private static byte[] object(Fields fields) {
        try (ByteArrayBuilder bytes = new ByteArrayBuilder();
                JsonGenerator json = FACTORY.createGenerator(bytes)) {
            json.writeStartObject();
            fields.write(json);
            json.writeEndObject();
            json.writeRaw('\n');
            json.flush();
            return bytes.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot happen: memory does not fail to be written", e);
        }
    }
}
