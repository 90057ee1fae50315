package taproot.daemon.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import taproot.daemon.log.CommandLog;
import taproot.daemon.log.LogException;
import taproot.daemon.log.LogSettings;
import taproot.daemon.metrics.Counter;
import taproot.daemon.metrics.Counters;
import taproot.daemon.metrics.Failure;
import taproot.daemon.metrics.Part;
import taproot.daemon.metrics.Waiting;
import taproot.normalizer.DropReason;

/** The control socket, asked over a real Unix socket by somebody who knows nothing but HTTP. */
class ControlServerTest {
    private final CompletableFuture<Long> barrier = new CompletableFuture<>();

    @TempDir
    private Path directory;

    private Path socket;
    private ControlServer server;
    private CommandLog log;

    @BeforeEach
    void start() throws IOException, LogException {
        log = CommandLog.open(
                directory.resolve("state"),
                LogSettings.DEFAULTS,
                command -> {
                    throw new IllegalStateException("nothing is recorded here");
                },
                new Counters());
        socket = directory.resolve("control.sock");
        server = ControlServer.start(
                socket, new Values(status(directory), barrier, List.of(live())), log, directory, new Counters());
    }

    @AfterEach
    void stop() throws IOException, InterruptedException {
        server.stop();
        log.close(Duration.ofSeconds(5));
    }

    @Test
    void onlyTheOwnerMayOpenTheSocket() throws IOException {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
                .isEqualTo("rw-------");
    }

    @Test
    void theSocketGoesWithTheServer() throws IOException {
        server.stop();
        assertThat(socket).doesNotExist();
    }

    @Test
    void statusHasEveryDropReasonAndEveryCounter() throws IOException {
        String answer = ask("GET /v1/status");
        assertThat(answer).startsWith("HTTP/1.1 200 OK\r\n").contains("content-type: application/json");
        for (DropReason reason : DropReason.values()) {
            assertThat(answer).contains("\"" + reason.wire() + "\":" + (reason == DropReason.TORN ? 7 : 0));
        }
        for (Counter counter : Counter.values()) {
            assertThat(answer).contains("\"" + counter.wire() + "\":");
        }
    }

    @Test
    void statusIsOneObject() throws IOException {
        String body = body(ask("GET /v1/status"));
        assertThat(body)
                .startsWith("{\"version\":\"0.1\",\"java\":\"")
                .contains(
                        "\"pid\":42,\"uid\":1000,\"started_at\":\"2026-11-20T05:00:00.000001Z\",\"uptime_us\":5000000")
                .contains("\"config\":null,\"log_id\":\"abc\",\"head\":12")
                .contains("\"live\":{\"roots\":1,\"commands\":2,\"connections\":3}")
                .contains("\"events\":{\"received\":107,\"applied\":100,\"ignored\":0,\"dropped\":{")
                .contains("\"queue\":{\"records\":4,\"bytes\":500,\"oldest_us\":7000,\"scratch_bytes\":6000}")
                .contains("\"waiting\":{\"roots\":{\"count\":2,\"oldest_us\":8000},\"subscribers\":{\"count\":0,")
                .contains("\"log\":{\"state\":\"open\"}")
                .contains("\"last_losses\":{\"torn\":\"2026-11-20T05:00:02.000000Z\"}")
                .endsWith(
                        "\"errors\":[{\"at\":\"2026-11-20T05:00:01.000000Z\",\"part\":\"log\",\"message\":\"disk \\\"full\\\"\",\"times\":3}]}\n");
    }

    @Test
    void liveListsWhatIsNotYetOver() throws IOException {
        assertThat(body(ask("GET /v1/live")))
                .isEqualTo(
                        "{\"commands\":[{\"key\":\"S\",\"sid\":\"S\",\"argv\":[\"git\",\"gc\"],\"command\":\"gc\",\"session\":null,\"read_only\":false,\"worktree\":null,\"pid\":null,\"git_version\":null,"
                                + "\"started_at\":\"2026-11-20T05:00:00.000000Z\",\"scratch_bytes\":17,\"last_heard_us\":250000,\"owner\":true}]}\n");
    }

    @Test
    void aBarrierAnswersWithTheHeadOnceItIsReached() throws IOException {
        barrier.complete(12L);
        String answer = ask("POST /v1/barrier?timeout=30s");
        assertThat(answer).startsWith("HTTP/1.1 200 OK\r\n");
        assertThat(body(answer)).isEqualTo("{\"seq\":12}\n");
    }

    @Test
    void aBarrierThatIsNotReachedInTimeIsAGatewayTimeout() throws IOException {
        String answer = ask("POST /v1/barrier?timeout=20ms");
        assertThat(answer)
                .startsWith("HTTP/1.1 504 Gateway Timeout\r\n")
                .contains("content-type: application/problem+json");
        assertThat(body(answer))
                .startsWith("{\"title\":\"Gateway Timeout\",\"status\":504,\"detail\":\"not everything");
        assertThat(barrier).as("the barrier others may wait for").isNotCancelled();
    }

    @Test
    void aBarrierOfADaemonThatStopsIsUnavailable() throws IOException {
        barrier.completeExceptionally(new IOException("the log is closed"));
        assertThat(ask("POST /v1/barrier")).startsWith("HTTP/1.1 503 ").contains("the log is closed");
    }

