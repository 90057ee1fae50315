package taproot.daemon.sink.opentelemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import io.opentelemetry.proto.trace.v1.Span;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import taproot.daemon.config.Config;
import taproot.daemon.config.ConfigException;
import taproot.daemon.sink.Batch;
import taproot.daemon.sink.Delivery;
import taproot.daemon.sink.Sink;
import taproot.daemon.sink.SinkException;
import taproot.daemon.sink.SinkSettings;
import taproot.daemon.sink.TraceSource;
import taproot.normalizer.CommandRecord;
import taproot.normalizer.trace.Trace;

class OpenTelemetrySinkTest {
    private final OpenTelemetrySinkFactory factory = new OpenTelemetrySinkFactory();

    @TempDir
    Path directory;

    private TraceSource traces = TraceSource.NONE;

    private Sink open(String endpoint, String protocol, String... more) throws Exception {
        return factory.open(settings(endpoint, protocol, more));
    }

    private SinkSettings settings(String endpoint, String protocol, String... more) throws ConfigException {
        List<String> configuration = new ArrayList<>();
        configuration.add("sinks.team.endpoint=" + endpoint);
        configuration.add("sinks.team.protocol=" + protocol);
        Stream.of(more).map("sinks.team."::concat).forEach(configuration::add);
        return new SinkSettings(
                "team",
                "installation",
                1,
                Duration.ofSeconds(2),
                traces,
                Config.load(null, configuration).sinks().tables().getFirst().read(factory.keys()));
    }

    private static List<CommandRecord> records() throws Exception {
        return Records.of("commit-hooks");
    }

    private static List<CommandRecord> many() throws Exception {
        return Records.all().subList(0, 40);
    }

