package taproot.cli.exec;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import taproot.cli.Cli;
import taproot.cli.Program;
import taproot.cli.terminal.ExitStatus;

/** {@code taproot exec} with real commands and real git, in a process of its own. */
class ExecTest {
    @TempDir
    private Path directory;

    @Test
    void theCommandKeepsItsOutputItsInputAndItsStatus() throws Exception {
        Program.Ended run = Program.shell(
                        directory, "echo in | taproot exec -- sh -c 'cat; echo err >&2; exit 7'; echo status=$?")
                .end();
        assertThat(run.out()).isEqualTo("in\nstatus=7\n");
        assertThat(run.err()).isEqualTo("err\ntaproot: no git command was seen\n");
    }

    @Test
    void aCommandThatASignalEndedHas128AndTheSignal() throws Exception {
        assertThat(Program.taproot(directory, "exec", "--", "sh", "-c", "kill -KILL $$")
                        .end()
                        .status())
                .isEqualTo(137);
    }

    @Test
    void aCommandThatDoesNotExistIs127AndOneThatCannotRun126() throws Exception {
        Program.Ended run = Program.shell(
                        directory,
                        "taproot exec -- ./nope; echo $?; touch no; taproot exec ./no; echo $?;"
                                + " printf 'echo script $1' > yes; chmod +x yes; taproot exec ./yes arg; echo $?")
                .end();
        assertThat(run.out()).isEqualTo("127\n126\nscript arg\n0\n");
        assertThat(run.err())
                .isEqualTo("taproot: ./nope: no such command\n"
                        + "taproot: ./no: cannot be executed (permission denied)\n"
                        + "taproot: no git command was seen\n");
    }

    @Test
    void argumentsEnvironmentAndDescriptorsArriveUntouched() throws Exception {
        Program.Ended run = Program.shell(directory, """
                        export LC_ALL=C A=$'\\xff' GIT_TRACE2_EVENT=1
                        taproot exec -- printf '%s|' $'\\xff' ü '' 'a b' @file -- --json
                        echo; env | grep -v '^_=' | sort > before
                        taproot exec -- sh -c 'env | grep -v ^_= | sort > after'; diff before after
                        for t in '' 'taproot exec --'; do
                          $t bash -c 'cat <&7; cat "$1"; cd /proc/$$/fd; echo *' bash <(echo substituted) 7< <(echo seven)
                        done
                        """).end();
        assertThat(run.out()).contains("\ufffd|ü||a b|@file|--|--json|\n");
        assertThat(run.out())
                .containsPattern(
                        "< GIT_TRACE2_EVENT=1\n---\n> GIT_TRACE2_EVENT=af_unix:stream:/\\S+/run/trace2.sock\n");
        List<String> lines = run.out().lines().toList();
        List<String> withTaproot = lines.subList(lines.size() - 3, lines.size());
        assertThat(withTaproot)
                .startsWith("seven", "substituted")
                .isEqualTo(lines.subList(lines.size() - 6, lines.size() - 3));
    }

    @Test
    void bytesThatAreNotTextArriveAsTheyAre() throws Exception {
        Program.Ended run = Program.shell(directory, "LC_ALL=C taproot exec -- printf %s $'\\xff\\xc3' | od -An -tx1")
                .end();
        assertThat(run.out().strip()).isEqualTo("ff c3");
    }

    @Test
    void theTreeOfACommitShowsItsHooksAndWhatTheyRan() throws Exception {
        Program.Ended run = Program.shell(directory, """
                        git init -q repo && cd repo && git config maintenance.auto false && git config gc.auto 0
                        printf '#!/bin/sh\\ngit rev-parse -q --verify nope\\ngit status --short >/dev/null\\n' > .git/hooks/pre-commit
                        chmod +x .git/hooks/pre-commit
                        echo 1 > a && git add a
                        taproot exec -- sh -c 'git commit -qm "first one"; git checkout -q nope'
                        echo status=$?
                        """).end();
        assertThat(run.out()).isEqualTo("status=1\n");
        assertThat(Program.normalised(run.err())).isEqualTo("""
                        error: pathspec 'nope' did not match any file(s) known to git
                          start  duration  exit  command
                        T D        git commit -qm 'first one'
                        T D        └─ hook pre-commit
                        T D     1     ├─ git rev-parse -q --verify nope
                        T D           └─ git status --short
                        T D     1  git checkout -q nope
                        taproot: 2 git commands, 4 git processes, D of D in git, 1 failed
                        """);
    }

