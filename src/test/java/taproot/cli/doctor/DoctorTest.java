package taproot.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import taproot.cli.Cli;
import taproot.cli.terminal.ExitStatus;
import taproot.cli.terminal.Screen;

/** Every finding about git and about files, brought about and then mended by the command that is printed below it. */
class DoctorTest extends DoctorBase {
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
    void thereIsNoGit() throws Exception {
        Path bin = onlyWhatDebianHasBeforeGit();
        assertThat(problem("git").text("text")).contains("git cannot be run: there is none in PATH");
        mended("git", "sudo apt install git");
        assertThat(bin.resolve("git")).exists();
    }

    @Test
    void gitIsTooOld() throws Exception {
        script(onlyWhatDebianHasBeforeGit().resolve("git"), "echo git version 2.20.0");
        assertThat(problem("git").text("text")).contains("git 2.20.0 sends no events: 2.22 is the first that does");
        mended("git", "sudo apt install git");
    }

    @Test
    void whatRunsAsGitSwitchesTracingOff() throws Exception {
        listen();
        String git = which("git");
        Path bin = Files.createDirectory(directory.resolve("bin"));
        script(bin.resolve("git"), "GIT_TRACE2_EVENT=0 exec " + git + " \"$@\"");
        environment.put("PATH", bin + ":" + environment.get("PATH"));
        assertThat(problem("end to end").text("text")).contains("did not arrive", "is it git that runs?");
        assertThat(problem("end to end").text("mend")).isEqualTo("type -a git");
        assertThat(findings().stream().filter(f -> !f.text("level").equals("ok")))
                .hasSize(1);
    }

    /** A PATH whose first directory is empty, and in which {@code sudo apt install git} puts a git there. */
    private Path onlyWhatDebianHasBeforeGit() throws IOException {
        Path bin = Files.createDirectory(directory.resolve("bin"));
        Path tools = Files.createDirectory(directory.resolve("tools"));
        for (String tool : List.of("env", "ln")) {
            script(tools.resolve(tool), "exec " + which(tool) + " \"$@\"");
        }
        Path installed = directory.resolve("git-installed");
        script(installed, "exec " + which("git") + " \"$@\"");
        script(tools.resolve("sudo"), "[ \"$*\" = 'apt install git' ] && ln -sf " + installed + " " + bin + "/git");
        environment.put("PATH", bin + ":" + tools);
        return bin;
    }

    private static void script(Path file, String line) throws IOException {
        Files.writeString(file, "#!/bin/sh\n" + line + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static String which(String program) {
        for (String directory : System.getenv("PATH").split(":", -1)) {
            if (Files.isExecutable(Path.of(directory, program))) {
                return Path.of(directory, program).toString();
            }
        }
        throw new AssertionError("no " + program + " in PATH");
    }
}
