package taproot.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import taproot.daemon.config.Places;

/**
 * Whatever becomes of the daemon, git prints what it prints without it, ends as it ends without it, and takes about as long;
 * how long is printed. The daemon is a process of its own here, which can be stopped, killed and starved.
 */
class GitUnharmedTest {
    /** Commands of every kind, with messages and failures; the last of them writes more than a socket's buffer holds. */
    private static final String WORK = """
            rm -rf w; cp -r r w; cd w
            git status; echo "status $?"
            echo x > x; git add x; git commit -m x; echo "commit $?"
            git rev-parse --verify nonsense; echo "rev-parse $?"
            git merge nonsense; echo "merge $?"
            git branch b; git checkout b; echo "checkout $?"
            git rebase --force-rebase HEAD~30; echo "rebase $?"
            git log --oneline; echo "log $?"
            """;

    private static final String SHORT = "cd r; for i in 1 2 3 4 5; do git status -s; git log -1; done";

    /** What a busy machine may add to any run. */
    private static final Duration SLACK = Duration.ofSeconds(2);

    @RegisterExtension
    final GitLab lab = new GitLab();

    private GitLab.Ran untraced = new GitLab.Ran(0, "", "");
    private Duration untracedTook = Duration.ZERO;

    private record Timed(GitLab.Ran ran, Duration took) {}

    @BeforeEach
    void aRepository() throws Exception {
        lab.given("git init -q r; cd r; for i in $(seq 40); do echo $i > f$i; git add f$i; git commit -q -m m$i; done");
        Timed timed = timed(WORK, "0");
        untraced = timed.ran;
        untracedTook = timed.took;
        assertThat(untraced.out()).contains("status 0", "commit 0", "rev-parse 128", "merge 1", "rebase 0", "log 0");
    }

    @AfterEach
    void socketsAreGone() throws IOException {
        Files.deleteIfExists(places().traceSocket());
    }

    @Test
    void whereNoDaemonIs() throws Exception {
        unharmed("absent", traced(WORK));
    }

    @Test
    void whereADaemonWasKilledAndItsSocketIsLeft() throws Exception {
        try (Program program = Program.run(places())) {
            program.kill();
        }
        assertThat(places().traceSocket()).exists();
        unharmed("killed before", traced(WORK));
    }

    @Test
    void whileTheDaemonIsKilledInMidCommand() throws Exception {
        try (Program program = Program.run(places())) {
            CompletableFuture<Timed> running = inBackground(WORK);
            lab.untilExists("w/.git/rebase-merge");
            program.kill();
            unharmed("killed in mid-command", running.get(30, TimeUnit.SECONDS));
        }
    }

    @Test
    void whileTheDaemonIsStoppedShortCommandsGoOnAndLongOnesWaitUntilItContinues() throws Exception {
        try (Program program = Program.run(places())) {
            Timed without = timed(SHORT, "0");
            signal("STOP", program);
            Timed stopped = timed(SHORT, target());
            same("stopped, short commands", stopped, without.ran, without.took);
            CompletableFuture<Timed> running = inBackground(WORK);
            // This is the one thing that nobody inside a stopped process can do anything about: README says so.
            lab.untilExists("w/.git/rebase-merge");
            signal("CONT", program);
            unharmed("stopped and continued", running.get(30, TimeUnit.SECONDS));
            assertThat(program.barrier()).isGreaterThan(10);
        }
    }

    @Test
    void whileTheDaemonIsFlooded() throws Exception {
        try (Program program = Program.run(places())) {
            AtomicBoolean enough = new AtomicBoolean();
            List<Thread> floods = List.of(flood(enough), flood(enough));
            Timed flooded = traced(WORK);
            enough.set(true);
            for (Thread flood : floods) {
                flood.join();
            }
            unharmed("flooded", flooded);
            assertThat(program.barrier()).isGreaterThanOrEqualTo(8);
        }
    }

    @Test
    void whileTheDaemonCanWriteNoByteToItsDisk() throws Exception {
        try (Program program = Program.run(places())) {
            limit(program, "fsize", 0);
            unharmed("out of disk", traced(WORK));
            limit(program, "fsize", 1L << 40);
            assertThat(program.barrier()).isGreaterThanOrEqualTo(8);
        }
    }

