package taproot.daemon.api;

import io.netty.handler.codec.http.HttpMethod;
import java.util.Set;
import org.reactivestreams.Publisher;
import reactor.netty.http.server.HttpServerResponse;

/** One method on one path of the control socket. Stateless; runs on the control socket's event loop. */
interface Endpoint {
    HttpMethod method();

    /** Its segments; one in braces stands for any. */
    String path();

    /** The parameters behind the question mark that it knows; others are refused before it is asked. */
    default Set<String> parameters() {
        return Set.of();
    }

    /**
     * Answers. What the publisher fails with is answered as a problem document, so it fails before it has sent anything.
     *
     * @throws ProblemException when the call cannot be served
     */
    Publisher<Void> answer(Call call, HttpServerResponse response) throws ProblemException;
}
