package taproot.cli.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import taproot.cli.Cli;
import taproot.cli.Records;
import taproot.cli.terminal.ExitStatus;
import taproot.daemon.Daemon;
import taproot.daemon.config.Config;
import taproot.daemon.config.Places;

/** What the program has a running daemon do. */
class ControlCommandsTest {
    @TempDir
    private Path directory;

    private Path runtime;
    private Path state;
    private Path config;
    private @Nullable Daemon daemon;

    @BeforeEach
    void listen() throws Exception {
        runtime = directory.resolve("run");
        state = directory.resolve("state");
        config = Files.writeString(directory.resolve("taproot.toml"), "[log]\nretention_age = \"30d\"\n");
        Records.write(
                state,
                Records.record(1, "git fetch").at(0, 1).in("/src/secret").trace("{\"event\":\"version\"}"),
                Records.record(2, "git status").at(60_000, 1).in("/src/open"));
        daemon = Daemon.start(Config.load(config, List.of()), Places.of(runtime, state, config, Map.of()), "test");
        assertThat(taproot("wait").status()).isEqualTo(ExitStatus.OK);
    }

    @AfterEach
    void stop() throws Exception {
        if (daemon != null) {
            daemon.stop(Duration.ofSeconds(5));
        }
    }

    @Test
    void theDaemonForgetsWhatItIsToldTo() {
        assertThat(taproot("forget", "--repository", "/src/secret", "--yes").out())
                .isEqualTo("1 records, 1 traces and 0 folded commands are forgotten\n");
        assertThat(taproot("log").out().lines()).hasSize(2).last().asString().endsWith("git status");
    }

    @Test
    void reloadSaysWhatHasChangedAndWhatNeedsARestart() throws Exception {
        Files.writeString(config, "[log]\nretention_age = \"31d\"\n[ingest]\nloops = 2\n");
        assertThat(taproot("reload").out()).isEqualTo("changed: log.retention_age\nneeds a restart: ingest.loops\n");
        assertThat(taproot("reload", "--json").out()).startsWith("{\"applied\":[");
    }

    @Test
    void aWrongConfigurationChangesNothingAndIsSaid() throws Exception {
        Files.writeString(config, "[log]\nretention_aeg = \"31d\"\n");
        Cli run = taproot("reload");
        assertThat(run.status()).isEqualTo(ExitStatus.FAILED);
        assertThat(run.err()).contains("did you mean log.retention_age?");
        assertThat(taproot("status").out())
                .containsPattern("configuration: the configuration stays as it was: .*log.retention_aeg");
    }

    private Cli taproot(String... words) {
        String[] all = Arrays.copyOf(words, words.length + 4);
        all[words.length] = "--runtime-dir";
        all[words.length + 1] = runtime.toString();
        all[words.length + 2] = "--state-dir";
        all[words.length + 3] = state.toString();
        return Cli.run(all);
    }
}
