package taproot.daemon.api;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.List;
import java.util.stream.Collectors;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/** The registry of endpoints, and the way of a request to its endpoint. A new endpoint is one more line in {@link #ALL}. */
final class Endpoints {
    private static final List<Endpoint> ALL = List.of(
            new StatusEndpoint(), //
            new BarrierEndpoint(),
            new LiveEndpoint());

    private final Control control;

    Endpoints(Control control) {
        this.control = control;
    }

    Publisher<Void> answer(HttpServerRequest request, HttpServerResponse response) {
        QueryStringDecoder uri = new QueryStringDecoder(request.uri());
        try {
            Publisher<Void> answer =
                    find(request, uri.path(), response).answer(new Call(control, uri.parameters()), response);
            return Mono.from(answer)
                    .onErrorResume(ProblemException.class, problem -> Replies.problem(response, problem));
        } catch (ProblemException problem) {
            return Replies.problem(response, problem);
        } catch (IllegalArgumentException undecodable) { // QueryStringDecoder's word for a broken percent-encoding
            return Replies.problem(response, ProblemException.badRequest(String.valueOf(undecodable.getMessage())));
        }
    }

    private static Endpoint find(HttpServerRequest request, String path, HttpServerResponse response)
            throws ProblemException {
        List<Endpoint> here =
                ALL.stream().filter(endpoint -> endpoint.path().equals(path)).toList();
        if (here.isEmpty()) {
            throw new ProblemException(
                    HttpResponseStatus.NOT_FOUND,
                    "nothing at " + path + ", expected one of "
                            + ALL.stream().map(Endpoint::path).collect(Collectors.joining(", ")));
        }
        for (Endpoint endpoint : here) {
            if (endpoint.method().equals(request.method())) {
                return endpoint;
            }
        }
        String allowed = here.stream().map(endpoint -> endpoint.method().name()).collect(Collectors.joining(", "));
        response.header(HttpHeaderNames.ALLOW, allowed);
        throw new ProblemException(
                HttpResponseStatus.METHOD_NOT_ALLOWED,
                path + " takes " + allowed + ", got " + request.method().name());
    }
}
