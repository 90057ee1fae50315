package taproot.cli.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.LongStream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import taproot.cli.Cli;
import taproot.cli.Program;
import taproot.cli.terminal.ExitStatus;
import taproot.cli.terminal.Output;
import taproot.cli.terminal.Screen;
import taproot.cli.terminal.Session;
import taproot.cli.text.Json;
import taproot.daemon.Daemon;
import taproot.daemon.config.Config;
import taproot.daemon.config.Places;
import taproot.daemon.log.CommandQuery;
import taproot.daemon.log.LogReader;

/** tail against real daemons that come and go; in processes of their own where these are killed. */
class TailTest {
    /** Commands between two restarts. */
    private static final int ENOUGH = 200;

    @TempDir
    private Path directory;

    private final List<Process> started = new ArrayList<>();
    private final List<Tail> followers = new ArrayList<>();
    private final AtomicBoolean loading = new AtomicBoolean(true);
    private final AtomicInteger sent = new AtomicInteger();
    private Path runtime;
    private Path state;
    private @Nullable Daemon daemon;

    @BeforeEach
    void places() {
        runtime = directory.resolve("run");
        state = directory.resolve("state");
    }

    @AfterEach
    void end() throws Exception {
        loading.set(false);
        followers.forEach(Tail::close);
        stop();
        started.forEach(Process::destroyForcibly);
    }

    @Test
    void everyRecordIsShownTheMomentItIsRecorded() throws Exception {
        listen();
        send(1);
        Cli.run("wait", "--runtime-dir", runtime.toString());
        Tail tail = follow("--limit", "1");
        Awaitility.await().untilAsserted(() -> assertThat(tail.out()).contains("git status 1"));
        send(2);
        Awaitility.await().untilAsserted(() -> assertThat(tail.out()).contains("git status 2"));
        assertThat(tail.out().lines()).hasSize(3).first().asString().contains("started", "repository");
    }

    @Test
    void conditionsHoldForWhatIsFollowedToo() throws Exception {
        listen();
        Tail tail = follow("--json", "--command", "nope");
        Tail all = follow("--json");
        Awaitility.await().until(() -> connected(2));
        send(1);
        Awaitility.await().untilAsserted(() -> assertThat(all.out().lines()).hasSize(1));
        assertThat(tail.out()).isEmpty();
    }

    @Test
    void commandsThatBeginAreShownWhereThatIsAskedFor() throws Exception {
        listen();
        Tail live = follow("--live");
        Tail json = follow("--live", "--json");
        Tail quiet = follow();
        Awaitility.await().until(() -> connected(3));
        try (SocketChannel git = SocketChannel.open(UnixDomainSocketAddress.of(runtime.resolve("trace2.sock")))) {
            write(git, begun(1));
            Awaitility.await().untilAsserted(() -> {
                assertThat(live.out()).containsPattern("running +git status 1");
                assertThat(json.out()).startsWith("{\"started\":{").contains("[\"git\",\"status\",\"1\"]");
            });
            assertThat(quiet.out()).isEmpty();
            write(git, ended(1));
        }
        Awaitility.await().untilAsserted(() -> {
            assertThat(live.out().lines()).hasSize(3).last().asString().contains(" 1  ", "git status 1");
            assertThat(json.out().lines()).hasSize(2).last().asString().startsWith("{\"v\":1,\"seq\":1,");
            assertThat(quiet.out()).contains("git status 1");
        });
    }

    @Test
    void whatWasForgottenMeanwhileIsAnnounced() throws Exception {
        listen();
        send(1);
        Cli.run("wait", "--runtime-dir", runtime.toString());
        Tail tail = follow("--json", "--limit", "1");
        Awaitility.await().untilAsserted(() -> assertThat(tail.out().lines()).hasSize(1)); // It knows where it stands.
        stop();
        Awaitility.await().untilAsserted(() -> assertThat(tail.err()).contains("the daemon is gone; waiting for it"));
        Path elsewhere = directory.resolve("other");
        listen(elsewhere);
        send(elsewhere.resolve("trace2.sock"), 2);
        Cli.run("wait", "--runtime-dir", elsewhere.toString());
        stop();
        Cli.run(
                "forget",
                "--before",
                "2030-01-01",
                "--yes",
                "--state-dir",
                state.toString(),
                "--runtime-dir",
                runtime.toString());
        listen();
        Awaitility.await()
                .untilAsserted(() -> assertThat(tail.err()).contains("record 2 is gone", "the daemon is back"));
    }

