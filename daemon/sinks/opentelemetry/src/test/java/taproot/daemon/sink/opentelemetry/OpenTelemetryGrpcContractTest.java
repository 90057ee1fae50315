package taproot.daemon.sink.opentelemetry;

/** The same over gRPC. */
class OpenTelemetryGrpcContractTest extends OpenTelemetryContractTest {
    @Override
    String protocol() {
        return "grpc";
    }
}
