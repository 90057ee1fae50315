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

/** {@code taproot run} in a process of its own, and the commands that talk to it. */
class RunTest {
    @TempDir
    private Path directory;

    private Path runtime;
    private Path state;
    private Program daemon;

    @BeforeEach
    void start() throws Exception {
        runtime = directory.resolve("run time");
        state = directory.resolve("state");
        daemon =
                Program.taproot(directory, "run", "--runtime-dir", runtime.toString(), "--state-dir", state.toString());
        Awaitility.await().until(() -> daemon.out().contains("trace2.eventTarget"));
    }

    @AfterEach
    void stop() {
        daemon.process().destroyForcibly();
    }

    @Test
    void itSaysWhereItListensAndHowToPointGitAtIt() throws Exception {
        assertThat(daemon.out())
                .isEqualTo("listening on " + runtime + "/trace2.sock\npoint git at it with:\n"
                        + "  git config --global trace2.eventTarget 'af_unix:stream:" + runtime + "/trace2.sock'\n");
    }

    @Test
    void thePrintedLineWorksAndWhatGitRunsIsListed() throws Exception {
        String line = daemon.out().lines().toList().getLast().strip();
        Program.Ended git = Program.shell(directory, "unset GIT_TRACE2_EVENT; " + line + " && git version && git nope")
                .end();
        assertThat(git.status()).isEqualTo(1);
        assertThat(Cli.run("wait", "--runtime-dir", runtime.toString())).isEqualTo(new Cli(ExitStatus.OK, "", ""));
        Cli log = Cli.run("log", "--state-dir", state.toString());
        assertThat(log.out().lines().map(row -> row.replaceAll(".*  ", "")))
                .containsExactly("command", "git version", "git nope");
        Cli status = Cli.run("status", "--runtime-dir", runtime.toString());
        assertThat(status.out())
                .contains("is running, process " + daemon.process().pid())
                .contains("newest record 2");
    }

    @Test
    void statusLiveListsWhatRunsAndWhoseItIsWithoutItsSecrets() throws Exception {
        Path socket = runtime.resolve("trace2.sock");
        assertThat(Cli.run("status", "--live", "--runtime-dir", runtime.toString())
                        .out())
                .isEqualTo("nothing runs\n");
        String traced = "exec env GIT_TRACE2_EVENT='af_unix:stream:" + socket + "' ";
        // Its input never ends, because it holds the other end too.
        String git = "git init -q r && cd r && mkfifo input && " + traced
                + "git -c http.extraHeader='Authorization: s3cr3t' cat-file --batch <>input";
        Program running = Program.shell(directory, git);
        try {
            Awaitility.await()
                    .untilAsserted(() -> assertThat(Cli.run("status", "--live", "--runtime-dir", runtime.toString())
                                    .out())
                            .contains("AGE", "TRACE")
                            .doesNotContain("s3cr3t")
                            .containsPattern("(?m) [1-9]\\d*  +[0-9.]+ \\w+  "
                                    + "git -c 'http.extraHeader=<redacted>' cat-file --batch$"));
        } finally {
            running.process().destroyForcibly();
        }
    }

    @Test
    void aSecondOneOnTheSameDirectoryIsRefusedWithThePidOfTheFirst() throws Exception {
        Program.Ended second = Program.taproot(
                        directory, "run", "--runtime-dir", runtime.toString(), "--state-dir", state + "2")
                .end();
        assertThat(second.status()).isEqualTo(ExitStatus.FAILED);
        assertThat(second.err()).contains(Long.toString(daemon.process().pid()));
        assertThat(second.out()).isEmpty();
    }

    @Test
    void sigtermStopsItCleanlyAndTheLogStaysReadable() throws Exception {
        Program.shell(directory, "GIT_TRACE2_EVENT='af_unix:stream:" + runtime + "/trace2.sock' git version")
                .end();
        daemon.process().destroy();
        assertThat(daemon.end().status()).isEqualTo(ExitStatus.OK);
        assertThat(Files.exists(runtime.resolve("trace2.sock"))).isFalse();
        assertThat(Cli.run("log", "--state-dir", state.toString()).out()).contains("git version");
        assertThat(Cli.run("status", "--runtime-dir", runtime.toString()).status())
                .isEqualTo(ExitStatus.UNREACHABLE);
    }

    @Test
    void aPipeThatIsClosedEarlyEndsQuietly() throws Exception {
        Program.Ended run = Program.shell(
                        directory,
                        "for i in 1 2 3; do GIT_TRACE2_EVENT='af_unix:stream:" + runtime
                                + "/trace2.sock' git version; done"
                                + " >/dev/null; taproot wait --runtime-dir '" + runtime + "';"
                                + " taproot log --state-dir '" + state + "' --json | true; echo ${PIPESTATUS[0]}")
                .end();
        assertThat(run.out()).isEqualTo("141\n");
        assertThat(run.err()).isEmpty();
    }
}
