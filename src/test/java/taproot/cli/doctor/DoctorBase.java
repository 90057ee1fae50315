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

/** Somebody who has the program as {@code taproot}, with a home, a git and a daemon of his own. */
abstract class DoctorBase {
    @TempDir
    Path directory;

    final Map<String, String> environment = new HashMap<>();
    final List<Process> started = new ArrayList<>();
    Path runtime;
    Path state;
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

    /** As git would: a connection, the text, the end. */
    final void send(String text) throws IOException {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(runtime.resolve("trace2.sock")));
            ByteBuffer out = ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
            while (out.hasRemaining()) {
                channel.write(out);
            }
        }
    }

    final void barrier() {
        assertThat(Cli.run(Screen.PLAIN, environment, "wait").status()).isEqualTo(ExitStatus.OK);
    }

    /** The finding is there, its command is the one expected, and once that is run it is there no more. */
    final void mended(String check, String command) throws Exception {
        Json finding = problem(check);
        assertThat(finding.text("mend")).isEqualTo(command);
        if (command.endsWith("taproot run")) {
            background(command);
        } else {
            inShell(command);
        }
        Awaitility.await()
                .untilAsserted(() -> assertThat(findings(check))
                        .allSatisfy(now -> assertThat(now.text("level")).isEqualTo("ok")));
    }

    final Json problem(String check) throws Exception {
        return findings(check).stream()
                .filter(finding -> !finding.text("level").equals("ok"))
                .findFirst()
                .orElseThrow(() -> new AssertionError("nothing is wrong with " + check));
    }

    final List<Json> findings(String check) throws Exception {
        return findings().stream()
                .filter(finding -> finding.text("check").equals(check))
                .toList();
    }

    final List<Json> findings() throws Exception {
        return Json.parse(Cli.run(Screen.PLAIN, environment, "doctor", "--json").out())
                .objects("findings");
    }

    final Cli doctor() {
        return Cli.run(Screen.PLAIN, environment, "doctor");
    }

    final void listen() throws Exception {
        daemon = Daemon.start(
                Config.defaults(),
                Places.of(runtime, state, null, environment),
                Version.current().text());
    }

    /** Runs a line as somebody would who has the program as {@code taproot}; what it changes in the environment stays. */
    final void inShell(String line) throws Exception {
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
    final String background(String line) throws Exception {
        started.add(shell(line));
        Awaitility.await()
                .until(() -> Cli.run(Screen.PLAIN, environment, "status").status() == ExitStatus.OK);
        return Files.readString(runtime.resolve("taproot.pid")).strip();
    }

    private Process shell(String line) throws IOException {
        return shell(line, Program.commandLine());
    }

    /** With another program as {@code taproot}. */
    final Process shell(String line, List<String> program) throws IOException {
        List<String> words = new ArrayList<>(
                List.of("bash", "-c", "T=(\"$@\"); taproot() { \"${T[@]}\" \"$@\"; }; " + line, "bash"));
        words.addAll(program);
        ProcessBuilder builder = new ProcessBuilder(words)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().clear();
        builder.environment().putAll(environment);
        return builder.start();
    }
}
