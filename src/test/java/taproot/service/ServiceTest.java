package taproot.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import taproot.daemon.config.Places;
import taproot.daemon.log.LogReader;
import taproot.endtoend.Program;

/** {@code taproot run} as a service: started by systemd's own socket activation, notifying a socket of the test's. */
class ServiceTest {
    private static final long WATCHDOG_MICROS = 600_000;

    @TempDir
    private Path directory;

    private FakeSystemd systemd;

    ServiceTest() {}

    @BeforeEach
    void listen() throws Exception {
        systemd = new FakeSystemd(directory.resolve("notify").toString());
        Files.createDirectory(
                places().runtimeDirectory(),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }

    @AfterEach
    void close() {
        systemd.close();
    }

    @Test
    void gitsFirstConnectionStartsItAndNothingIsLostMeanwhile() throws Exception {
        Path socket = places().traceSocket();
        List<String> activate = List.of(
                "systemd-socket-activate",
                "-E",
                "NOTIFY_SOCKET=" + systemd.environment().get("NOTIFY_SOCKET"),
                "--fdname=trace2",
                "-l",
                socket.toString());
        try (Program program = Program.run(places(), activate, Map.of())) {
            Awaitility.await().until(() -> Files.exists(socket));
            assertThat(git(directory, "init", "-q", "r")).isZero();
            assertThat(git(directory.resolve("r"), "status")).isZero();
            program.awaitListening();
            systemd.expect("READY=1");
            assertThat(program.barrier()).isEqualTo(2);
            assertThat(program.terminate()).isZero();
            systemd.expect("STOPPING=1");
            assertThat(socket).as("systemd's own").exists();
        }
    }

    @Test
    void theWatchdogGoesHungryOnceTheProcessIsStopped() throws Exception {
        Map<String, String> environment = new HashMap<>(systemd.environment());
        environment.put("WATCHDOG_USEC", Long.toString(WATCHDOG_MICROS));
        try (Program program = Program.run(places(), List.of(), environment)) {
            systemd.expect("READY=1");
            systemd.expect("WATCHDOG=1");
            systemd.expect("WATCHDOG=1");
            program.signal("STOP");
            Awaitility.await().until(() -> systemd.within(WATCHDOG_MICROS / 1_000) == null);
            program.signal("CONT");
            systemd.expect("WATCHDOG=1");
            assertThat(program.terminate()).isZero();
            systemd.await("STOPPING=1");
        }
    }

    @Test
    void aReloadIsAnnouncedAndItsOutcomeShown() throws Exception {
        try (Program program = Program.run(places(), List.of(), systemd.environment())) {
            systemd.expect("READY=1");
            program.signal("HUP");
            assertThat(systemd.expect("RELOADING=1")).containsKey("MONOTONIC_USEC");
            assertThat(systemd.expect("READY=1").get("STATUS")).startsWith("Configuration read again");
            assertThat(program.terminate()).isZero();
            systemd.expect("STOPPING=1");
        }
    }

    @Test
    void aDatabaseOfANewerVersionEndsTheServiceBeforeItIsReady() throws Exception {
        try (Program program = Program.run(places())) {
            assertThat(program.terminate()).isZero();
        }
        try (var newer = java.sql.DriverManager.getConnection("jdbc:sqlite:" + places().stateDirectory() + "/log.db");
                var statement = newer.createStatement()) {
            statement.executeUpdate("PRAGMA user_version = 1000");
        }
        try (Program program = Program.run(places(), List.of(), systemd.environment())) {
            assertThat(program.ended()).isEqualTo(1);
            assertThat(program.said())
                    .contains(
                            "taproot: " + places().stateDirectory() + "/log.db has schema 1000",
                            "use the newer Taproot");
        }
        systemd.expect("STOPPING=1");
    }

    @Test
    void whatIsStoredSurvivesThatItIsStoppedAndStartedAgain() throws Exception {
        try (Program program = Program.run(places(), List.of(), systemd.environment())) {
            systemd.expect("READY=1");
            assertThat(git(directory, "init", "-q", "r")).isZero();
            assertThat(program.terminate()).isZero();
            systemd.expect("STOPPING=1");
        }
        try (LogReader log = LogReader.open(places().stateDirectory())) {
            assertThat(log.head()).isEqualTo(1);
        }
    }

    private Places places() {
        return new Places(directory.resolve("run"), directory.resolve("state"), null);
    }

    private int git(Path cwd, String... arguments) throws IOException, InterruptedException {
        List<String> command = new java.util.ArrayList<>(List.of("git"));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).directory(cwd.toFile());
        builder.redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD);
        builder.environment().put("GIT_TRACE2_EVENT", "af_unix:stream:" + places().traceSocket());
        return builder.start().waitFor();
    }
}
