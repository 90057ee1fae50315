package taproot.daemon.api;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.ByteArrayBuilder;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
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
            ProblemException.Parameter parameter = problem.parameter();
            if (parameter != null) {
                json.writeStringField("parameter", parameter.name());
                json.writeStringField("got", parameter.got());
                json.writeStringField("expected", parameter.expected());
            }
        });
    }

    private static Mono<Void> send(
            HttpServerResponse response, HttpResponseStatus status, String contentType, Fields fields) {
        return bytes(response.status(status), contentType, object(fields));
    }

    static Mono<Void> bytes(HttpServerResponse response, String contentType, byte[] body) {
        return response.header(HttpHeaderNames.CONTENT_TYPE, contentType)
                .header(HttpHeaderNames.CONTENT_LENGTH, Integer.toString(body.length))
                .header(HttpHeaderNames.CACHE_CONTROL, "no-store")
                .sendByteArray(Mono.just(body))
                .then();
    }

    static Mono<Void> line(HttpServerResponse response, String contentType, byte[] text) {
        byte[] line = Arrays.copyOf(text, text.length + 1);
        line[text.length] = '\n';
        return bytes(response, contentType, line);
    }

    /** In pieces, each of which is asked for when the one before has gone out; the head goes with the first. */
    static Mono<Void> pieces(HttpServerResponse response, String contentType, Publisher<byte[]> pieces) {
        response.header(HttpHeaderNames.CONTENT_TYPE, contentType).header(HttpHeaderNames.CACHE_CONTROL, "no-store");
        return Flux.from(pieces)
                // Hidden: what is known to be one piece only would be taken for the whole answer.
                .concatMap(
                        piece -> response.sendByteArray(Flux.just(piece).hide()).then(), 1)
                .then();
    }

    /** An object as it stands in answers, without the line break at its end. */
    static byte[] json(Fields fields) {
        byte[] line = object(fields);
        return Arrays.copyOf(line, line.length - 1);
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
