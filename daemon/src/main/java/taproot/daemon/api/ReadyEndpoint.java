package taproot.daemon.api;

import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import org.reactivestreams.Publisher;
import reactor.netty.http.server.HttpServerResponse;

/** {@code GET /readyz}: 200 once the log is open; the sockets listen before that, and what comes waits in memory. */
final class ReadyEndpoint implements Endpoint {
    @Override
    public HttpMethod method() {
        return HttpMethod.GET;
    }

    @Override
    public String path() {
        return "/readyz";
    }

    @Override
    public Publisher<Void> answer(Call call, HttpServerResponse response) throws ProblemException {
        Control.Status status = call.control().status();
        if (!status.log().state().equals("open")) {
            throw new ProblemException(
                    HttpResponseStatus.SERVICE_UNAVAILABLE,
                    "the log is " + status.log().state() + ", expected open"
                            + (status.errors().isEmpty()
                                    ? ""
                                    : ": " + status.errors().getFirst().message()));
        }
        return Replies.json(response, json -> json.writeStringField("status", "ready"));
    }
}
