package taproot.daemon.api;

import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServerResponse;

/**
 * {@code POST /v1/barrier?timeout=30s}: 200 {@code {"seq":n}} once everything git had sent before the call is committed,
 * 504 when that takes longer than the timeout, 503 when the daemon stops first.
 */
final class BarrierEndpoint implements Endpoint {
    private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(30);
    private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(us|ms|s|m|h|d)");

    @Override
    public HttpMethod method() {
        return HttpMethod.POST;
    }

    @Override
    public String path() {
        return "/v1/barrier";
    }

    @Override
    public Publisher<Void> answer(Call call, HttpServerResponse response) throws ProblemException {
        call.allow(Set.of("timeout"));
        Duration timeout = timeout(call.parameter("timeout"));
        return Mono.fromFuture(call.control().barrier().toCompletableFuture(), true)
                .timeout(timeout)
                .onErrorMap(failure -> problem(failure, timeout))
                .flatMap(seq -> Replies.json(response, json -> json.writeNumberField("seq", seq)));
    }

    private static Duration timeout(@Nullable String text) throws ProblemException {
        if (text == null) {
            return DEFAULT_TIMEOUT;
        }
        Matcher matcher = DURATION.matcher(text);
        if (!matcher.matches()) {
            throw ProblemException.badRequest(
                    "timeout: expected a whole number and us, ms, s, m, h or d, like 30s, got " + text);
        }
        long n = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
            case "us" -> Duration.ofNanos(n * 1_000);
            case "ms" -> Duration.ofMillis(n);
            case "s" -> Duration.ofSeconds(n);
            case "m" -> Duration.ofMinutes(n);
            case "h" -> Duration.ofHours(n);
            default -> Duration.ofDays(n);
        };
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
