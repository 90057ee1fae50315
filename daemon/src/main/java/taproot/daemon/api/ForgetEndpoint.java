package taproot.daemon.api;

import io.netty.handler.codec.http.HttpMethod;
import java.util.Set;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServerResponse;
import taproot.daemon.log.CommandQuery;

/**
 * {@code DELETE /v1/commands?repository=PATH} or {@code ?until=TIME}, or both: removes those records for good, with their
 * traces and what buckets count of them, and says how many. Never everything: one of the two has to be given.
 */
final class ForgetEndpoint implements Endpoint {
    @Override
    public HttpMethod method() {
        return HttpMethod.DELETE;
    }

    @Override
    public String path() {
        return "/v1/commands";
    }

    @Override
    public Set<String> parameters() {
        return Set.of("repository", "until");
    }

    @Override
    public Publisher<Void> answer(Call call, HttpServerResponse response) throws ProblemException {
        CommandQuery what = call.parameters().filter().newest(0);
        if (what.repository() == null && what.until() == null) {
            throw ProblemException.badParameter("repository", null, "repository or until: what is to be forgotten");
        }
        if (what.repository() != null && !what.namesPath()) {
            // Buckets know no ids: something would be left.
            throw ProblemException.badParameter("repository", what.repository(), "an absolute path");
        }
        return Mono.fromFuture(call.log().forget(what).toCompletableFuture(), true)
                .delayUntil(_ -> Mono.fromCompletionStage(() -> call.control().forgetPlaces()))
                .flatMap(forgotten -> Replies.json(response, json -> {
                    json.writeNumberField("commands", forgotten.commands());
                    json.writeNumberField("traces", forgotten.traces());
                    json.writeNumberField("folded", forgotten.folded());
                }));
    }
}
