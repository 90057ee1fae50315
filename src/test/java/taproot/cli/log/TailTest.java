package taproot.cli.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.LongStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import taproot.cli.Cli;
import taproot.cli.Program;
import taproot.cli.terminal.ExitStatus;
import taproot.cli.text.Json;
import taproot.daemon.log.CommandQuery;
import taproot.daemon.log.LogReader;

/** tail in a process of its own, against real daemons that come and go. */
class TailTest {
    @TempDir
    private Path directory;

    private final List<Process> started = new ArrayList<>();
    private final AtomicBoolean loading = new AtomicBoolean(true);
    private final AtomicInteger sent = new AtomicInteger();
    private Path runtime;
    private Path state;

    @BeforeEach
    void places() {
        runtime = directory.resolve("run");
        state = directory.resolve("state");
    }

    @AfterEach
    void end() {
        loading.set(false);
        started.forEach(Process::destroyForcibly);
    }

    @Test
    void everyRecordIsShownTheMomentItIsRecorded() throws Exception {
        daemon();
        send(1);
        Program tail = tail("--limit", "1");
        Awaitility.await().untilAsserted(() -> assertThat(tail.out()).contains("git status 1"));
        send(2);
        Awaitility.await().untilAsserted(() -> assertThat(tail.out()).contains("git status 2"));
        assertThat(tail.out().lines()).hasSize(3).first().asString().contains("started", "repository");
    }

    @Test
    void conditionsHoldForWhatIsFollowedToo() throws Exception {
        daemon();
        Program tail = tail("--json", "--command", "nope");
        Program all = tail("--json");
        Awaitility.await().until(() -> connected(2));
        send(1);
        Awaitility.await().untilAsserted(() -> assertThat(all.out().lines()).hasSize(1));
        assertThat(tail.out()).isEmpty();
    }

    @Test
    void whatWasForgottenMeanwhileIsAnnounced() throws Exception {
        Program first = daemon();
        send(1);
        Cli.run("wait", "--runtime-dir", runtime.toString());
        Program tail = tail("--json", "--limit", "0");
        Awaitility.await().until(() -> connected(1));
        stop(first, false);
        Awaitility.await().untilAsserted(() -> assertThat(tail.err()).contains("the daemon is gone; waiting for it"));
        Program second = Program.taproot(
                directory,
                "run",
                "--runtime-dir",
                directory.resolve("other").toString(),
                "--state-dir",
                state.toString());
        started.add(second.process());
        Awaitility.await().until(() -> Files.exists(directory.resolve("other/trace2.sock")));
        send(directory.resolve("other/trace2.sock"), 2);
        Cli.run("wait", "--runtime-dir", directory.resolve("other").toString());
        stop(second, false);
        Cli.run(
                "forget",
                "--before",
                "2030-01-01",
                "--yes",
                "--state-dir",
                state.toString(),
                "--runtime-dir",
                runtime.toString());
        daemon();
        Awaitility.await()
                .untilAsserted(() -> assertThat(tail.err()).contains("record 2 is gone", "the daemon is back"));
    }

    @Test
    void withoutADaemonItSaysHowToStartOne() throws Exception {
        Cli run = Cli.run("tail", "--runtime-dir", runtime.toString(), "--state-dir", state.toString());
        assertThat(run.status()).isEqualTo(ExitStatus.UNREACHABLE);
        assertThat(run.err()).contains("no daemon answers", "taproot run");
    }

    @Test
    void throughRestartsUnderLoadNothingIsLostOrShownTwice() throws Exception {
        throughRestarts(2);
    }

    @Test
    @Tag("long")
    void throughTenRestartsUnderLoadNothingIsLostOrShownTwice() throws Exception {
        throughRestarts(10);
    }