    @Test
    void jsonGoesToStdoutAfterTheCommandsOwnOutputOrToAFile() throws Exception {
        Program.Ended run = Program.shell(
                        directory,
                        "taproot exec --json -- git --version; taproot exec --json=records -- git version >/dev/null;"
                                + " cat records")
                .end();
        assertThat(run.err()).isEmpty();
        assertThat(run.out().lines().toList())
                .satisfiesExactly(
                        version -> assertThat(version).startsWith("git version "),
                        first -> assertThat(first)
                                .startsWith("{\"v\":1,\"seq\":1,")
                                .contains("\"argv\":[\"git\",\"--version\"]"),
                        second -> assertThat(second)
                                .startsWith("{\"v\":1,\"seq\":1,")
                                .contains("\"argv\":[\"git\",\"version\"]"));
    }

    @Test
    void aRecordFileThatCannotBeWrittenCostsNoWork() throws Exception {
        Program.Ended run = Program.taproot(directory, "exec", "--json=/nonexistent/file", "--", "touch", "ran")
                .end();
        assertThat(run.status()).isEqualTo(ExitStatus.EXEC_FAILED);
        assertThat(directory.resolve("ran")).doesNotExist();
    }

    @Test
    void nothingIsLeftBehindAndNobodyElseMayLook() throws Exception {
        Program.Ended run = Program.taproot(
                        directory,
                        "exec",
                        "--",
                        "sh",
                        "-c",
                        "d=${GIT_TRACE2_EVENT#af_unix:stream:}; stat -c %a ${d%/*}/.. ${d%/*} $d; dirname ${d%/*}")
                .end();
        String[] lines = run.out().split("\n", -1);
        assertThat(lines).startsWith("700", "700", "600");
        assertThat(Path.of(lines[3])).doesNotExist();
    }

    @Test
    void aStateDirectoryThatIsNamedKeepsTheRecordsOfEveryRun() throws Exception {
        Program.Ended run = Program.shell(
                        directory,
                        "taproot exec --state-dir state -- git --version >/dev/null;"
                                + " taproot exec --state-dir state -- git version")
                .end();
        assertThat(run.err().lines().filter(line -> line.contains("  git "))).hasSize(2);
        Path state = directory.resolve("state");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(state)))
                .isEqualTo("rwx------");
        assertThat(Cli.run("log", "--state-dir", state.toString())
                        .out()
                        .lines()
                        .map(line -> line.replaceAll(".*  ", "")))
                .containsExactly("command", "git --version", "git version");
    }

    @Test
    void sigtermIsTheCommands() throws Exception {
        Program run = Program.taproot(
                directory,
                "exec",
                "--",
                "sh",
                "-c",
                "trap 'echo got it; exit 9' TERM; echo ready; while :; do sleep 0.1; done");
        Awaitility.await().until(() -> run.out().contains("ready"));
        run.process().destroy();
        Program.Ended ended = run.end();
        assertThat(ended.status()).isEqualTo(9);
        assertThat(ended.out()).isEqualTo("ready\ngot it\n");
    }

    @Test
    void sigintThatNoTerminalSentIsPassedOnAndDoesNotEndTaproot() throws Exception {
        Program run = Program.taproot(
                directory,
                "exec",
                "--",
                "bash",
                "-c",
                "trap 'echo got it; git --version; exit 9' INT; echo ready; while :; do sleep 0.1; done");
        Awaitility.await().until(() -> run.out().contains("ready"));
        new ProcessBuilder("kill", "-INT", Long.toString(run.process().pid()))
                .start()
                .waitFor();
        Program.Ended ended = run.end();
        assertThat(ended.status()).isEqualTo(9);
        assertThat(ended.err()).contains("  git --version\n");
    }

    @Test
    void gitThatGoesOnIsListedAsRunningAndLetGo() throws Exception {
        long began = System.nanoTime();
        Program.Ended run = Program.taproot(
                        directory,
                        "exec",
                        "--",
                        "sh",
                        "-c",
                        "git -c alias.hold='!sleep 30' hold >/dev/null 2>&1 & echo $! > pid; sleep 0.3; git --version")
                .end();
        Duration took = Duration.ofNanos(System.nanoTime() - began);
        long pid = Long.parseLong(Files.readString(directory.resolve("pid")).strip());
        try {
            assertThat(ProcessHandle.of(pid)).isPresent();
            assertThat(took).isLessThan(Duration.ofSeconds(20));
            assertThat(run.err())
                    .contains(
                            "taproot: still running, let go: git -c 'alias.hold=!sleep 30' hold (process " + pid + ")")
                    .containsPattern("running  git -c 'alias.hold=!sleep 30' hold\n")
                    .contains("1 still running");
        } finally {
            end(pid);
        }
    }

    private static void end(long pid) throws IOException {
        ProcessHandle.of(pid).ifPresent(process -> {
            process.descendants().forEach(ProcessHandle::destroy);
            process.destroy();
        });
    }
}
