package taproot.daemon.api;

import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServerResponse;

/**
 * {@code GET /healthz}: 200 once an event of the daemon's own has gone the way that git's go, through the trace2 socket, the
 * live state and the log's writer; it leaves nothing behind. 503 when it has not arrived within {@value #SECONDS} s.
 */
final class HealthEndpoint implements Endpoint {
    private static final int SECONDS = 5;

    @Override
    public HttpMethod method() {
        return HttpMethod.GET;
    }

    @Override
    public String path() {
        return "/healthz";
    }

    @Override
    public Publisher<Void> answer(Call call, HttpServerResponse response) {
        return Mono.fromFuture(call.control().probe().toCompletableFuture(), true)
                .timeout(Duration.ofSeconds(SECONDS))
                .onErrorMap(HealthEndpoint::problem)
                .flatMap(took -> Replies.json(response, json -> {
                    json.writeStringField("status", "ok");
                    json.writeNumberField("took_us", Rfc3339.micros(took));
                }));
    }

    private static ProblemException problem(Throwable failure) {
        String why = failure instanceof TimeoutException
                ? "an event of our own did not go from the trace2 socket to the log within " + SECONDS + " s"
                : "an event of our own did not get through: " + failure.getMessage();
        return new ProblemException(HttpResponseStatus.SERVICE_UNAVAILABLE, why + "; /v1/status says what waits");
    }
}
