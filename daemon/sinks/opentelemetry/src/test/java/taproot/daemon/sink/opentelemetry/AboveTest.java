package taproot.daemon.sink.opentelemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.proto.trace.v1.Span;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import taproot.daemon.sink.Outlet;
import taproot.daemon.sink.TraceSource;
import taproot.normalizer.CommandRecord;
import taproot.normalizer.FinishedCommand;
import taproot.normalizer.RecordJson;

/** Which span a command is linked to that hangs under another. */
class AboveTest {
    private static final String ROOT = "20261120T000000.000000Z-H0a7c9cdf-P00000001";
    private static final String COMMIT = ROOT + "/20261120T000001.000000Z-H0a7c9cdf-P00000002";
    private static final String HOOKED = COMMIT + "/20261120T000002.000000Z-H0a7c9cdf-P00000003";
    private static final String DETACHED = HOOKED + "/20261120T000003.000000Z-H0a7c9cdf-P00000004";

    @TempDir
    Path directory;

    /** @param members the SIDs of its other processes */
    private static FinishedCommand command(String key, String parent, String... members) throws Exception {
        String sid = key.replaceAll("#.*", "");
        String processes = Stream.concat(Stream.of(sid), Stream.of(members))
                .map(
                        each -> "{\"sid\":\"" + each + "\",\"argv\":[\"git\"],\"command\":\"commit\","
                                + "\"started_at\":\"2026-11-20T00:00:00.000000Z\",\"duration_us\":1,\"outcome\":\"exited\",\"exit_code\":0}")
                .collect(Collectors.joining(","));
        String json =
                """
            {"v":1,"key":"%s","sid":"%s","root":"%s",%s"detached":false,"argv":["git","commit"],"command":"commit",\
            "read_only":false,"git_version":"2.51.0","pid":1,"ancestry":[],"started_at":"2026-11-20T00:00:00.000000Z",\
            "finished_at":"2026-11-20T00:00:01.000000Z","duration_us":1000000,"outcome":"exited","exit_code":0,"signal":null,\
            "processes":[%s],"events":9,"truncated":false,"trace":"none"}""".formatted(key, sid, ROOT, parent.isEmpty() ? "" : "\"parent\":\"" + parent + "\",", processes);
        return new FinishedCommand(
                RecordJson.read(json.getBytes(StandardCharsets.UTF_8)).record(), new byte[0]);
    }

    private static TraceSource log(FinishedCommand... commands) {
        return new TraceSource() {
            @Override
            public byte[] lines(String key) {
                return new byte[0];
            }

            @Override
            public @Nullable CommandRecord command(String key) {
                return Stream.of(commands)
                        .map(FinishedCommand::record)
                        .filter(record -> record.key().equals(key))
                        .findFirst()
                        .orElse(null);
            }
        };
    }

    @Test
    void aCommandOfAHostIsAbove() throws Exception {
        CommandRecord below = command(HOOKED, COMMIT).record();
        assertThat(Above.of(below, log(command(COMMIT, ROOT)))).isEqualTo(new Above(COMMIT, COMMIT));
    }

    @Test
    void aProcessOfACommandInBetweenIsAbove() throws Exception {
        CommandRecord below = command(DETACHED, HOOKED).record();
        assertThat(Above.of(below, log(command(ROOT, "", COMMIT), command(COMMIT, ROOT, HOOKED))))
                .isEqualTo(new Above(COMMIT, HOOKED));
        assertThat(Above.of(below, log(command(ROOT, "", COMMIT, HOOKED)))).isEqualTo(new Above(ROOT, HOOKED));
        assertThat(Above.of(below, log(command(COMMIT, ROOT), command(COMMIT + "#2", ROOT, HOOKED))))
                .isEqualTo(new Above(COMMIT + "#2", HOOKED));
    }

    @Test
    void whatTheLogDoesNotKnowIsTakenToBeTheRoots() throws Exception {
        CommandRecord below = command(DETACHED, HOOKED).record();
        assertThat(Above.of(below, TraceSource.NONE)).isEqualTo(new Above(ROOT, HOOKED));
        assertThat(Above.of(command(COMMIT, ROOT).record(), TraceSource.NONE)).isEqualTo(new Above(ROOT, ROOT));
        assertThat(Above.of(command(ROOT, "").record(), TraceSource.NONE)).isNull();
        assertThat(Above.of(command(ROOT + "#3", "").record(), TraceSource.NONE))
                .isEqualTo(new Above(ROOT + "#2", ROOT));
    }

    @Test
    void theLinkLeadsToASpanThatWasSent() throws Exception {
        try (OtlpReceiver receiver = OtlpReceiver.start("grpc");
                Outlet outlet = Outlet.open(
                        directory,
                        List.of("sinks.team.type=opentelemetry", "sinks.team.endpoint=" + receiver.endpoint()))) {
            outlet.append(command(COMMIT, ROOT, HOOKED));
            outlet.append(command(DETACHED, HOOKED));
            outlet.awaitAllDelivered();
            Span last = receiver.spans.getLast();
            assertThat(last.getLinksList())
                    .singleElement()
                    .satisfies(link -> assertThat(receiver.spans)
                            .anyMatch(span -> span.getTraceId().equals(link.getTraceId())
                                    && span.getSpanId().equals(link.getSpanId())));
        }
    }
}
