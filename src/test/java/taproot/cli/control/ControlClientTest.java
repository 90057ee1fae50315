package taproot.cli.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
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
import taproot.cli.Cli;
import taproot.cli.terminal.CommandFailedException;
import taproot.cli.terminal.ExitStatus;
import taproot.daemon.api.Control;
import taproot.daemon.api.ControlServer;
import taproot.daemon.log.CommandLog;
import taproot.daemon.log.LogException;
import taproot.daemon.log.LogSettings;
import taproot.daemon.metrics.Counter;
import taproot.daemon.metrics.Counters;
import taproot.daemon.metrics.Failure;
import taproot.daemon.metrics.Part;
import taproot.daemon.metrics.Waiting;
import taproot.normalizer.DropReason;

/** {@code status} and {@code wait} against a control socket that answers, and some that do not. */
class ControlClientTest {
    private final CompletableFuture<Long> barrier = new CompletableFuture<>();

    @TempDir
    private Path directory;

    private CommandLog log;

    @BeforeEach
    void openALog() throws LogException {
        log = CommandLog.open(
                directory.resolve("state"),
                LogSettings.DEFAULTS,
                _ -> {
                    throw new IllegalStateException("nothing is recorded here");
                },
                new Counters());
    }

    @AfterEach
    void closeIt() throws InterruptedException {
        log.close(Duration.ofSeconds(5));
    }

    @Test
    void statusSaysWhatBecameOfEveryLine() throws IOException {
        Cli run = against("status");
        assertThat(run.status()).isEqualTo(ExitStatus.OK);
        assertThat(run.out()).isEqualTo("""
                        taproot 0.1 is running, process 42, for 1 h 02 m
                          listens in     %s
                          database in    /var/state, newest record 1234
                          configuration  the defaults
                          live           1 command, 3 connections
                          waiting        4 records (1.5 KiB) for the log, 0 B of traces gathered
                                         1 unfinished commands, silent for up to 2.00 s
                                         4 records for the database, the oldest for 3.00 s

                        what git has sent
                             123,456  received
                             123,400  applied       lines that went into a root
                                  49  ignored       lines with an event unknown here
                                   7  dropped
                                   7    torn        cut off by the end of the connection

                        since it started
                               1,234  records committed

                        latest failures
                          2026-11-20 05:01:00  log: disk full (60 times)
                          2026-11-20 05:00:30  ingest: no descriptor is left
                        """.formatted(directory));
    }

    @Test
    void statusAsJsonIsTheDaemonsOwnAnswer() throws IOException {
        Cli run = against("status", "--json");
        assertThat(run.out())
                .startsWith("{\"version\":\"0.1\",")
                .endsWith("}\n")
                .hasLineCount(1);
    }

    @Test
    void waitSaysNothingWhenAllIsThere() throws IOException {
        barrier.complete(12L);
        assertThat(against("wait")).isEqualTo(new Cli(ExitStatus.OK, "", ""));
        assertThat(against("wait", "--json")).isEqualTo(new Cli(ExitStatus.OK, "{\"seq\":12}\n", ""));
    }

    @Test
    void waitFailsWhenItTakesTooLong() throws IOException {
        Cli run = against("wait", "--timeout", "20ms");
        assertThat(run.status()).isEqualTo(ExitStatus.FAILED);
        assertThat(run.err()).startsWith("taproot: not everything was in the log within 20 ms");
    }

    @Test
    void whatTheDaemonRefusesIsTold() throws IOException {
        barrier.completeExceptionally(new IOException("the log is closed"));
        Cli run = against("wait");
        assertThat(run.status()).isEqualTo(ExitStatus.FAILED);
        assertThat(run.err()).contains("the daemon answered 503: the barrier was given up: the log is closed");
    }

