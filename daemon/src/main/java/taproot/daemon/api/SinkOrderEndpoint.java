package taproot.daemon.api;

import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServerResponse;
import taproot.daemon.metrics.SinkStatus;

/** {@code POST /v1/sinks/{name}/pause} and the like: something a sink is to do; answers where its cursor then stands. */
final class SinkOrderEndpoint implements Endpoint {
    /** An attempt that is under way is not broken off; the order takes effect when it is over. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final String FROM = "from";

    private final Control.SinkOrder.Kind kind;

    SinkOrderEndpoint(Control.SinkOrder.Kind kind) {
        this.kind = kind;
    }

    @Override
    public HttpMethod method() {
        return HttpMethod.POST;
    }

    @Override
    public String path() {
        return "/v1/sinks/{name}/" + kind.name().toLowerCase(Locale.ROOT);
    }

    @Override
    public Set<String> parameters() {
        return kind == Control.SinkOrder.Kind.BACKFILL ? Set.of(FROM) : Set.of();
    }

    @Override
    public Publisher<Void> answer(Call call, HttpServerResponse response) throws ProblemException {
        boolean backfill = kind == Control.SinkOrder.Kind.BACKFILL;
        String name = call.segment("name");
        if (call.control().sinks().stream().noneMatch(sink -> sink.name().equals(name))) {
            String known = call.control().sinks().stream().map(SinkStatus::name).collect(Collectors.joining(", "));
            throw new ProblemException(
                    HttpResponseStatus.NOT_FOUND,
                    "no sink " + name + ", expected "
                            + (known.isEmpty() ? "none: there are no sinks" : "one of " + known));
        }
        Control.SinkOrder order =
                backfill ? backfill(call.parameters().text(FROM)) : new Control.SinkOrder(kind, null, null);
        return Mono.fromFuture(call.control().tell(name, order).toCompletableFuture(), true)
                .timeout(PATIENCE)
                .onErrorMap(SinkOrderEndpoint::problem)
                .flatMap(cursor -> Replies.json(response, json -> {
                    json.writeStringField("name", name);
                    json.writeNumberField("cursor", cursor);
                }));
    }

    private static Control.SinkOrder backfill(@Nullable String from) throws ProblemException {
        try {
            if (from != null && from.matches("[1-9]\\d{0,17}")) {
                return new Control.SinkOrder(Control.SinkOrder.Kind.BACKFILL, Long.parseLong(from), null);
            }
            if (from != null) {
                return new Control.SinkOrder(
                        Control.SinkOrder.Kind.BACKFILL,
                        null,
                        OffsetDateTime.parse(from).toInstant());
            }
        } catch (DateTimeException e) {
            // It is refused below, like one that is missing.
        }
        throw ProblemException.badParameter(FROM, from, "a seq, or a time as in RFC 3339, like 2026-11-20T14:30:00Z");
    }

    private static ProblemException problem(Throwable failure) {
        if (failure instanceof TimeoutException) {
            return new ProblemException(
                    HttpResponseStatus.GATEWAY_TIMEOUT,
                    "taken, but not done within " + PATIENCE.toSeconds()
                            + " s: it is done when the attempt that is under way is over");
        }
        return failure instanceof IllegalArgumentException
                ? ProblemException.badRequest(String.valueOf(failure.getMessage()))
                : new ProblemException(HttpResponseStatus.SERVICE_UNAVAILABLE, String.valueOf(failure.getMessage()));
    }
}