    @Test
    void whileTheDaemonHasNoDescriptorLeftForAMoment() throws Exception {
        List<SocketChannel> idle = new ArrayList<>();
        try (Program program = Program.run(places())) {
            program.limitDescriptors(program.descriptors() + 20);
            for (int i = 0; i < 40; i++) {
                idle.add(connect());
            }
            GitLab.until(() -> program.descriptors() >= 20);
            Timed without = timed(SHORT, "0");
            Timed exhausted = timed(SHORT, target());
            same("out of descriptors, short commands", exhausted, without.ran, without.took);
            CompletableFuture<Timed> running = inBackground(WORK);
            lab.untilExists("w/.git/rebase-merge");
            for (SocketChannel connection : idle) {
                connection.close();
            }
            long freed = System.nanoTime();
            Timed finished = running.get(30, TimeUnit.SECONDS);
            System.out.printf(
                    "out of descriptors: git ended %d ms after they were free again%n",
                    Duration.ofNanos(System.nanoTime() - freed).toMillis());
            unharmed("out of descriptors for a moment", finished);
            assertThat(program.barrier()).isGreaterThanOrEqualTo(18);
            assertThat(program.said()).containsOnlyOnce("cannot accept connections");
        } finally {
            for (SocketChannel connection : idle) {
                connection.close();
            }
        }
    }

    // How it is measured.

    private void unharmed(String how, Timed traced) {
        same(how, traced, untraced, untracedTook);
    }

    private static void same(String how, Timed traced, GitLab.Ran expected, Duration took) {
        System.out.printf("git, daemon %s: %d ms, untraced %d ms%n", how, traced.took.toMillis(), took.toMillis());
        assertThat(traced.ran).isEqualTo(expected);
        assertThat(traced.took).isLessThan(took.multipliedBy(3).plus(SLACK));
    }

    private Timed traced(String script) throws Exception {
        return timed(script, target());
    }

    private String target() {
        return "af_unix:stream:" + places().traceSocket();
    }

    private CompletableFuture<Timed> inBackground(String script) {
        CompletableFuture<Timed> timed = new CompletableFuture<>();
        Thread.ofPlatform().start(() -> {
            try {
                timed.complete(traced(script));
            } catch (Exception | AssertionError e) {
                timed.completeExceptionally(e);
            }
        });
        return timed;
    }

    private Timed timed(String script, String target) throws Exception {
        long began = System.nanoTime();
        GitLab.Ran ran = lab.run(script, Map.of("GIT_TRACE2_EVENT", target));
        return new Timed(ran, Duration.ofNanos(System.nanoTime() - began));
    }

    private Places places() {
        return new Places(lab.root().resolve("other-run"), lab.root().resolve("other-state"), null);
    }

    private SocketChannel connect() throws IOException {
        SocketChannel connection = SocketChannel.open(StandardProtocolFamily.UNIX);
        connection.connect(UnixDomainSocketAddress.of(places().traceSocket()));
        return connection;
    }

    private Thread flood(AtomicBoolean enough) {
        byte[] noise = "{\"event\":\"data\",\"sid\":\"flood\",\"value\":\"x\"}\n"
                .repeat(2_000)
                .getBytes();
        return Thread.ofPlatform().start(() -> {
            try (SocketChannel connection = connect()) {
                while (!enough.get()) {
                    connection.write(ByteBuffer.wrap(noise));
                }
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
    }

    private static void signal(String signal, Program program) throws Exception {
        GitLab.kill(signal, ProcessHandle.of(program.pid()).orElseThrow());
    }

    private static void limit(Program program, String resource, long limit) throws Exception {
        // The soft limit, so that it can be raised again.
        Process prlimit = new ProcessBuilder(
                        "prlimit", "--pid", Long.toString(program.pid()), "--" + resource + "=" + limit + ":")
                .inheritIO()
                .start();
        assertThat(prlimit.waitFor()).isZero();
    }
}
