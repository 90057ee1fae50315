package taproot.daemon.api;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.Collectors;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;
import taproot.daemon.log.CommandLog;
import taproot.daemon.log.LogException;
import taproot.daemon.stream.CommandStream;
import taproot.daemon.stream.LogReads;

/** The registry of endpoints, and the way of a request to its endpoint. A new endpoint is one more line in {@link #ALL}. */
final class Endpoints {
    static final List<Endpoint> ALL = List.of(
            new StatusEndpoint(), //
            new BarrierEndpoint(),
            new LiveEndpoint(),
            new CommandsEndpoint(),
            new ForgetEndpoint(),
            new CommandEndpoint(),
            new TraceEndpoint(),
            new StreamEndpoint(),
            new SummaryEndpoint(),
            new RepositoriesEndpoint(),
            new SinksEndpoint(),
            new SinkOrderEndpoint(Control.SinkOrder.Kind.PAUSE),
            new SinkOrderEndpoint(Control.SinkOrder.Kind.RESUME),
            new SinkOrderEndpoint(Control.SinkOrder.Kind.RESEND),
            new SinkOrderEndpoint(Control.SinkOrder.Kind.DISCARD),
            new SinkOrderEndpoint(Control.SinkOrder.Kind.BACKFILL),
            new ReloadEndpoint(),
            new OpenApiEndpoint(),
            new MetricsEndpoint(),
            new HealthEndpoint(),
            new ReadyEndpoint());

    private static final List<Route> ROUTES = ALL.stream().map(Route::of).toList();

    private final Control control;
    private final CommandLog log;
    private final LogReads reads;
    private final CommandStream stream;
    private final Metrics metrics;

    Endpoints(Control control, CommandLog log, LogReads reads, CommandStream stream, Metrics metrics) {
        this.control = control;
        this.log = log;
        this.reads = reads;
        this.stream = stream;
        this.metrics = metrics;
    }

    /** Answers whoever knows the token. */
    Publisher<Void> answer(BearerToken token, HttpServerRequest request, HttpServerResponse response) {
        try {
            token.check(request.requestHeaders().get(HttpHeaderNames.AUTHORIZATION), response);
            return answer(request, response);
        } catch (ProblemException problem) {
            return Replies.problem(response, problem);
        }
    }

    Publisher<Void> answer(HttpServerRequest request, HttpServerResponse response) {
        QueryStringDecoder uri = new QueryStringDecoder(request.uri());
        try {
            return Mono.from(answer(request, uri, response))
                    .onErrorResume(
                            failure -> isForTheCaller(failure) && !response.hasSentHeaders(),
                            failure -> Replies.problem(response, problem(failure)));
        } catch (ProblemException problem) {
            return Replies.problem(response, problem);
        } catch (IllegalArgumentException undecodable) { // QueryStringDecoder's word for a broken percent-encoding
            return Replies.problem(response, ProblemException.badRequest(String.valueOf(undecodable.getMessage())));
        }
    }

    private Publisher<Void> answer(HttpServerRequest request, QueryStringDecoder uri, HttpServerResponse response)
            throws ProblemException {
        List<Endpoint> here = new ArrayList<>();
        for (Route route : ROUTES) {
            Map<String, String> path = route.match(uri.rawPath());
            if (path == null) {
                continue;
            }
            Endpoint endpoint = route.endpoint();
            if (endpoint.method().equals(request.method())) {
                Parameters parameters = new Parameters(uri.parameters());
                parameters.allow(endpoint.parameters());
                String lastEventId = request.requestHeaders().get("Last-Event-ID");
                return endpoint.answer(
                        new Call(control, log, reads, stream, metrics, path, parameters, lastEventId), response);
            }
            here.add(endpoint);
        }
        throw here.isEmpty() ? nothingAt(uri.path()) : wrongMethod(request, uri.path(), here, response);
    }

    private static ProblemException nothingAt(String path) {
        return new ProblemException(
                HttpResponseStatus.NOT_FOUND,
                "nothing at " + path + ", expected one of "
                        + ALL.stream().map(Endpoint::path).distinct().collect(Collectors.joining(", ")));
    }

    private static ProblemException wrongMethod(
            HttpServerRequest request, String path, List<Endpoint> here, HttpServerResponse response) {
        String allowed = here.stream().map(endpoint -> endpoint.method().name()).collect(Collectors.joining(", "));
        response.header(HttpHeaderNames.ALLOW, allowed);
        return new ProblemException(
                HttpResponseStatus.METHOD_NOT_ALLOWED,
                path + " takes " + allowed + ", got " + request.method().name());
    }

    private static boolean isForTheCaller(Throwable failure) {
        return failure instanceof ProblemException
                || failure instanceof LogException
                || failure instanceof RejectedExecutionException;
    }

    private static ProblemException problem(Throwable failure) {
        return failure instanceof ProblemException problem
                ? problem
                : new ProblemException(HttpResponseStatus.SERVICE_UNAVAILABLE, String.valueOf(failure.getMessage()));
    }
}
