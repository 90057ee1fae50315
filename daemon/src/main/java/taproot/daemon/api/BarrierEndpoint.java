package taproot.daemon.api;

import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServerResponse;

/**
 * {@code POST /v1/barrier?timeout=30s}: 200 {@code {"seq":n}} once everything git had sent before the call is committed,
 * 504 when that takes longer than the timeout, 503 when the daemon stops first.
 */
final class BarrierEndpoint implements Endpoint {
    private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(30);

    @Override
    public HttpMethod method() {
        return HttpMethod.POST;
    }

    @Override
    public String path() {
        return "/v1/barrier";
    }

    @Override
    public Set<String> parameters() {
        return Set.of("timeout");
    }

    @Override
    public Publisher<Void> answer(Call call, HttpServerResponse response) throws ProblemException {
        Duration given = call.parameters().duration("timeout");
        Duration timeout = given == null ? DEFAULT_TIMEOUT : given;
        return Mono.fromFuture(call.control().barrier().toCompletableFuture(), true)
                .timeout(timeout)
                .onErrorMap(failure -> problem(failure, timeout))
                .flatMap(seq -> Replies.json(response, json -> json.writeNumberField("seq", seq)));
    }

    private static ProblemException problem(Throwable failure, Duration timeout) {
        if (failure instanceof TimeoutException) {
            return new ProblemException(
                    HttpResponseStatus.GATEWAY_TIMEOUT,
                    "not everything was committed within " + timeout.toMillis()
                            + " ms: try again with a longer timeout, and look at /v1/status for what waits");
        }
        return new ProblemException(
                HttpResponseStatus.SERVICE_UNAVAILABLE, "the barrier was given up: " + failure.getMessage());
    }
}