    /** Every second daemon is killed, the others stop in order. */
    private void throughRestarts(int restarts) throws Exception {
        Program daemon = daemon();
        Program tail = tail("--json");
        Awaitility.await().until(() -> connected(1));
        Thread load = Thread.ofPlatform().start(this::load);
        for (int i = 0; i < restarts; i++) {
            int enough = sent.get() + 200;
            Awaitility.await().until(() -> sent.get() >= enough);
            stop(daemon, i % 2 == 1);
            daemon = daemon();
        }
        int enough = sent.get() + 200;
        Awaitility.await().until(() -> sent.get() >= enough);
        loading.set(false);
        load.join();
        assertThat(Cli.run("wait", "--runtime-dir", runtime.toString()).status())
                .isEqualTo(ExitStatus.OK);

        List<Long> recorded = new ArrayList<>();
        try (LogReader log = LogReader.open(state)) {
            log.query(CommandQuery.where().after(0, 0), stored -> recorded.add(stored.seq()));
        }
        assertThat(recorded).hasSizeGreaterThan(200 * restarts);
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .until(() -> tail.out().lines().count() >= recorded.size());
        List<Long> shown = new ArrayList<>();
        for (String line : tail.out().lines().toList()) {
            shown.add(Json.parse(line).number("seq"));
        }
        assertThat(shown)
                .isEqualTo(recorded)
                .isEqualTo(LongStream.rangeClosed(1, recorded.size()).boxed().toList());
    }

    private void load() {
        while (loading.get()) {
            try {
                send(sent.get() + 1);
                sent.incrementAndGet();
            } catch (IOException e) {
                LockSupport.parkNanos(1_000_000); // No daemon at the moment: so git would find it.
            }
        }
    }

    private void send(int number) throws IOException {
        send(runtime.resolve("trace2.sock"), number);
    }

    private static void send(Path socket, int number) throws IOException {
        String sid = String.format("20261120T050000.%06dZ-H0a7c9cdf-P%08x", number % 1_000_000, number);
        String head = "{\"event\":\"%s\",\"sid\":\"" + sid
                + "\",\"thread\":\"main\",\"time\":\"2026-11-20T05:00:00.000000Z\"";
        String lines = String.format(head, "version") + ",\"evt\":\"3\",\"exe\":\"2.39.5\"}\n"
                + String.format(head, "start") + ",\"t_abs\":0.001,\"argv\":[\"git\",\"status\",\"" + number + "\"]}\n"
                + String.format(head, "cmd_name") + ",\"name\":\"status\",\"hierarchy\":\"status\"}\n"
                + String.format(head, "exit") + ",\"t_abs\":0.002,\"code\":0}\n"
                + String.format(head, "atexit") + ",\"t_abs\":0.002,\"code\":0}\n";
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(socket));
            ByteBuffer out = ByteBuffer.wrap(lines.getBytes(StandardCharsets.US_ASCII));
            while (out.hasRemaining()) {
                channel.write(out);
            }
        }
    }

    private Program daemon() throws Exception {
        Program program =
                Program.taproot(directory, "run", "--runtime-dir", runtime.toString(), "--state-dir", state.toString());
        started.add(program.process());
        Awaitility.await()
                .until(() ->
                        Cli.run("status", "--runtime-dir", runtime.toString()).status() == ExitStatus.OK
                                && !Cli.run("wait", "--runtime-dir", runtime.toString())
                                        .err()
                                        .contains("taproot"));
        return program;
    }

    private static void stop(Program daemon, boolean kill) throws Exception {
        if (kill) {
            daemon.process().destroyForcibly();
        } else {
            daemon.process().destroy();
        }
        daemon.end();
    }

    /** How many clients are connected to the control socket, besides the one that asks nobody. */
    private boolean connected(int clients) throws IOException {
        String name = runtime.resolve("control.sock").toString();
        // Each accepted connection has the server's name; so has the listening socket.
        return Files.readAllLines(Path.of("/proc/net/unix")).stream()
                        .filter(line -> line.endsWith(" " + name))
                        .count()
                > clients;
    }

    private Program tail(String... more) throws IOException {
        List<String> words =
                new ArrayList<>(List.of("tail", "--runtime-dir", runtime.toString(), "--state-dir", state.toString()));
        words.addAll(List.of(more));
        Program tail = Program.taproot(directory, words.toArray(String[]::new));
        started.add(tail.process());
        return tail;
    }
}
