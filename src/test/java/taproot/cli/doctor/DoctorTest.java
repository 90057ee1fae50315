package taproot.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import taproot.cli.Cli;
import taproot.cli.Program;
import taproot.cli.terminal.ExitStatus;
import taproot.cli.terminal.Screen;
import taproot.cli.terminal.Version;
import taproot.cli.text.Json;
import taproot.daemon.Daemon;
import taproot.daemon.config.Config;
import taproot.daemon.config.Places;

/** Every finding, brought about and then mended by the command that is printed below it. */
class DoctorTest {
    @TempDir
    private Path directory;

    private final Map<String, String> environment = new HashMap<>();
    private final List<Process> started = new ArrayList<>();
    private Path runtime;
    private Path state;
    private @Nullable Daemon daemon;

    @BeforeEach
    void everythingIsInOrder() throws Exception {
        runtime = directory.resolve("run");
        state = directory.resolve("state");
        environment.putAll(Map.of(
                "HOME", directory.toString(),
                "PATH", System.getenv("PATH"),
                "GIT_CONFIG_NOSYSTEM", "1",
                "TAPROOT_RUNTIME_DIR", runtime.toString(),
                "TAPROOT_STATE_DIR", state.toString()));
        assertThat(Cli.run(Screen.PLAIN, environment, "enable").status()).isEqualTo(ExitStatus.OK);
    }

    @AfterEach
    void end() throws Exception {
        if (daemon != null) {
            daemon.stop(Duration.ofSeconds(5));
        }
        started.forEach(process -> process.descendants().forEach(ProcessHandle::destroyForcibly));
        started.forEach(Process::destroyForcibly);
    }

    @Test
    void whereAllIsWellARealGitVersionArrivesAndTheStatusIsZero() throws Exception {
        listen();
        Cli run = doctor();
        assertThat(run.out())
                .contains("a git version that was run just now is record 1")
                .endsWith("git commands are recorded\n");
        assertThat(run.status()).isEqualTo(ExitStatus.OK);
        assertThat(findings().stream().map(finding -> finding.text("level"))).containsOnly("ok");
    }

    @Test
    void gitIsNotToldWhereToSend() throws Exception {
        listen();
        Cli.run(Screen.PLAIN, environment, "disable");
        mended("target", "taproot enable");
    }

    @Test
    void gitIsToldToSendElsewhere() throws Exception {
        listen();
        inShell("git config --global trace2.eventTarget /tmp/elsewhere");
        assertThat(problem("target").text("text")).contains("/tmp/elsewhere", directory + "/.gitconfig");
        mended("target", "taproot enable --replace");
    }

    @Test
    void theEnvironmentSwitchesTracingOff() throws Exception {
        listen();
        environment.put("GIT_TRACE2_EVENT", "0");
        assertThat(problem("end to end").text("text")).contains("did not arrive");
        mended("environment", "unset GIT_TRACE2_EVENT");
    }

