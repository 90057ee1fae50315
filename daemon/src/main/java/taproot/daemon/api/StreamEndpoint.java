package taproot.daemon.api;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.netty.http.server.HttpServerResponse;
import taproot.daemon.log.CommandQuery;
import taproot.daemon.stream.StreamRequest;

/**
 * {@code GET /v1/stream}: records as they are committed, as server-sent events. {@code after} is the seq of the last one the
 * client has, and {@code Last-Event-ID} wins over it, because a client that comes again on its own repeats the address; with
 * neither it starts at now.
 */
final class StreamEndpoint implements Endpoint {
    @Override
    public HttpMethod method() {
        return HttpMethod.GET;
    }

    @Override
    public String path() {
        return "/v1/stream";
    }

    @Override
    public Set<String> parameters() {
        return Parameters.filterAnd("after", "log_id", "live");
    }

    @Override
    public Publisher<Void> answer(Call call, HttpServerResponse response) throws ProblemException {
        CommandQuery query = call.parameters().filter().newest(0);
        Long after = after(call);
        String logId = call.parameters().text("log_id");
        boolean live = call.parameters().isSet("live");
        if (call.control().status().log().id() == null) {
            response.header(HttpHeaderNames.RETRY_AFTER, "1");
            throw new ProblemException(
                    HttpResponseStatus.SERVICE_UNAVAILABLE, "the log is not open yet: /v1/status says why, try again");
        }
        return Replies.pieces(
                response,
                "text/event-stream",
                call.located(query)
                        .flatMapMany(located -> call.stream().events(new StreamRequest(located, after, logId, live))));
    }

    private static @Nullable Long after(Call call) throws ProblemException {
        String last = call.lastEventId();
        if (last != null && !last.isEmpty()) {
            try {
                return Math.max(0, Long.parseLong(last));
            } catch (NumberFormatException e) {
                throw ProblemException.badParameter("Last-Event-ID", last, "the id of an event, a seq");
            }
        }
        return call.parameters().text("after") == null
                ? null
                : call.parameters().number("after", 0, Long.MAX_VALUE);
    }
}
