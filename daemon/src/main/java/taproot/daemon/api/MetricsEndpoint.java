package taproot.daemon.api;

import io.netty.handler.codec.http.HttpMethod;
import java.util.Map;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServerResponse;
import taproot.daemon.metrics.Part;
import taproot.daemon.metrics.Waiting;

/** {@code GET /metrics}: the figures of {@code /v1/status}, histograms and the JVM's, as Prometheus scrapes them. */
final class MetricsEndpoint implements Endpoint {
    @Override
    public HttpMethod method() {
        return HttpMethod.GET;
    }

    @Override
    public String path() {
        return "/metrics";
    }

    @Override
    public Publisher<Void> answer(Call call, HttpServerResponse response) {
        Control.Status status = call.control().status();
        Map<Part, Waiting> waiting = call.waiting(status);
        return Mono.fromCallable(() ->
                        call.metrics().scrape(status, waiting, call.stream().size(), call.control()))
                .subscribeOn(call.reads().threads()) // The JVM's figures come out of files.
                .flatMap(text -> Replies.bytes(response, Metrics.CONTENT_TYPE, text));
    }
}