    @Test
    void theTimesAreLeftOut() throws Exception {
        listen();
        inShell("git config --global trace2.eventBrief true");
        mended("brief", "git config --file " + directory + "/.gitconfig --unset-all trace2.eventBrief");
        environment.put("GIT_TRACE2_EVENT_BRIEF", "1");
        mended("brief", "unset GIT_TRACE2_EVENT_BRIEF");
    }

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
    void othersMayLookIntoTheDirectories() throws Exception {
        listen();
        Files.setPosixFilePermissions(runtime, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.setPosixFilePermissions(state, PosixFilePermissions.fromString("rwxr-xr-x"));
        mended("runtime-dir", "chmod 700 " + runtime);
        mended("state-dir", "chmod 700 " + state);
    }

    @Test
    void theSocketHasAnotherMode() throws Exception {
        listen();
        Files.setPosixFilePermissions(runtime.resolve("trace2.sock"), PosixFilePermissions.fromString("rw-rw-rw-"));
        mended("socket", "chmod 600 " + runtime.resolve("trace2.sock"));
    }

    @Test
    void theDirectoryIsNoneOfOurs() throws Exception {
        Files.createDirectory(directory.resolve("somebodys"));
        Files.createSymbolicLink(runtime, directory.resolve("somebodys"));
        mended("runtime-dir", "export TAPROOT_RUNTIME_DIR=$HOME/.taproot/runtime-dir");
    }

    @Test
    void thePathOfTheSocketIsTooLong() throws Exception {
        environment.put(
                "TAPROOT_RUNTIME_DIR", directory.resolve("x".repeat(100)).toString());
        mended("path", "export TAPROOT_RUNTIME_DIR=/tmp/taproot-$(id -u)");
    }

    @Test
    void theConfigurationIsWrong() throws Exception {
        Path config = Files.writeString(directory.resolve("taproot.toml"), "[roots]\nlingr = \"1s\"\n");
        environment.put("TAPROOT_CONFIG", config.toString());
        assertThat(problem("config").text("text")).contains("did you mean roots.linger?");
        mended("config", "sed -i '2s/^/# /' " + config);
    }

    @Test
    void theLogIsNone() throws Exception {
        Files.createDirectory(
                state, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Files.writeString(state.resolve("log.db"), "this is no database, and was never one; ".repeat(50));
        mended("log", "mv " + state + "/log.db " + state + "/log.db.unusable");
    }

    @Test
    void linesWereDropped() throws Exception {
        String pid = background("taproot run --set ingest.line_limit=4KiB");
        sendALineOf(8 << 10);
        assertThat(findings("losses").getFirst().text("text")).startsWith("1 lines dropped: longer than a line may be");
        String mend = findings("losses").getFirst().text("mend");
        assertThat(mend).isEqualTo("taproot run --set ingest.line_limit=64MiB");
        inShell("kill " + pid);
        Awaitility.await().until(() -> !Files.exists(runtime.resolve("taproot.pid")));
        background(mend);
        sendALineOf(8 << 10);
        assertThat(findings("losses").getFirst().text("level")).isEqualTo("ok");
    }

    @Test
    void gitIsTooOldOrNotThere() throws Exception {
        Path bin = Files.createDirectory(directory.resolve("bin"));
        environment.put("PATH", bin.toString());
        assertThat(problem("git").text("text")).contains("git cannot be run");
        Path git = Files.writeString(bin.resolve("git"), "#!/bin/sh\necho git version 2.20.1\n");
        Files.setPosixFilePermissions(git, PosixFilePermissions.fromString("rwxr-xr-x"));
        assertThat(problem("git").text("text")).contains("git 2.20.1 sends no events");
    }

    private void sendALineOf(int length) throws Exception {
        Path socket = runtime.resolve("trace2.sock");
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(socket));
            String line = "{\"event\":\"version\",\"sid\":\"20261120T050000.000001Z-H0a7c9cdf-P00000001\",\"exe\":\""
                    + "x".repeat(length) + "\"}\n";
            channel.write(ByteBuffer.wrap(line.getBytes(StandardCharsets.US_ASCII)));
        }
        assertThat(Cli.run(Screen.PLAIN, environment, "wait").status()).isEqualTo(ExitStatus.OK);
    }

    /** The finding is there, its command is the one expected, and once that is run it is there no more. */
    private void mended(String check, String command) throws Exception {
        Json finding = problem(check);
        assertThat(finding.text("mend")).isEqualTo(command);
        if (command.startsWith("taproot run")) {
            background(command);
        } else {
            inShell(command);
        }
        assertThat(findings(check))
                .allSatisfy(now -> assertThat(now.text("level")).isEqualTo("ok"));
    }

    private Json problem(String check) throws Exception {
        return findings(check).stream()
                .filter(finding -> !finding.text("level").equals("ok"))
                .findFirst()
                .orElseThrow(() -> new AssertionError("nothing is wrong with " + check));
    }

    private List<Json> findings(String check) throws Exception {
        return findings().stream()
                .filter(finding -> finding.text("check").equals(check))
                .toList();
    }

    private List<Json> findings() throws Exception {
        return Json.parse(Cli.run(Screen.PLAIN, environment, "doctor", "--json").out())
                .objects("findings");
    }

    private Cli doctor() {
        return Cli.run(Screen.PLAIN, environment, "doctor");
    }

    private void listen() throws Exception {
        daemon = Daemon.start(
                Config.defaults(),
                Places.of(runtime, state, null, environment),
                Version.current().text());
    }

    /** Runs a line as somebody would who has the program as {@code taproot}; what it changes in the environment stays. */
    private void inShell(String line) throws Exception {
        Path after = directory.resolve("environment");
        Process shell = shell(line + "; status=$?; env -0 >" + after + "; exit $status");
        assertThat(shell.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(shell.exitValue()).as(line).isZero();
        environment.clear();
        for (String variable : Files.readString(after).split("\0")) {
            String[] parts = variable.split("=", 2);
            environment.put(parts[0], parts[1]);
        }
    }

    /** Starts a daemon and says its pid once it answers. */
    private String background(String line) throws Exception {
        started.add(shell(line));
        Awaitility.await()
                .until(() -> Cli.run(Screen.PLAIN, environment, "status").status() == ExitStatus.OK);
        return Files.readString(runtime.resolve("taproot.pid")).strip();
    }

    private Process shell(String line) throws IOException {
        List<String> words = new ArrayList<>(
                List.of("bash", "-c", "T=(\"$@\"); taproot() { \"${T[@]}\" \"$@\"; }; " + line, "bash"));
        words.addAll(Program.commandLine());
        ProcessBuilder builder = new ProcessBuilder(words)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().clear();
        builder.environment().putAll(environment);
        return builder.start();
    }
}
