package taproot.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import taproot.cli.Cli;
import taproot.cli.Program;
import taproot.cli.terminal.ExitStatus;
import taproot.cli.terminal.Screen;
import taproot.cli.text.Json;
import taproot.daemon.Daemon;
import taproot.daemon.config.Config;
import taproot.daemon.config.Places;
import taproot.normalizer.DropReason;

/** Every finding about the daemon, brought about and then mended by the command that is printed below it. */
class DoctorDaemonTest extends DoctorBase {
    private static final String SID = "20261120T050000.000001Z-H0a7c9cdf-P00000001";
    private static final String HEAD =
            ",\"sid\":\"" + SID + "\",\"thread\":\"main\",\"time\":\"2026-11-20T05:00:00.000000Z\"";
    private static final String COMMAND = "{\"event\":\"version\"" + HEAD + ",\"evt\":\"3\",\"exe\":\"2.39.5\"}\n"
            + "{\"event\":\"start\"" + HEAD + ",\"t_abs\":0.001,\"argv\":[\"git\",\"status\"]}\n"
            + "{\"event\":\"exit\"" + HEAD + ",\"t_abs\":0.002,\"code\":0}\n"
            + "{\"event\":\"atexit\"" + HEAD + ",\"t_abs\":0.002,\"code\":0}\n";
    private static final String LONG_LINE =
            "{\"event\":\"version\",\"sid\":\"" + SID + "\",\"exe\":\"" + "x".repeat(8 << 10) + "\"}\n";

    @Test
    void noDaemonRuns() throws Exception {
        assertThat(doctor().status()).isEqualTo(ExitStatus.FAILED);
        mended("daemon", "taproot run");
        assertThat(doctor().status()).isEqualTo(ExitStatus.OK);
    }

    @Test
    void theDaemonIsStopped() throws Exception {
        String pid = background("taproot run");
        inShell("kill -STOP " + pid);
        mended("daemon", "kill -CONT " + pid);
    }

