package taproot.daemon.api;

import com.fasterxml.jackson.core.JsonGenerator;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.IOException;
import java.util.List;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServerResponse;
import taproot.daemon.config.ConfigException;

/**
 * {@code POST /v1/reload}: reads the configuration again, applies what can change live and says what needs a restart. A
 * configuration with anything wrong in it is refused whole (409), and the old one stays.
 */
final class ReloadEndpoint implements Endpoint {
    @Override
    public HttpMethod method() {
        return HttpMethod.POST;
    }

    @Override
    public String path() {
        return "/v1/reload";
    }

    @Override
    public Publisher<Void> answer(Call call, HttpServerResponse response) {
        return Mono.fromCallable(() -> call.control().reload())
                .subscribeOn(call.reads().threads()) // It reads a file.
                .onErrorMap(
                        ConfigException.class,
                        wrong -> new ProblemException(
                                HttpResponseStatus.CONFLICT, "nothing was changed: " + wrong.getMessage()))
                .flatMap(reloaded -> Replies.json(response, json -> {
                    keys(json, "applied", reloaded.applied());
                    keys(json, "restart", reloaded.restart());
                }));
    }

    private static void keys(JsonGenerator json, String name, List<String> keys) throws IOException {
        json.writeArrayFieldStart(name);
        for (String key : keys) {
            json.writeString(key);
        }
        json.writeEndArray();
    }
}
