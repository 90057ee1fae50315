package taproot.daemon.api;

import io.netty.handler.codec.http.HttpMethod;
import org.reactivestreams.Publisher;
import reactor.netty.http.server.HttpServerResponse;

/** One method on one path of the control socket. Stateless; runs on the control socket's event loop. */
interface Endpoint {
    HttpMethod method();

    String path();

    /**
     * Answers. What the publisher fails with is answered as a problem document, so it fails before it has sent anything.
     *
     * @throws ProblemException when the call cannot be served
     */
    Publisher<Void> answer(Call call, HttpServerResponse response) throws ProblemException;
}
