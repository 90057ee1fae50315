package taproot.daemon.sink.opentelemetry;

import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import com.google.protobuf.MessageLite;
import com.google.rpc.RetryInfo;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.StreamObserver;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceResponse;
import io.opentelemetry.proto.collector.metrics.v1.MetricsServiceGrpc;
import io.opentelemetry.proto.collector.trace.v1.ExportTracePartialSuccess;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import io.opentelemetry.proto.collector.trace.v1.TraceServiceGrpc;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.function.Predicate;
import java.util.zip.GZIPInputStream;

/** A receiver of OTLP on loopback, over gRPC or HTTP, that keeps what it takes and misbehaves when told to. */
final class OtlpReceiver implements AutoCloseable {
    /** What to do with one request instead of taking and answering it. */
    enum Trouble {
        /** Not taken: 503 or RESOURCE_EXHAUSTED, come back in a second. */
        BUSY,
        /** Not taken: 401 or UNAUTHENTICATED. */
        FORBIDDEN,
        /** Taken, and answered with 500 or INTERNAL. */
        TAKEN_BUT_FAILED,
        /** Taken, and never answered. */
        TAKEN_UNANSWERED,
        /** Taken but for one span, which it does not name. */
        PARTIAL
    }

    final List<Span> spans = new CopyOnWriteArrayList<>();
    final List<ExportMetricsServiceRequest> metrics = new CopyOnWriteArrayList<>();
    final List<Resource> resources = new CopyOnWriteArrayList<>();
    final List<String> tokens = new CopyOnWriteArrayList<>();
    final Queue<Trouble> troubles = new ConcurrentLinkedQueue<>();
    volatile Predicate<Span> refused = _ -> false;

    private final CountDownLatch closing = new CountDownLatch(1);
    private final AutoCloseable server;
    private final int port;

    private OtlpReceiver(boolean grpc, int port) throws IOException {
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        if (grpc) {
            Server started = NettyServerBuilder.forAddress(address)
                    .addService(new Traces())
                    .addService(new Metrics())
                    .intercept(new Tokens())
                    .build()
                    .start();
            server = started::shutdownNow;
            this.port = started.getPort();
        } else {
            HttpServer started = HttpServer.create(address, 0);
            started.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
            started.createContext("/v1/traces", exchange -> traces(exchange));
            started.createContext("/v1/metrics", exchange -> metrics(exchange));
            started.start();
            server = () -> started.stop(0);
            this.port = started.getAddress().getPort();
        }
    }

    static OtlpReceiver start(String protocol) throws IOException {
        return new OtlpReceiver(protocol.equals("grpc"), 0);
    }

    /** Another one where an earlier one was. */
    static OtlpReceiver start(String protocol, int port) throws IOException {
        return new OtlpReceiver(protocol.equals("grpc"), port);
    }

    int port() {
        return port;
    }

    String endpoint() {
        return "http://127.0.0.1:" + port;
    }

    private void take(ExportTraceServiceRequest request) {
        request.getResourceSpansList().forEach(resource -> {
            resources.add(resource.getResource());
            resource.getScopeSpansList().forEach(scope -> spans.addAll(scope.getSpansList()));
        });
    }

    private boolean isRefused(ExportTraceServiceRequest request) {
        return request.getResourceSpansList().stream()
                .flatMap(resource -> resource.getScopeSpansList().stream())
                .flatMap(scope -> scope.getSpansList().stream())
                .anyMatch(refused);
    }

    private static ExportTraceServiceResponse answer(boolean partial) {
        return partial
                ? ExportTraceServiceResponse.newBuilder()
                        .setPartialSuccess(ExportTracePartialSuccess.newBuilder()
                                .setRejectedSpans(1)
                                .setErrorMessage("one of them"))
                        .build()
                : ExportTraceServiceResponse.getDefaultInstance();
    }

    // gRPC.

