package taproot.daemon.sink.opentelemetry;

import org.junit.jupiter.api.Tag;

/** The same over gRPC, which differs from HTTP in the transport alone; {@link OpenTelemetrySinkTest} has both in every run. */
@Tag("backends")
class OpenTelemetryGrpcContractTest extends OpenTelemetryContractTest {
    @Override
    String protocol() {
        return "grpc";
    }
}