    @ParameterizedTest
    @ValueSource(strings = {"soon", "30", "-1s", "1.5s", "", "99999999999s"})
    void anInvalidTimeoutIsABadRequest(String timeout) throws IOException {
        assertThat(ask("POST /v1/barrier?timeout=" + timeout))
                .startsWith("HTTP/1.1 400 Bad Request\r\n")
                .contains("timeout: expected a whole number and us, ms, s, m, h or d, like 30s, got " + timeout);
    }

    @Test
    void aParameterTwiceIsABadRequest() throws IOException {
        assertThat(ask("POST /v1/barrier?timeout=1s&timeout=2s")).startsWith("HTTP/1.1 400 ");
    }

    @Test
    void anUnknownParameterIsABadRequest() throws IOException {
        assertThat(ask("POST /v1/barrier?timeuot=1s"))
                .startsWith("HTTP/1.1 400 ")
                .contains("unknown parameter timeuot, expected one of timeout");
    }

    @Test
    void abrokenPercentEncodingIsABadRequest() throws IOException {
        assertThat(ask("GET /v1/status?%zz")).startsWith("HTTP/1.1 400 ");
    }

    @Test
    void anUnknownPathNamesTheKnownOnes() throws IOException {
        assertThat(ask("GET /v2/status"))
                .startsWith("HTTP/1.1 404 Not Found\r\n")
                .contains("nothing at /v2/status, expected one of /v1/status, /v1/barrier, /v1/live");
    }

    @Test
    void aWrongMethodNamesTheRightOne() throws IOException {
        assertThat(ask("GET /v1/barrier"))
                .startsWith("HTTP/1.1 405 Method Not Allowed\r\n")
                .contains("allow: POST\r\n")
                .contains("/v1/barrier takes POST, got GET");
    }

    @Test
    void aPathThatIsTooLongForASocketIsRefused() {
        Path tooLong = directory.resolve("x".repeat(100)).resolve("control.sock");
        assertThatThrownBy(() -> ControlServer.start(
                        tooLong, new Values(status(directory), barrier, List.of()), log, directory, new Counters()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("at most 107 bytes")
                .hasMessageContaining("--runtime-dir");
    }

    @Test
    void aDirectoryThatIsMissingIsSaid() {
        Path missing = directory.resolve("missing").resolve("control.sock");
        assertThatThrownBy(() -> ControlServer.start(
                        missing, new Values(status(directory), barrier, List.of()), log, directory, new Counters()))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("cannot listen on " + missing);
    }

    private String ask(String methodAndTarget) throws IOException {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            String request = methodAndTarget + " HTTP/1.1\r\nHost: taproot\r\nConnection: close\r\n\r\n";
            channel.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.US_ASCII)));
            ByteArrayOutputStream answer = new ByteArrayOutputStream();
            Channels.newInputStream(channel).transferTo(answer);
            return answer.toString(StandardCharsets.UTF_8);
        }
    }

    private static String body(String answer) {
        return answer.substring(answer.indexOf("\r\n\r\n") + 4);
    }

    private static Control.Status status(Path directory) {
        return new Control.Status(
                "0.1",
                42,
                1000,
                Instant.parse("2026-11-20T05:00:00.000001Z"),
                Duration.ofSeconds(5),
                directory,
                directory,
                null,
                new Control.Log("abc", 12, "open", 4, 500, Duration.ofMillis(7)),
                new Control.Counts(1, 2, 3, 6000),
                Map.of(DropReason.TORN, 7L),
                Map.of(Counter.EVENTS_RECEIVED, 107L, Counter.EVENTS_APPLIED, 100L),
                Map.of("torn", Instant.parse("2026-11-20T05:00:02Z")),
                Map.of(Part.ROOTS, new Waiting(2, Duration.ofMillis(8))),
                List.of(new Failure(Instant.parse("2026-11-20T05:00:01Z"), Part.LOG, "disk \"full\"", 3)));
    }

    private static Control.Live live() {
        return new Control.Live(
                "S",
                "S",
                List.of("git", "gc"),
                "gc",
                null,
                false,
                null,
                null,
                null,
                Instant.parse("2026-11-20T05:00:00Z"),
                17,
                Duration.ofMillis(250),
                true);
    }

    @Test
    void sinksAreListedWithTheGateBetweenThemAndOneThatIsUnknownIsNamed() throws IOException {
        assertThat(body(ask("GET /v1/sinks")))
                .startsWith("{\"sinks\":[],\"gate\":{\"slots\":0,\"active_flushes\":0,\"waiting\":0,");
        assertThat(ask("POST /v1/sinks/warehouse/pause"))
                .startsWith("HTTP/1.1 404 Not Found\r\n")
                .contains("no sink warehouse, expected none");
        assertThat(ask("GET /v1/sinks/warehouse/pause")).startsWith("HTTP/1.1 405 ");
        assertThat(ask("POST /v1/sinks/warehouse/pause/now")).startsWith("HTTP/1.1 404 ");
    }

    /** A daemon that stands still. */
    private record Values(Status status, CompletionStage<Long> barrier, List<Live> live) implements Control {
        @Override
        public Reloaded reload() {
            return new Reloaded(List.of("log.slow_threshold"), List.of("ingest.loops"));
        }

        @Override
        public CompletionStage<Duration> probe() {
            return CompletableFuture.failedStage(new IOException("nobody answers"));
        }
    }
}