    private final class Tokens implements ServerInterceptor {
        @Override
        public <Q, A> ServerCall.Listener<Q> interceptCall(
                ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
            String token = headers.get(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER));
            if (token != null) {
                tokens.add(token);
            }
            return next.startCall(call, headers);
        }
    }

    private final class Traces extends TraceServiceGrpc.TraceServiceImplBase {
        @Override
        public void export(ExportTraceServiceRequest request, StreamObserver<ExportTraceServiceResponse> observer) {
            if (isRefused(request)) {
                observer.onError(
                        Status.INVALID_ARGUMENT.withDescription("not that one").asRuntimeException());
                return;
            }
            switch (troubles.poll()) {
                case BUSY -> observer.onError(busy());
                case FORBIDDEN -> observer.onError(Status.UNAUTHENTICATED.asRuntimeException());
                case TAKEN_BUT_FAILED -> {
                    take(request);
                    observer.onError(Status.INTERNAL.asRuntimeException());
                }
                case TAKEN_UNANSWERED -> take(request);
                case PARTIAL -> succeed(request, observer, true);
                case null -> succeed(request, observer, false);
            }
        }

        private void succeed(
                ExportTraceServiceRequest request,
                StreamObserver<ExportTraceServiceResponse> observer,
                boolean partial) {
            take(request);
            observer.onNext(answer(partial));
            observer.onCompleted();
        }

        private static Throwable busy() {
            return StatusProto.toStatusRuntimeException(com.google.rpc.Status.newBuilder()
                    .setCode(Status.Code.RESOURCE_EXHAUSTED.value())
                    .addDetails(Any.pack(RetryInfo.newBuilder()
                            .setRetryDelay(Duration.newBuilder().setSeconds(1))
                            .build()))
                    .build());
        }
    }

    private final class Metrics extends MetricsServiceGrpc.MetricsServiceImplBase {
        @Override
        public void export(ExportMetricsServiceRequest request, StreamObserver<ExportMetricsServiceResponse> observer) {
            metrics.add(request);
            observer.onNext(ExportMetricsServiceResponse.getDefaultInstance());
            observer.onCompleted();
        }
    }

    // HTTP.

    private void traces(HttpExchange exchange) throws IOException {
        String token = exchange.getRequestHeaders().getFirst("Authorization");
        if (token != null) {
            tokens.add(token);
        }
        ExportTraceServiceRequest request = ExportTraceServiceRequest.parseFrom(body(exchange));
        if (isRefused(request)) {
            reply(exchange, 400, ExportTraceServiceResponse.getDefaultInstance());
            return;
        }
        switch (troubles.poll()) {
            case BUSY -> {
                exchange.getResponseHeaders().set("Retry-After", "1");
                reply(exchange, 503, ExportTraceServiceResponse.getDefaultInstance());
            }
            case FORBIDDEN -> reply(exchange, 401, ExportTraceServiceResponse.getDefaultInstance());
            case TAKEN_BUT_FAILED -> {
                take(request);
                reply(exchange, 500, ExportTraceServiceResponse.getDefaultInstance());
            }
            case TAKEN_UNANSWERED -> {
                take(request);
                awaitClosing();
            }
            case PARTIAL -> {
                take(request);
                reply(exchange, 200, answer(true));
            }
            case null -> {
                take(request);
                reply(exchange, 200, answer(false));
            }
        }
    }

    private void awaitClosing() {
        try {
            closing.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void metrics(HttpExchange exchange) throws IOException {
        metrics.add(ExportMetricsServiceRequest.parseFrom(body(exchange)));
        reply(exchange, 200, ExportMetricsServiceResponse.getDefaultInstance());
    }

    private static byte[] body(HttpExchange exchange) throws IOException {
        boolean gzip = "gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"));
        try (InputStream in = gzip ? new GZIPInputStream(exchange.getRequestBody()) : exchange.getRequestBody()) {
            return in.readAllBytes();
        }
    }

    private static void reply(HttpExchange exchange, int status, MessageLite message) throws IOException {
        byte[] body = message.toByteArray();
        exchange.getResponseHeaders().set("Content-Type", "application/x-protobuf");
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    @Override
    public void close() throws Exception {
        closing.countDown();
        server.close();
    }
}