    @Test
    void aSocketThatNobodyListensOnIsNoDaemon() throws IOException {
        Path socket = directory.resolve("control.sock");
        try (ServerSocketChannel left = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            left.bind(UnixDomainSocketAddress.of(socket));
        }
        Cli run = Cli.run("status", "--runtime-dir", directory.toString());
        assertThat(run.status()).isEqualTo(ExitStatus.UNREACHABLE);
        assertThat(run.err()).startsWith("taproot: no daemon answers on " + socket);
    }

    @Test
    void aDaemonThatIsSilentIsNotWaitedForForEver() throws IOException {
        Path socket = directory.resolve("control.sock");
        try (ServerSocketChannel silent = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            silent.bind(UnixDomainSocketAddress.of(socket));
            assertThat(failureOf(new ControlClient(socket), Duration.ofMillis(50)))
                    .isEqualTo(ExitStatus.UNREACHABLE);
        }
    }

    @Test
    void aLongAnswerArrivesWhole() throws Exception {
        Path socket = directory.resolve("control.sock");
        List<Control.Live> many = java.util.stream.IntStream.range(0, 20_000)
                .mapToObj(i -> new Control.Live(
                        "sid" + i,
                        "sid" + i,
                        List.of("git"),
                        null,
                        null,
                        false,
                        null,
                        null,
                        null,
                        Instant.EPOCH,
                        0,
                        Duration.ZERO,
                        true))
                .toList();
        ControlServer server =
                ControlServer.start(socket, new Values(status(), barrier, many), log, directory, new Counters());
        try {
            HttpReply reply = new ControlClient(socket).ask("GET", "/v1/live", Duration.ofSeconds(30));
            assertThat(Replies.json(reply).objects("commands")).hasSize(20_000);
        } finally {
            server.stop();
        }
    }

    private static int failureOf(ControlClient client, Duration timeout) {
        try {
            return client.ask("GET", "/v1/status", timeout).status();
        } catch (CommandFailedException e) {
            assertThat(e).hasMessageContaining("did not answer within");
            return e.status();
        }
    }

    private Cli against(String... command) throws IOException {
        ControlServer server = ControlServer.start(
                directory.resolve("control.sock"),
                new Values(status(), barrier, List.of()),
                log,
                directory,
                new Counters());
        try {
            List<String> words = new java.util.ArrayList<>(List.of(command));
            words.addAll(List.of("--runtime-dir", directory.toString()));
            return Cli.run(words.toArray(String[]::new));
        } finally {
            server.stop();
        }
    }

    private Control.Status status() {
        return new Control.Status(
                "0.1",
                42,
                1000,
                Instant.parse("2026-11-20T05:00:00Z"),
                Duration.ofMinutes(62),
                directory,
                Path.of("/var/state"),
                null,
                new Control.Log("abc", 1234, "open", 4, 1536, Duration.ZERO),
                new Control.Counts(1, 1, 3, 0),
                Map.of(DropReason.TORN, 7L),
                Map.of(
                        Counter.EVENTS_RECEIVED,
                        123_456L,
                        Counter.EVENTS_APPLIED,
                        123_400L,
                        Counter.EVENTS_IGNORED,
                        49L,
                        Counter.RECORDS_COMMITTED,
                        1_234L),
                Map.of(),
                Map.of(
                        Part.ROOTS,
                        new Waiting(1, Duration.ofSeconds(2)),
                        Part.REPOSITORIES,
                        Waiting.NOTHING,
                        Part.LOG,
                        new Waiting(4, Duration.ofSeconds(3))),
                List.of(
                        new Failure(Instant.parse("2026-11-20T05:01:00Z"), Part.LOG, "disk full", 60),
                        new Failure(Instant.parse("2026-11-20T05:00:30Z"), Part.INGEST, "no descriptor is left", 1)));
    }

    private record Values(Status status, CompletionStage<Long> barrier, List<Live> live) implements Control {
        @Override
        public Reloaded reload() {
            return new Reloaded(List.of(), List.of());
        }

        @Override
        public CompletionStage<Duration> probe() {
            return CompletableFuture.completedStage(Duration.ZERO);
        }
    }
}
