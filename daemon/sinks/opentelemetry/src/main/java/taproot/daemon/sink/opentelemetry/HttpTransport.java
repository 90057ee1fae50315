package taproot.daemon.sink.opentelemetry;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceResponse;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import java.util.zip.GZIPOutputStream;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** OTLP over HTTP with protobuf bodies, by the JDK's own client: {@code POST <endpoint>/v1/traces} and {@code /v1/metrics}. */
final class HttpTransport implements Transport {
    private static final int OK = 200;
    private static final int NO_MORE_OK = 300;
    private static final Pattern SECONDS = Pattern.compile("\\d{1,6}");

    private final HttpClient client;
    private final String endpoint;
    private final List<Header> headers;
    private final boolean gzip;

    /** Reads how many of a request were rejected out of its response. */
    private interface Rejected {
        long in(byte[] response) throws InvalidProtocolBufferException;
    }

    HttpTransport(URI endpoint, List<Header> headers, boolean gzip, @Nullable SSLContext tls) {
        HttpClient.Builder builder = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1);
        if (tls != null) {
            builder.sslContext(tls);
        }
        client = builder.build();
        String text = endpoint.toString();
        this.endpoint = text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
        this.headers = headers;
        this.gzip = gzip;
    }

    @Override
    public Answer send(ExportTraceServiceRequest request, Duration timeout) throws InterruptedException {
        return post(
                "/v1/traces",
                request,
                timeout,
                response -> ExportTraceServiceResponse.parseFrom(response)
                        .getPartialSuccess()
                        .getRejectedSpans());
    }

    @Override
    public Answer send(ExportMetricsServiceRequest request, Duration timeout) throws InterruptedException {
        return post(
                "/v1/metrics",
                request,
                timeout,
                response -> ExportMetricsServiceResponse.parseFrom(response)
                        .getPartialSuccess()
                        .getRejectedDataPoints());
    }

    private Answer post(String path, MessageLite message, Duration timeout, Rejected rejected)
            throws InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(endpoint + path))
                .timeout(timeout)
                .header("Content-Type", "application/x-protobuf")
                .POST(HttpRequest.BodyPublishers.ofByteArray(
                        gzip ? compressed(message.toByteArray()) : message.toByteArray()));
        if (gzip) {
            request.header("Content-Encoding", "gzip");
        }
        try {
            Header.read(headers).forEach(request::header);
        } catch (IOException e) {
            return new Answer.Failed(String.valueOf(e.getMessage()), null);
        }
        try {
            return answer(
                    client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray()), endpoint + path, rejected);
        } catch (ConnectException | HttpConnectTimeoutException e) {
            return new Answer.Failed(
                    "cannot connect to " + endpoint + ": is a receiver of OTLP listening there?", null);
        } catch (IOException e) {
            return new Answer.Unknown("no answer from " + endpoint + path + ": " + e);
        }
    }

    private static Answer answer(HttpResponse<byte[]> response, String url, Rejected rejected) {
        int status = response.statusCode();
        if (status >= OK && status < NO_MORE_OK) {
            try {
                return new Answer.Accepted(rejected.in(response.body()));
            } catch (InvalidProtocolBufferException e) {
                return new Answer.Unknown(url + " answered " + status + " with something that is not OTLP's protobuf");
            }
        }
        String reason = url + " answered " + status;
        return switch (status) {
            // Said before anything of it was looked at: retryable in OTLP, and nothing has arrived.
            case 429, 503 -> new Answer.Failed(reason, pause(response));
            // What is wrong is the setup.
            case 401, 403 -> new Answer.Failed(reason + ": look at the sink's headers", null);
            case 404, 405, 415 ->
                new Answer.Failed(
                        reason + ": expected a receiver of OTLP over HTTP there; look at endpoint and protocol", null);
            default -> status >= 400 && status < 500 ? new Answer.Refused(reason) : new Answer.Unknown(reason);
        };
    }

    private static @Nullable Duration pause(HttpResponse<?> response) {
        return response.headers()
                .firstValue("Retry-After")
                .filter(value -> SECONDS.matcher(value).matches())
                .map(seconds -> Duration.ofSeconds(Long.parseLong(seconds)))
                .orElse(null);
    }

    private static byte[] compressed(byte[] bytes) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(bytes.length / 4 + 64);
        try (OutputStream stream = new GZIPOutputStream(out)) {
            stream.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot happen: memory does not fail to be written", e);
        }
        return out.toByteArray();
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