    private static List<Span> expected(List<CommandRecord> records) {
        return records.stream()
                .flatMap(record ->
                        Spans.of(record, Above.of(record, TraceSource.NONE), null, Detail.PROCESS, Trace.of(null))
                                .stream())
                .toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"grpc", "http/protobuf"})
    void aBatchArrivesAsSpansAndAsMetrics(String protocol) throws Exception {
        try (OtlpReceiver receiver = OtlpReceiver.start(protocol);
                Sink sink = open(receiver.endpoint(), protocol)) {
            assertThat(sink.deliver(Records.batch(1, many()))).isEqualTo(Delivery.delivered());
            assertThat(receiver.spans).isEqualTo(expected(many()));
            assertThat(sum(receiver.metrics.getLast(), "git.commands")).isEqualTo(many().size());
            assertThat(sink.figures()).containsEntry("spans", (long) receiver.spans.size());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"grpc", "http/protobuf"})
    void whoIsNotThereHasNothingAndGetsItLater(String protocol) throws Exception {
        OtlpReceiver first = OtlpReceiver.start(protocol);
        first.close();
        try (Sink sink = open(first.endpoint(), protocol)) {
            assertThat(sink.deliver(Records.batch(1, records())))
                    .isInstanceOfSatisfying(
                            Delivery.Failed.class,
                            failed -> assertThat(failed.reason()).contains("cannot connect to http://127.0.0.1:"));
            try (OtlpReceiver second = OtlpReceiver.start(protocol, first.port())) {
                Awaitility.await()
                        .until(() -> sink.deliver(Records.batch(2, records())).equals(Delivery.delivered()));
                assertThat(second.spans).isEqualTo(expected(records()));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"grpc", "http/protobuf"})
    void whoIsBusyIsAskedAgainWhenHeSaid(String protocol) throws Exception {
        try (OtlpReceiver receiver = OtlpReceiver.start(protocol);
                Sink sink = open(receiver.endpoint(), protocol)) {
            receiver.troubles.add(OtlpReceiver.Trouble.BUSY);
            assertThat(sink.deliver(Records.batch(1, records())))
                    .isInstanceOfSatisfying(
                            Delivery.Failed.class,
                            failed -> assertThat(failed.pause()).isEqualTo(Duration.ofSeconds(1)));
            assertThat(receiver.spans).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"grpc", "http/protobuf"})
    void aWrongTokenIsASetupToMendAndNoFaultOfARecord(String protocol) throws Exception {
        try (OtlpReceiver receiver = OtlpReceiver.start(protocol);
                Sink sink = open(receiver.endpoint(), protocol)) {
            receiver.troubles.add(OtlpReceiver.Trouble.FORBIDDEN);
            assertThat(sink.deliver(Records.batch(1, records())))
                    .isInstanceOfSatisfying(
                            Delivery.Failed.class,
                            failed -> assertThat(failed.reason()).contains("look at the sink's headers"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"grpc", "http/protobuf"})
    void whatMayHaveArrivedComesAgainWithTheSameIdsAndTheSameSums(String protocol) throws Exception {
        for (OtlpReceiver.Trouble trouble :
                List.of(OtlpReceiver.Trouble.TAKEN_BUT_FAILED, OtlpReceiver.Trouble.TAKEN_UNANSWERED)) {
            try (OtlpReceiver receiver = OtlpReceiver.start(protocol);
                    Sink sink = open(receiver.endpoint(), protocol)) {
                receiver.troubles.add(trouble);
                assertThat(sink.deliver(Records.batch(1, records()))).isInstanceOf(Delivery.Unknown.class);
                assertThat(sink.deliver(Records.batch(2, records()))).isEqualTo(Delivery.delivered());
                List<Span> once = expected(records());
                assertThat(receiver.spans)
                        .isEqualTo(Stream.concat(once.stream(), once.stream()).toList());
                assertThat(sum(receiver.metrics.getLast(), "git.commands"))
                        .isEqualTo(records().size());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"grpc", "http/protobuf"})
    void aRecordThatIsRefusedGoesAsideAndTheOthersArrive(String protocol) throws Exception {
        try (OtlpReceiver receiver = OtlpReceiver.start(protocol);
                Sink sink = open(receiver.endpoint(), protocol)) {
            List<Span> bad = expected(many().subList(17, 18));
            receiver.refused = span -> span.getSpanId().equals(bad.getFirst().getSpanId());
            assertThat(sink.deliver(Records.batch(1, many())))
                    .isInstanceOfSatisfying(
                            Delivery.Refused.class,
                            refused -> assertThat(refused.refusals())
                                    .singleElement()
                                    .satisfies(refusal -> {
                                        assertThat(refusal.seq()).isEqualTo(18);
                                        assertThat(refusal.kind()).isEqualTo(Delivery.Kind.REFUSED);
                                    }));
            List<Span> others = new ArrayList<>(expected(many()));
            others.removeAll(bad);
            assertThat(receiver.spans).isEqualTo(others);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"grpc", "http/protobuf"})
    void whatAReceiverRejectsWithoutNamingItIsCountedAndNotSentAgain(String protocol) throws Exception {
        try (OtlpReceiver receiver = OtlpReceiver.start(protocol);
                Sink sink = open(receiver.endpoint(), protocol)) {
            receiver.troubles.add(OtlpReceiver.Trouble.PARTIAL);
            assertThat(sink.deliver(Records.batch(1, records()))).isEqualTo(Delivery.delivered());
            assertThat(sink.figures()).containsEntry("rejected_spans", 1L);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"grpc", "http/protobuf"})
    void aTokenIsReadFromItsFileAndNeverFromTheConfiguration(String protocol) throws Exception {
        Path token = Files.createFile(
                directory.resolve("token-" + protocol.length()),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(token, "Bearer 1234\n");
        try (OtlpReceiver receiver = OtlpReceiver.start(protocol);
                Sink sink = open(receiver.endpoint(), protocol, "headers=Authorization=file:" + token)) {
            assertThat(sink.deliver(Records.batch(1, records()))).isEqualTo(Delivery.delivered());
            assertThat(receiver.tokens).isNotEmpty().containsOnly("Bearer 1234");
        }
        assertThatThrownBy(() -> settings("http://127.0.0.1:1", protocol, "headers=Authorization=Bearer 1234"))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("env:VARIABLE")
                .hasMessageNotContaining("1234");
    }

    @Test
    void regionsComeFromTheTraceThatIsKept() throws Exception {
        traces = _ -> Records.lines("status");
        List<CommandRecord> status = Records.of("status");
        try (OtlpReceiver receiver = OtlpReceiver.start("grpc");
                Sink sink = open(receiver.endpoint(), "grpc", "detail=verbose")) {
            assertThat(sink.deliver(Records.batch(1, status))).isEqualTo(Delivery.delivered());
            Span root = receiver.spans.getFirst();
            assertThat(receiver.spans)
                    .filteredOn(span -> span.getName().equals("index/refresh"))
                    .singleElement()
                    .satisfies(span -> {
                        assertThat(span.getTraceId()).isEqualTo(root.getTraceId());
                        assertThat(span.getStartTimeUnixNano()).isGreaterThan(root.getStartTimeUnixNano());
                        assertThat(span.getEndTimeUnixNano()).isLessThanOrEqualTo(root.getEndTimeUnixNano());
                    });
        }
    }

    @Test
    void hostAndUserAreNotSentUnlessAskedFor() throws Exception {
        try (OtlpReceiver receiver = OtlpReceiver.start("grpc")) {
            try (Sink sink = open(receiver.endpoint(), "grpc")) {
                sink.deliver(Records.batch(1, records()));
            }
            assertThat(attributes(receiver)).doesNotContain("host.name", "user.name");
            try (Sink sink =
                    open(receiver.endpoint(), "grpc", "host_name=true", "user_name=true", "resource=team=build")) {
                sink.deliver(Records.batch(1, records()));
            }
            assertThat(attributes(receiver)).contains("host.name", "user.name", "team", "service.name");
        }
    }

    private static List<String> attributes(OtlpReceiver receiver) {
        return receiver.resources.getLast().getAttributesList().stream()
                .map(KeyValue::getKey)
                .toList();
    }

    @Test
    void sumsGoOnFromBatchToBatchAndCountEachRecordOnce() throws Exception {
        try (OtlpReceiver receiver = OtlpReceiver.start("grpc");
                Sink sink = open(receiver.endpoint(), "grpc", "traces=false")) {
            List<CommandRecord> all = Records.all();
            Batch first = Records.batch(1, all.subList(0, 10));
            sink.deliver(first);
            sink.deliver(first);
            sink.deliver(Records.batch(1, 11, all.subList(10, 30)));
            assertThat(receiver.spans).isEmpty();
            assertThat(sum(receiver.metrics.getLast(), "git.commands")).isEqualTo(30);
            assertThat(sum(receiver.metrics.getLast(), "git.command.failures"))
                    .isEqualTo(all.subList(0, 30).stream()
                            .filter(record ->
                                    record.exitCode() == null ? record.signal() != null : record.exitCode() != 0)
                            .count());
        }
    }

    @Test
    void aBackfillSendsSpansAgainAndCountsNothingTwice() throws Exception {
        try (OtlpReceiver receiver = OtlpReceiver.start("grpc");
                Sink sink = open(receiver.endpoint(), "grpc")) {
            sink.deliver(Records.batch(1, records()));
            sink.deliver(Records.batch(1, records()));
            List<Span> once = expected(records());
            assertThat(receiver.spans)
                    .isEqualTo(Stream.concat(once.stream(), once.stream()).toList());
            assertThat(sum(receiver.metrics.getLast(), "git.commands"))
                    .isEqualTo(records().size());
        }
    }

    private static long sum(ExportMetricsServiceRequest request, String name) {
        Metric metric = request.getResourceMetrics(0).getScopeMetrics(0).getMetricsList().stream()
                .filter(candidate -> candidate.getName().equals(name))
                .findFirst()
                .orElseThrow();
        return metric.getSum().getDataPointsList().stream()
                .mapToLong(NumberDataPoint::getAsInt)
                .sum();
    }

    @Test
    void settingsThatCannotWorkAreRefusedBeforeAnythingIsSent() throws Exception {
        assertThatThrownBy(() -> factory.check(settings("http://127.0.0.1:1", "grpc", "traces=false", "metrics=false")))
                .isInstanceOf(SinkException.class)
                .hasMessageContaining("got neither");
        assertThatThrownBy(() -> settings("127.0.0.1:4317", "grpc"))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("http://127.0.0.1:4317");
        assertThatThrownBy(() -> settings("http://127.0.0.1:4317", "thrift"))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("\"grpc\" or \"http/protobuf\"");
    }
}
