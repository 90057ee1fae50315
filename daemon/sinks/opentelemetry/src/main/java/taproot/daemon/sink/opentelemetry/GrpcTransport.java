package taproot.daemon.sink.opentelemetry;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.RetryInfo;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.okhttp.OkHttpChannelBuilder;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.AbstractStub;
import io.grpc.stub.MetadataUtils;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.collector.metrics.v1.MetricsServiceGrpc;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.TraceServiceGrpc;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** OTLP over gRPC. */
final class GrpcTransport implements Transport {
    private static final int DEFAULT_PORT = 4317;

    private final ManagedChannel channel;
    private final TraceServiceGrpc.TraceServiceBlockingStub traces;
    private final MetricsServiceGrpc.MetricsServiceBlockingStub metrics;
    private final String endpoint;
    private final List<Header> headers;

    GrpcTransport(URI endpoint, List<Header> headers, boolean gzip, @Nullable SSLContext tls) {
        this.endpoint = endpoint.toString();
        this.headers = headers;
        OkHttpChannelBuilder builder = OkHttpChannelBuilder.forAddress(
                        endpoint.getHost(), endpoint.getPort() < 0 ? DEFAULT_PORT : endpoint.getPort())
                .disableRetry(); // The runner retries, and says so.
        if (endpoint.getScheme().equals("http")) {
            builder.usePlaintext();
        } else if (tls != null) {
            builder.sslSocketFactory(tls.getSocketFactory());
        }
        channel = builder.build();
        String compression = gzip ? "gzip" : "identity";
        traces = TraceServiceGrpc.newBlockingStub(channel).withCompression(compression);
        metrics = MetricsServiceGrpc.newBlockingStub(channel).withCompression(compression);
    }

    @Override
    public Answer send(ExportTraceServiceRequest request, Duration timeout) throws InterruptedException {
        return call(timeout, with -> {
            var stub = ready(traces, with, timeout);
            return () -> stub.export(request).getPartialSuccess().getRejectedSpans();
        });
    }

    @Override
    public Answer send(ExportMetricsServiceRequest request, Duration timeout) throws InterruptedException {
        return call(timeout, with -> {
            var stub = ready(metrics, with, timeout);
            return () -> stub.export(request).getPartialSuccess().getRejectedDataPoints();
        });
    }

    private interface Prepared {
        LongSupplier call(Metadata headers);
    }

    private static <S extends AbstractStub<S>> S ready(S stub, Metadata headers, Duration timeout) {
        return stub.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
                .withDeadlineAfter(timeout.toNanos(), TimeUnit.NANOSECONDS);
    }

    private Answer call(Duration timeout, Prepared prepared) throws InterruptedException {
        Metadata metadata = new Metadata();
        try {
            Header.read(headers)
                    .forEach((name, value) ->
                            metadata.put(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER), value));
        } catch (IOException e) {
            return new Answer.Failed(String.valueOf(e.getMessage()), null);
        }
        channel.resetConnectBackoff(); // The runner has made its pause; a second one, up to minutes, would come on top.
        try {
            return new Answer.Accepted(prepared.call(metadata).getAsLong());
        } catch (StatusRuntimeException e) {
            if (Thread.interrupted()) {
                throw new InterruptedException("stopped while waiting for " + endpoint);
            }
            return answer(e, timeout);
        }
    }

    private Answer answer(StatusRuntimeException e, Duration timeout) {
        Status status = e.getStatus();
        String reason = endpoint + " answered " + status.getCode()
                + (status.getDescription() == null ? "" : ": " + status.getDescription());
        return switch (status.getCode()) {
            case INVALID_ARGUMENT -> new Answer.Refused(reason);
            case RESOURCE_EXHAUSTED ->
                isTooLarge(status) ? new Answer.Refused(reason) : new Answer.Failed(reason, pause(e));
            case UNAUTHENTICATED, PERMISSION_DENIED -> new Answer.Failed(reason + "; look at the sink's headers", null);
            case UNIMPLEMENTED, NOT_FOUND ->
                new Answer.Failed(
                        reason + "; expected a receiver of OTLP over gRPC there: look at endpoint and protocol", null);
            case UNAVAILABLE ->
                status.getCause() instanceof ConnectException
                        ? new Answer.Failed(
                                "cannot connect to " + endpoint + ": is a receiver of OTLP listening there?", null)
                        : new Answer.Unknown(reason);
            case DEADLINE_EXCEEDED ->
                new Answer.Unknown("no answer from " + endpoint + " within " + timeout.toMillis() + " ms");
            default -> new Answer.Unknown(reason);
        };
    }

    /** gRPC has one code for a busy receiver and for a message above its limit; only the text tells them apart. */
    private static boolean isTooLarge(Status status) {
        String text =
                status.getDescription() == null ? "" : status.getDescription().toLowerCase(Locale.ROOT);
        return text.contains("larger than max") || text.contains("exceeds maximum");
    }

    private static @Nullable Duration pause(StatusRuntimeException e) {
        try {
            com.google.rpc.Status status = StatusProto.fromThrowable(e);
            for (Any detail : status == null ? List.<Any>of() : status.getDetailsList()) {
                if (detail.is(RetryInfo.class)) {
                    var delay = detail.unpack(RetryInfo.class).getRetryDelay();
                    return Duration.ofSeconds(delay.getSeconds(), delay.getNanos());
                }
            }
            return null;
        } catch (InvalidProtocolBufferException unreadable) {
            return null; // A hint that cannot be read is none; the runner has a pause of its own.
        }
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }
}
