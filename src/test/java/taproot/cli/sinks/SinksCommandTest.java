package taproot.cli.sinks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import taproot.cli.Cli;
import taproot.cli.terminal.ExitStatus;
import taproot.daemon.Daemon;
import taproot.daemon.config.Config;
import taproot.daemon.config.ConfigSource;
import taproot.daemon.config.Places;
import taproot.daemon.log.CommandQuery;
import taproot.daemon.log.LogReader;

/** {@code taproot sinks} against a daemon with a sink, fed by git. */
class SinksCommandTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    @SuppressWarnings("NullAway.Init")
    private Daemon daemon;

    private Path out() {
        return directory.resolve("out");
    }

    private Path file() {
        return directory.resolve("taproot.toml");
    }

    @BeforeEach
    void start() throws Exception {
        List<String> overrides =
                List.of("sinks.copy.type=file", "sinks.copy.path=" + out(), "sinks.copy.batch_age=1ms");
        Files.createFile(file());
        daemon = Daemon.start(
                Config.load(file(), overrides),
                ConfigSource.of(file(), overrides),
                new Places(directory.resolve("run"), directory.resolve("state"), file()),
                "test",
                Map.of());
    }

    @AfterEach
    void stop() throws Exception {
        daemon.stop(Duration.ofSeconds(5));
    }

    private Cli sinks(String... words) {
        List<String> line = new ArrayList<>(List.of("sinks"));
        line.addAll(List.of(words));
        line.addAll(List.of(
                "--runtime-dir",
                daemon.places().runtimeDirectory().toString(),
                "--state-dir",
                daemon.places().stateDirectory().toString()));
        return Cli.run(line.toArray(String[]::new));
    }

    private void git() throws Exception {
        ProcessBuilder git = new ProcessBuilder("git", "version").redirectOutput(ProcessBuilder.Redirect.DISCARD);
        git.environment()
                .put("GIT_TRACE2_EVENT", "af_unix:stream:" + daemon.places().traceSocket());
        assertThat(git.start().waitFor(10, TimeUnit.SECONDS)).isTrue();
    }

    private long lines() throws IOException {
        return Files.exists(out()) ? Files.readAllLines(out()).size() : 0;
    }

    @Test
    void aSinkIsListedWithWhereItStandsAndDoesWhatItIsTold() throws Exception {
        git();
        git();
        Awaitility.await().until(() -> lines() == 2);
        Awaitility.await()
                .until(() -> sinks().out()
                        .lines()
                        .skip(1)
                        .findFirst()
                        .orElse("")
                        .matches("copy +file +idle +2 +0 +- +2 +0"));
        assertThat(sinks().out()).contains("0 of 4 flushes under way, 0 waiting");

        assertThat(sinks("pause", "copy").out()).isEqualTo("copy pauses at seq 2\n");
        git();
        Awaitility.await()
                .until(() -> sinks("--json")
                        .out()
                        .contains("\"state\":\"paused\",\"slow\":false,\"cursor\":2," + "\"lag_records\":1,"));
        assertThat(sinks("resume", "copy").out()).startsWith("copy goes on after seq ");
        Awaitility.await().until(() -> lines() == 3);

        assertThat(sinks("backfill", "copy", "--from", "2").out()).isEqualTo("copy goes back, and on after seq 1\n");
        Awaitility.await().until(() -> lines() == 5);
        assertThat(sinks("backfill", "copy", "--from", "2000-01-01").out())
                .isEqualTo("copy goes back, and on after seq 0\n");
        Awaitility.await().until(() -> lines() == 8);
        assertThat(sinks("resend", "copy").out()).isEqualTo("copy sends again what it had set aside\n");
        assertThat(sinks("discard", "copy").out()).isEqualTo("copy has given up what it had set aside\n");
    }

    @Test
    void aReloadChangesHowManyFlushWhileTheyDoAndNamesSinksThatNeedARestart() throws Exception {
        git();
        Awaitility.await().until(() -> lines() == 1);
        assertThat(sinks().out()).contains("0 of 4 flushes under way");
        Files.writeString(file(), """
                [sinks]
                flushes = 9
                [sinks.more]
                type = "file"
                path = "/elsewhere"
                """);
        assertThat(reload().out())
                .isEqualTo("changed: sinks.flushes\nneeds a restart: sinks.more.type, sinks.more.path\n");
        assertThat(sinks().out()).contains("0 of 9 flushes under way").doesNotContain("more");

        Files.writeString(file(), "[sinks]\nflushes = 3\n[sinks.more]\ntype = \"flie\"\n");
        assertThat(reload().err()).contains("sinks.more.type: expected one of file, got flie");
        assertThat(sinks().out()).contains("0 of 9 flushes under way");
        git();
        Awaitility.await().until(() -> lines() == 2);
    }

    private Cli reload() {
        return Cli.run(
                "reload", "--runtime-dir", daemon.places().runtimeDirectory().toString());
    }

    @Test
    void whatIsSetAsideIsListedWithWhy() throws Exception {
        assertThat(sinks("aside", "copy").out()).isEqualTo("copy has set nothing aside\n");
        Path refuses = directory.resolve("out.refuses");
        sinks("pause", "copy");
        git();
        Awaitility.await().until(() -> sinks("--json").out().contains("\"lag_records\":1"));
        try (LogReader log = LogReader.open(daemon.places().stateDirectory())) {
            log.query(CommandQuery.where().newest(1), command -> tell(refuses, command.key()));
        }
        sinks("resume", "copy");
        Awaitility.await().until(() -> sinks("--json").out().contains("\"aside\":1"));
        assertThat(sinks("aside", "copy").out())
                .containsPattern(
                        " +1  20[0-9TZ:-]+ +1  " + Files.readString(refuses).strip())
                .contains("told to refuse it");
        assertThat(sinks("aside", "copy", "--json").out())
                .startsWith("{\"seq\":1,\"key\":\"" + Files.readString(refuses).strip() + "\"")
                .contains("\"reason\":\"told to refuse it\"", "\"record\":{\"v\":1,")
                .endsWith("}}\n");
        assertThat(sinks("aside", "nobody").err()).contains("the log knows no sink nobody");
    }

    private static void tell(Path file, String line) {
        try {
            Files.writeString(file, line + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void whatCannotBeDoneIsSaid() {
        assertThat(sinks("pause", "warehouse").err())
                .contains("404")
                .contains("no sink warehouse, expected one of copy");
        assertThat(sinks("backfill", "copy", "--from", "77").err())
                .contains("400")
                .contains("at most seq 1");
        assertThat(sinks("backfill", "copy", "--from", "soon").status()).isEqualTo(ExitStatus.USAGE);
        assertThat(sinks("backfill", "copy").status()).isEqualTo(ExitStatus.USAGE);
    }

    @Test
    void aSinkWithoutRulesTakesEverything() throws Exception {
        git();
        Awaitility.await().until(() -> lines() == 1);
        String key = Files.readAllLines(out()).getFirst().split(" ", 3)[2];
        assertThat(sinks("explain", key, "--set", "sinks.copy.type=file", "--set", "sinks.copy.path=x")
                        .out())
                .isEqualTo("copy\n  has no rules: it takes every command, whole\n");
        assertThat(sinks("explain", "nothing-like-it").err()).contains("no command with a key like");
    }

    @Test
    void theConfigurationOfASinkIsChecked() throws Exception {
        Path file = Files.writeString(directory.resolve("t.toml"), "[sinks.copy]\ntype = \"file\"\npth = \"x\"\n");
        assertThat(Cli.run("config", "check", file.toString()).out())
                .contains(
                        file
                                + ":3: sinks.copy.pth: expected a known key, got an unknown one; did you mean sinks.copy.path?");
    }
}
