package taproot.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import taproot.daemon.config.Config;
import taproot.daemon.config.Places;
import taproot.daemon.log.CommandQuery;
import taproot.daemon.log.LogReader;
import taproot.daemon.metrics.Counter;
import taproot.normalizer.CommandRecord;
import taproot.normalizer.Outcome;
import taproot.normalizer.RecordJson;

/** The whole daemon with real git. */
class DaemonTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    @SuppressWarnings("NullAway.Init")
    private Daemon daemon;

    @BeforeEach
    void start() throws Exception {
        daemon = Daemon.start(Config.defaults(), places(), "test");
    }

    @AfterEach
    void stop() throws Exception {
        daemon.stop(Duration.ofSeconds(5));
    }

    @Test
    void aCommandBecomesARecord() throws Exception {
        assertThat(git(directory, "init", "-q", "r")).isZero();
        Path repository = directory.resolve("r");
        git(repository, "commit", "-q", "--allow-empty", "-m", "first");
        git(repository, "status");
        assertThat(git(repository, "checkout", "-q", "nothing-of-that-name")).isEqualTo(1);
        List<CommandRecord> records = records();
        assertThat(records)
                .extracting(CommandRecord::command)
                .containsExactlyInAnyOrder("init", "commit", "status", "checkout");
        CommandRecord commit = only(records, "commit");
        assertThat(commit.argv()).containsExactly("git", "commit", "-q", "--allow-empty", "-m", "first");
        assertThat(commit.outcome()).isEqualTo(Outcome.EXITED);
        assertThat(commit.exitCode()).isZero();
        assertThat(commit.readOnly()).isFalse();
        assertThat(only(records, "status").readOnly()).isTrue();
        assertThat(only(records, "checkout").exitCode()).isEqualTo(1);
        assertThat(only(records, "checkout").errors()).isNotEmpty();
    }

    @Test
    void anEventOfOurOwnGoesTheWholeWayAndLeavesNothing() throws Exception {
        for (int i = 0; i < 10; i++) {
            daemon.probe().toCompletableFuture().get(10, TimeUnit.SECONDS);
        }
        assertThat(daemon.status().log().head()).isZero();
        assertThat(daemon.status().counters().get(Counter.EVENTS_RECEIVED)).isZero();
        assertThat(daemon.status().live().roots()).isZero();
    }

    @Test
    void everyLineIsAccountedForAndNothingStaysLive() throws Exception {
        for (int i = 0; i < 50; i++) {
            git(directory, "version");
        }
        assertThat(records()).hasSize(50);
        var status = daemon.status();
        long dropped =
                status.dropped().values().stream().mapToLong(Long::longValue).sum();
        assertThat(dropped).isZero();
        assertThat(status.counters().get(Counter.EVENTS_RECEIVED))
                .isEqualTo(status.counters().get(Counter.EVENTS_APPLIED));
        assertThat(status.live().roots()).isZero();
        assertThat(status.live().scratchBytes()).isZero();
    }

    @Test
    void aSecondDaemonOnTheSameDirectoryIsRefusedWithThePidOfTheFirst() {
        assertThatThrownBy(() -> Daemon.start(Config.defaults(), places(), "test"))
                .isInstanceOf(DaemonStartException.class)
                .hasMessageContaining("pid " + ProcessHandle.current().pid())
                .hasMessageContaining("--runtime-dir");
    }

    @Test
    void theFirstDaemonSurvivesTheSecondOnesAttempt() throws Exception {
        aSecondDaemonOnTheSameDirectoryIsRefusedWithThePidOfTheFirst();
        git(directory, "version");
        assertThat(records()).hasSize(1);
    }

    @Test
    void aStoppedDaemonsDirectoryCanBeServedAgainAndItsLogGoesOn() throws Exception {
        git(directory, "version");
        daemon.stop(Duration.ofSeconds(5));
        daemon = Daemon.start(Config.defaults(), places(), "test");
        git(directory, "version");
        assertThat(records()).hasSize(2);
    }

    @Test
    void aStaleSocketIsReplaced() throws Exception {
        daemon.stop(Duration.ofSeconds(5));
        Files.createFile(places().traceSocket());
        daemon = Daemon.start(Config.defaults(), places(), "test");
        git(directory, "version");
        assertThat(records()).hasSize(1);
    }

    @Test
    void socketsAndDirectoriesArePrivate() throws Exception {
        assertThat(permissions(places().runtimeDirectory())).isEqualTo("rwx------");
        assertThat(permissions(places().stateDirectory())).isEqualTo("rwx------");
        assertThat(permissions(places().traceSocket())).isEqualTo("rw-------");
        assertThat(permissions(places().controlSocket())).isEqualTo("rw-------");
    }

    @Test
    void aCommandThatRunsWhenTheDaemonStopsIsInterrupted() throws Exception {
        git(directory, "init", "-q", "r");
        Process running = start(directory.resolve("r"), List.of("git", "cat-file", "--batch"));
        org.awaitility.Awaitility.await().until(() -> daemon.liveCommands() == 1);
        daemon.stop(Duration.ofSeconds(5));
        running.getOutputStream().close();
        assertThat(running.waitFor()).isZero();
        CommandRecord catFile = only(stored(), "cat-file");
        assertThat(catFile.outcome()).isEqualTo(Outcome.INTERRUPTED);
        assertThat(catFile.exitCode()).isNull();
        assertThat(catFile.durationUs()).isNull();
        daemon = Daemon.start(Config.defaults(), places(), "test");
    }

    @Test
    void aCommandThatRunsIsShownWithoutItsSecrets() throws Exception {
        Process running = start(
                directory,
                List.of(
                        "git",
                        "-c",
                        "http.extraHeader=Authorization: s3cr3t",
                        "-c",
                        "x.token=s3cr3t",
                        "hash-object",
                        "--stdin"));
        org.awaitility.Awaitility.await().until(() -> daemon.liveCommands() == 1);
        assertThat(daemon.live().getFirst().argv())
                .containsExactly(
                        "git",
                        "-c",
                        "http.extraHeader=<redacted>",
                        "-c",
                        "x.token=<redacted>",
                        "hash-object",
                        "--stdin");
        running.getOutputStream().close();
        assertThat(running.waitFor()).isZero();
    }

    @Test
    void aCommandThatGoesOnAcrossARestartIsInterruptedAndWhatItRunsBehindItIsAdopted() throws Exception {
        git(directory, "init", "-q", "r");
        Path go = directory.resolve("go");
        String script = "!while [ ! -e " + go + " ]; do sleep 0.01; done; git version";
        Process running = start(directory.resolve("r"), List.of("git", "-c", "alias.slow=" + script, "slow"));
        org.awaitility.Awaitility.await().until(() -> daemon.liveCommands() == 1);
        daemon.stop(Duration.ofSeconds(5));
        assertThat(daemon.status().counters().get(Counter.COMMANDS_INTERRUPTED)).isEqualTo(1);
        daemon = Daemon.start(Config.defaults(), places(), "test");
        Files.createFile(go);
        assertThat(running.waitFor()).isZero();
        List<CommandRecord> records = records();
        CommandRecord owner = records.stream()
                .filter(record -> record.outcome() == Outcome.INTERRUPTED)
                .findFirst()
                .orElseThrow();
        assertThat(owner.argv()).endsWith("slow");
        CommandRecord adopted = only(records, "version");
        assertThat(adopted.parent()).isEqualTo(owner.key());
        assertThat(adopted.outcome()).isEqualTo(Outcome.EXITED);
        assertThat(daemon.status().counters().get(Counter.COMMANDS_ADOPTED)).isEqualTo(1);
        assertThat(daemon.status().counters().get(Counter.COMMANDS_INTERRUPTED)).isZero();
    }

    private static String permissions(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    private static CommandRecord only(List<CommandRecord> records, String command) {
        List<CommandRecord> found =
                records.stream().filter(r -> command.equals(r.command())).toList();
        assertThat(found).hasSize(1);
        return found.getFirst();
    }

    private Places places() {
        return new Places(directory.resolve("run"), directory.resolve("state"), null);
    }

    private List<CommandRecord> records() throws Exception {
        daemon.barrier().toCompletableFuture().get(30, TimeUnit.SECONDS);
        return stored();
    }

    private List<CommandRecord> stored() throws Exception {
        List<CommandRecord> records = new ArrayList<>();
        try (LogReader reader = LogReader.open(places().stateDirectory())) {
            reader.query(CommandQuery.where().after(0, 0), stored -> records.add(read(stored.json())));
        }
        return records;
    }

    private static CommandRecord read(byte[] json) {
        try {
            return RecordJson.read(json).record();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private int git(Path cwd, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("git"));
        command.addAll(List.of(arguments));
        return start(cwd, command).waitFor();
    }

    private Process start(Path cwd, List<String> command) throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(cwd.toFile()).redirectErrorStream(true);
        builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
        builder.environment().keySet().removeIf(name -> name.startsWith("GIT_"));
        builder.environment()
                .putAll(Map.of(
                        "GIT_TRACE2_EVENT", "af_unix:stream:" + places().traceSocket(),
                        "GIT_CONFIG_GLOBAL", "/dev/null",
                        "GIT_CONFIG_NOSYSTEM", "1",
                        "GIT_AUTHOR_NAME", "Dev",
                        "GIT_AUTHOR_EMAIL", "dev@example.com",
                        "GIT_COMMITTER_NAME", "Dev",
                        "GIT_COMMITTER_EMAIL", "dev@example.com"));
        return builder.start();
    }
}
