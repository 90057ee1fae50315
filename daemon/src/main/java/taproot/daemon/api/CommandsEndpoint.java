package taproot.daemon.api;

import io.netty.handler.codec.http.HttpMethod;
import java.util.Set;
import org.reactivestreams.Publisher;
import reactor.netty.http.server.HttpServerResponse;
import taproot.daemon.log.CommandQuery;

/**
 * {@code GET /v1/commands}: the records that match, by seq from {@code after} on: {@code {"commands":[…],"next":seq}}, where
 * {@code next} is the {@code after} of the next page, null when there is none. {@code limit} is 50, and 0 for all; however
 * many those are, they are read and sent piece by piece.
 */
final class CommandsEndpoint implements Endpoint {
    private static final int DEFAULT_LIMIT = 50;

    @Override
    public HttpMethod method() {
        return HttpMethod.GET;
    }

    @Override
    public String path() {
        return "/v1/commands";
    }

    @Override
    public Set<String> parameters() {
        return Parameters.filterAnd("after", "limit");
    }

    @Override
    public Publisher<Void> answer(Call call, HttpServerResponse response) throws ProblemException {
        Parameters parameters = call.parameters();
        CommandQuery query = parameters.filter().after(parameters.number("after", 0, Long.MAX_VALUE), (int)
                parameters.number("limit", DEFAULT_LIMIT, Integer.MAX_VALUE));
        return Replies.pieces(
                response,
                "application/json",
                call.located(query).flatMapMany(located -> new CommandList(located).pieces(call.reads())));
    }
}