    @Test
    void anotherLogIsAnnouncedAndShownFromItsBeginning() throws Exception {
        listen();
        send(1);
        send(2);
        Cli.run("wait", "--runtime-dir", runtime.toString());
        Tail tail = follow("--json");
        Awaitility.await().untilAsserted(() -> assertThat(tail.out().lines()).hasSize(2)); // It knows where it stands.
        stop();
        Files.move(state, directory.resolve("set-aside"));
        listen();
        send(3);
        Awaitility.await().untilAsserted(() -> assertThat(tail.out().lines()).hasSize(3));
        assertThat(tail.err()).contains("the log is another one: from its beginning");
        assertThat(tail.out().lines()).last().asString().contains("\"seq\":1,", "[\"git\",\"status\",\"3\"]");
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
            int enough = sent.get() + ENOUGH;
            Awaitility.await().until(() -> sent.get() >= enough);
            stop(daemon, i % 2 == 1);
            daemon = daemon();
        }
        int enough = sent.get() + ENOUGH;
        Awaitility.await().until(() -> sent.get() >= enough);
        loading.set(false);
        load.join();
        assertThat(Cli.run("wait", "--runtime-dir", runtime.toString()).status())
                .isEqualTo(ExitStatus.OK);

        List<Long> recorded = new ArrayList<>();
        try (LogReader log = LogReader.open(state)) {
            log.query(CommandQuery.where().after(0, 0), stored -> recorded.add(stored.seq()));
        }
        assertThat(recorded).hasSizeGreaterThan(ENOUGH * restarts);
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

    /** About a thousand commands a second: as many as the socket takes would keep both processors from the restarts. */
    private void load() {
        while (loading.get()) {
            try {
                send(sent.get() + 1);
                sent.incrementAndGet();
                LockSupport.parkNanos(1_000_000);
            } catch (IOException e) {
                LockSupport.parkNanos(1_000_000); // No daemon at the moment: so git would find it.
            }
        }
    }

    private void send(int number) throws IOException {
        send(runtime.resolve("trace2.sock"), number);
    }

    private static void send(Path socket, int number) throws IOException {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            write(channel, begun(number) + ended(number));
        }
    }

    private static void write(SocketChannel channel, String lines) throws IOException {
        ByteBuffer out = ByteBuffer.wrap(lines.getBytes(StandardCharsets.US_ASCII));
        while (out.hasRemaining()) {
            channel.write(out);
        }
    }

    private static String begun(int number) {
        return event(number, "version") + ",\"evt\":\"3\",\"exe\":\"2.39.5\"}\n"
                + event(number, "start") + ",\"t_abs\":0.001,\"argv\":[\"git\",\"status\",\"" + number + "\"]}\n"
                + event(number, "cmd_name") + ",\"name\":\"status\",\"hierarchy\":\"status\"}\n";
    }

    private static String ended(int number) {
        return event(number, "exit") + ",\"t_abs\":0.002,\"code\":0}\n" + event(number, "atexit")
                + ",\"t_abs\":0.002,\"code\":0}\n";
    }

    private static String event(int number, String name) {
        String sid = String.format("20261120T050000.%06dZ-H0a7c9cdf-P%08x", number % 1_000_000, number);
        return "{\"event\":\"" + name + "\",\"sid\":\"" + sid
                + "\",\"thread\":\"main\",\"time\":\"2026-11-20T05:00:00.000000Z\"";
    }

    private void listen() throws Exception {
        listen(runtime);
    }

    private void listen(Path runtimeDirectory) throws Exception {
        Map<String, String> environment = Map.of("HOME", directory.toString());
        daemon = Daemon.start(Config.defaults(), Places.of(runtimeDirectory, state, null, environment), "1");
    }

    private void stop() throws Exception {
        if (daemon != null) {
            daemon.stop(Duration.ofSeconds(5));
            daemon = null;
        }
    }

    /** The command as the program makes it, in a thread that ends when it is interrupted. */
    private static final class Tail {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();
        private final ByteArrayOutputStream err = new ByteArrayOutputStream();
        private final Thread thread;

        Tail(List<String> arguments) {
            Session session = new Session(
                    new Output(out),
                    new PrintStream(err, true, StandardCharsets.UTF_8),
                    Screen.PLAIN,
                    Screen.PLAIN,
                    Map.of(),
                    InstantSource.system(),
                    ZoneOffset.UTC);
            CommandLine line = new CommandLine(new TailCommand(session));
            line.setExecutionExceptionHandler((e, ignored, parsed) -> ExitStatus.FAILED);
            thread = Thread.ofPlatform().start(() -> line.execute(arguments.toArray(String[]::new)));
        }

        String out() {
            return out.toString(StandardCharsets.UTF_8);
        }

        String err() {
            return err.toString(StandardCharsets.UTF_8);
        }

        void close() {
            thread.interrupt();
        }
    }

    private Tail follow(String... more) {
        List<String> words =
                new ArrayList<>(List.of("--runtime-dir", runtime.toString(), "--state-dir", state.toString()));
        words.addAll(List.of(more));
        Tail tail = new Tail(words);
        followers.add(tail);
        return tail;
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