    @Test
    void theDaemonDoesNotAnswer() throws Exception {
        Files.createDirectory(
                runtime, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Process wedged = new ProcessBuilder("sleep", "600").start();
        started.add(wedged);
        Files.writeString(runtime.resolve("taproot.pid"), wedged.pid() + "\n");
        try (ServerSocketChannel deaf = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            deaf.bind(UnixDomainSocketAddress.of(runtime.resolve("control.sock")));
            wedged.onExit().thenRun(() -> close(deaf)); // As the kernel would, if it were that process's own.
            mended("daemon", "kill -9 " + again(wedged.pid()));
        }
    }

    @Test
    void theDaemonIsOfAnotherVersion() throws Exception {
        Path older = directory.resolve("older");
        Files.createDirectories(older.resolve("taproot/cli/terminal"));
        Files.writeString(older.resolve("taproot/cli/terminal/version"), "0.0.1\n");
        List<String> program = Program.commandLine();
        program.replaceAll(word -> word.equals(System.getProperty("java.class.path")) ? older + ":" + word : word);
        started.add(shell("taproot run", program));
        Awaitility.await()
                .until(() -> Cli.run(Screen.PLAIN, environment, "status").status() == ExitStatus.OK);
        assertThat(problem("daemon").text("text")).contains("answers, but is taproot 0.0.1, and this is ");
        mended("daemon", "kill " + again(pid()));
    }

    @Test
    void somebodyHasLockedTheLog() throws Exception {
        background("taproot run");
        barrier();
        Process holder = new ProcessBuilder("sqlite3", state.resolve("log.db").toString()).start();
        started.add(holder);
        holder.getOutputStream().write("BEGIN IMMEDIATE; SELECT 'held';\n".getBytes(StandardCharsets.US_ASCII));
        holder.getOutputStream().flush();
        assertThat(new BufferedReader(new InputStreamReader(holder.getInputStream(), StandardCharsets.US_ASCII))
                        .readLine())
                .isEqualTo("held");
        send(COMMAND);
        Awaitility.await()
                .untilAsserted(() -> assertThat(Cli.run(Screen.PLAIN, environment, "status", "--json")
                                .out())
                        .contains("\"state\":\"failing\""));
        assertThat(problem("log").text("text")).contains("the daemon's log is failing", "locked");
        mended("log", "kill " + holder.pid());
    }

    @Test
    void theDiskIsFull() throws Exception {
        onADiskOfItsOwn(() -> {
            background("taproot run");
            send(COMMAND);
            barrier();
            Path fill = fill();
            send(COMMAND.replace("P00000001", "P00000002"));
            Json problem = awaitProblem("log");
            assertThat(problem.text("text")).contains("the daemon's log is failing", "full");
            assertThat(problem.text("mend")).isEqualTo("df -h " + state);
            Files.delete(fill);
            Awaitility.await()
                    .untilAsserted(() -> assertThat(findings("log"))
                            .allSatisfy(now -> assertThat(now.text("level")).isEqualTo("ok")));
        });
    }

    @Test
    void theFileSystemIsReadOnly() throws Exception {
        onADiskOfItsOwn(() -> {
            Daemon.start(Config.defaults(), Places.of(runtime, state, null, environment), "1")
                    .stop(Duration.ofSeconds(5)); // There is a log now.
            assertThat(run("mount", "-o", "remount,ro", state.toString())).isZero();
            background("taproot run");
            assertThat(awaitProblem("log").text("text"))
                    .isEqualTo(state + " is on a file system that is mounted read-only");
            mended("log", "mount -o remount,rw \"$(findmnt -no TARGET -T " + state + ")\"");
        });
    }

    private interface Story {
        void tell() throws Exception;
    }

    private void onADiskOfItsOwn(Story story) throws Exception {
        Files.createDirectories(state);
        assumeTrue(
                run("mount", "-t", "tmpfs", "-o", "mode=700,size=2m", "tmpfs", state.toString()) == 0,
                "needs to be allowed to mount");
        try {
            story.tell();
        } finally {
            assertThat(run("umount", "-l", state.toString())).isZero();
        }
    }

    private static int run(String... command) throws Exception {
        return new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
    }

    private Path fill() throws Exception {
        Path fill = state.resolve("fill");
        try (OutputStream out = Files.newOutputStream(fill)) {
            while (true) {
                out.write(new byte[4096]);
            }
        } catch (IOException e) {
            assertThat(e).hasMessageContaining("No space left");
        }
        return fill;
    }

    private Json awaitProblem(String check) throws Exception {
        Awaitility.await().untilAsserted(() -> problem(check));
        return problem(check);
    }

    @Test
    void theFileOfTheSocketIsGone() throws Exception {
        long pid = Long.parseLong(background("taproot run"));
        Files.delete(runtime.resolve("trace2.sock"));
        assertThat(problem("end to end").text("text")).contains("did not arrive, git says: ", "could not connect");
        assertThat(findings().stream().filter(f -> !f.text("level").equals("ok")))
                .hasSize(1);
        mended("end to end", "kill " + again(pid));
    }

    @Test
    void linesWereDropped() throws Exception {
        String pid = background("taproot run --set ingest.line_limit=4KiB");
        send(LONG_LINE);
        barrier();
        assertThat(findings("losses").getFirst().text("text")).startsWith("1 lines dropped: longer than a line may be");
        String mend = findings("losses").getFirst().text("mend");
        assertThat(mend).isEqualTo("taproot run --set ingest.line_limit=64MiB");
        inShell("kill " + pid);
        Awaitility.await().until(() -> !Files.exists(runtime.resolve("taproot.pid")));
        background(mend);
        send(LONG_LINE);
        barrier();
        assertThat(findings("losses").getFirst().text("level")).isEqualTo("ok");
    }

    @Test
    void everythingThatWasDroppedIsNamedWithItsReason() throws Exception {
        listen();
        send(COMMAND);
        Awaitility.await()
                .until(() -> !Cli.run(Screen.PLAIN, environment, "log").out().isEmpty());
        send(COMMAND + "{}\nno json\n{\"event\":\"sta");
        barrier();
        List<String> texts =
                findings("losses").stream().map(f -> f.text("text")).toList();
        for (DropReason reason :
                List.of(DropReason.MALFORMED, DropReason.UNADDRESSED, DropReason.TORN, DropReason.LATE)) {
            assertThat(texts)
                    .as(reason.wire())
                    .anySatisfy(text -> assertThat(text)
                            .contains(
                                    "lines dropped: " + reason.meaning() + " (since it started ",
                                    " ago, the last ",
                                    " ago)"));
        }
        assertThat(Json.parse(Cli.run(Screen.PLAIN, environment, "status", "--json")
                                .out())
                        .object("last_losses")
                        .names())
                .containsExactly("late", "malformed", "torn", "unaddressed");
    }

    private static void close(ServerSocketChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private long pid() throws Exception {
        return Long.parseLong(Files.readString(runtime.resolve("taproot.pid")).strip());
    }

    private static String again(long pid) {
        return pid + "; tail -s 0.1 --pid=" + pid + " -f /dev/null; taproot run";
    }
}
