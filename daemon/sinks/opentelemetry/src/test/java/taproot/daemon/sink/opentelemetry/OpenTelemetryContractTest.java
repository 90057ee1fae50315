package taproot.daemon.sink.opentelemetry;

import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.Span;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import taproot.daemon.sink.SinkContractTest;
import taproot.daemon.sink.TestRecords;
import taproot.normalizer.FinishedCommand;

/** The contract, against a receiver that keeps spans by their ids, as back-ends for traces do. */
class OpenTelemetryContractTest extends SinkContractTest {
    private @Nullable OtlpReceiver receiver;

    @Override
    protected BackEnd backEnd() throws Exception {
        OtlpReceiver started = OtlpReceiver.start(protocol());
        started.refused = span -> span.getAttributesList().toString().contains("not to be taken");
        receiver = started;
        return new Collector(started, protocol());
    }

    String protocol() {
        return "http/protobuf";
    }

    @AfterEach
    void stop() throws Exception {
        if (receiver != null) {
            receiver.close();
        }
    }

    private record Collector(OtlpReceiver receiver, String protocol) implements BackEnd {
        @Override
        public InetSocketAddress address() {
            return new InetSocketAddress(InetAddress.getLoopbackAddress(), receiver.port());
        }

        @Override
        public List<String> settings(InetSocketAddress at) {
            return List.of(
                    "type=opentelemetry",
                    "protocol=" + protocol,
                    "endpoint=http://127.0.0.1:" + at.getPort(),
                    "detail=summary");
        }

        @Override
        public List<String> arrived() {
            Map<Object, String> byId = new LinkedHashMap<>();
            receiver.spans.forEach(span -> byId.putIfAbsent(span.getSpanId(), key(span)));
            return List.copyOf(byId.values());
        }

        private static String key(Span span) {
            return span.getAttributesList().stream()
                    .filter(attribute -> attribute.getKey().equals("git.key"))
                    .map(KeyValue::getValue)
                    .findFirst()
                    .orElseThrow()
                    .getStringValue();
        }

        @Override
        public FinishedCommand refusable(int n) {
            return TestRecords.command(n, List.of("git", "commit", "-m", "not to be taken"));
        }
    }
}
