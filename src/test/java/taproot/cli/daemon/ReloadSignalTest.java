package taproot.cli.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import taproot.cli.Cli;
import taproot.cli.Program;
import taproot.cli.terminal.ExitStatus;

/** SIGHUP, sent to a daemon in a process of its own. */
class ReloadSignalTest {
    @TempDir
    private Path directory;

    private Path runtime;
    private Path state;
    private Path config;
    private Program daemon;

    @BeforeEach
    void start() throws Exception {
        runtime = directory.resolve("run");
        state = directory.resolve("state");
        config = Files.writeString(directory.resolve("taproot.toml"), "[log]\nslow_threshold = \"1h\"\n");
        daemon = Program.taproot(
                directory,
                "run",
                "--runtime-dir",
                runtime.toString(),
                "--state-dir",
                state.toString(),
                "--config",
                config.toString());
        Awaitility.await().until(() -> daemon.out().contains("trace2.eventTarget"));
    }

    @AfterEach
    void stop() {
        daemon.process().destroyForcibly();
    }

    @Test
    void whatCanChangeLiveChangesAndAWrongFileChangesNothing() throws Exception {
        git("one");
        assertThat(log()).contains("hunter2");
        assertThat(taproot("show", "1", "--trace").status()).as("not slow").isEqualTo(ExitStatus.FAILED);

        reload("""
                [ingest]
                loops = 2
                [log]
                slow_threshold = "0s"
                [redact]
                patterns = ["hunter2"]
                """);
        Awaitility.await().until(() -> daemon.err().contains("configuration read again:"));
        assertThat(daemon.err())
                .contains("applied log.slow_threshold, redact.patterns; a restart is needed for ingest.loops");
        git("two");
        assertThat(log().lines().toList().getLast()).contains("<redacted>").doesNotContain("hunter2");
        assertThat(taproot("show", "2", "--trace").out()).contains("cmd_name").doesNotContain("hunter2");

        reload("""
                [log]
                slow_threshold = "1h"
                read_only_age = "soon"
                """);
        Awaitility.await().until(() -> daemon.err().contains("the configuration stays as it was:"));
        assertThat(daemon.err()).contains("taproot.toml:3: log.read_only_age");
        git("three");
        assertThat(log().lines().toList().getLast()).contains("<redacted>").doesNotContain("hunter2");
        assertThat(taproot("show", "3", "--trace").out()).contains("cmd_name");
        assertThat(taproot("status").out()).contains("configuration: the configuration stays as it was:");

        reload("""
                [log]
                slow_threshold = "0s"
                read_only_age = "1ms"
                [redact]
                patterns = ["hunter2"]
                """);
        Awaitility.await().until(() -> daemon.err().contains("applied log.read_only_age"));
        Awaitility.await().untilAsserted(() -> assertThat(log()).doesNotContain("version"));
    }

    private void reload(String text) throws Exception {
        Files.writeString(config, text);
        String pid = Long.toString(daemon.process().pid());
        assertThat(Program.shell(directory, "kill -HUP " + pid).end().status()).isZero();
    }

    private void git(String name) throws Exception {
        String traced = "GIT_TRACE2_EVENT='af_unix:stream:" + runtime + "/trace2.sock' ";
        assertThat(Program.shell(directory, traced + "git -c user.name=" + name + "-hunter2 version")
                        .end()
                        .status())
                .isZero();
        assertThat(taproot("wait").status()).isEqualTo(ExitStatus.OK);
    }

    private String log() {
        return Cli.run("log", "--state-dir", state.toString(), "--limit", "0").out();
    }

    private Cli taproot(String... words) {
        String[] all = java.util.Arrays.copyOf(words, words.length + 4);
        all[words.length] = "--runtime-dir";
        all[words.length + 1] = runtime.toString();
        all[words.length + 2] = "--state-dir";
        all[words.length + 3] = state.toString();
        return Cli.run(all);
    }
}
