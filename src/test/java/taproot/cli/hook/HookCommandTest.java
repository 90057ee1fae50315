package taproot.cli.hook;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import taproot.cli.Cli;
import taproot.cli.terminal.ExitStatus;
import taproot.cli.terminal.Screen;

/** hook install, remove and status, with real repositories and the real git config. */
class HookCommandTest {
    @TempDir
    private Path directory;

    private final Map<String, String> environment = new HashMap<>();

    @BeforeEach
    void repository() throws Exception {
        environment.putAll(Map.of(
                "HOME", directory.toString(),
                "PATH", System.getenv("PATH"),
                "GIT_CONFIG_NOSYSTEM", "1"));
        Files.writeString(directory.resolve(".gitconfig"), "[user]\n\tname = Dev\n\temail = dev@example.com\n");
        git("init", "-q", "r");
    }

    @Test
    void bothHooksAreInstalledAndRemovedWithoutATrace() throws Exception {
        Cli install = taproot("install", "--repository", path("r"));
        assertThat(install.status()).as(install.err()).isZero();
        assertThat(install.out()).contains("installed: " + path("r/.git/hooks/reference-transaction"));
        assertThat(Files.isExecutable(hook("post-rewrite"))).isTrue();
        assertThat(taproot("status", "--repository", path("r")).out())
                .contains("reference-transaction: installed", "post-rewrite: installed");
        assertThat(taproot("install", "--repository", path("r")).status())
                .as("again")
                .isZero();
        git("-C", "r", "commit", "-q", "--allow-empty", "-m", "x");
        assertThat(taproot("remove", "--repository", path("r")).status()).isZero();
        assertThat(hook("reference-transaction")).doesNotExist();
        assertThat(hook("post-rewrite")).doesNotExist();
    }

    @Test
    void aHookOfYoursIsNotTouchedAndTheLineThatIsPrintedWorks() throws Exception {
        String own = "#!/bin/sh\ncat > \"$HOME/input-$1\"\necho \"$*\" >> \"$HOME/ran\"\n";
        Files.writeString(hook("reference-transaction"), own);
        executable(hook("reference-transaction"));
        Cli refused = taproot("install", "--repository", path("r"));
        assertThat(refused.status()).isEqualTo(ExitStatus.FAILED);
        assertThat(hook("reference-transaction")).hasContent(own);
        assertThat(hook("post-rewrite")).exists();
        List<String> said = refused.err().lines().toList();
        assertThat(said.getFirst())
                .contains("a hook of yours is not touched", path("r/.git/hooks/reference-transaction"));
        Files.writeString(
                hook("reference-transaction"),
                own.replaceFirst(
                        "\n", "\n" + said.getLast().replace("\\", "\\\\").replace("$", "\\$") + "\n"));
        assertThat(taproot("install", "--repository", path("r")).status()).isZero();
        assertThat(taproot("status", "--repository", path("r")).out())
                .contains("reference-transaction: installed, in a hook of yours");
        git("-C", "r", "commit", "-q", "--allow-empty", "-m", "x");
        assertThat(directory.resolve("ran")).hasContent("prepared\ncommitted");
        assertThat(Files.readString(directory.resolve("input-committed"))).contains("refs/heads/");
        Cli left = taproot("remove", "--repository", path("r"));
        assertThat(left.status()).isEqualTo(ExitStatus.FAILED);
        assertThat(left.err()).contains("Take this line out of");
    }

    @Test
    void theLineDoesNoHarmWhenTheScriptIsGone() throws Exception {
        Scripts scripts = Scripts.of(environment);
        Files.writeString(
                hook("reference-transaction"), "#!/bin/sh\n" + scripts.line() + "\necho \"$1\" >> \"$HOME/ran\"\n");
        executable(hook("reference-transaction"));
        git("-C", "r", "commit", "-q", "--allow-empty", "-m", "x");
        assertThat(directory.resolve("ran")).hasContent("prepared\ncommitted");
    }

    @Test
    void coreHooksPathIsRespected() throws Exception {
        git("-C", "r", "config", "core.hooksPath", path("elsewhere"));
        assertThat(taproot("install", "--repository", path("r")).status()).isZero();
        assertThat(directory.resolve("elsewhere/reference-transaction")).exists();
        assertThat(hook("reference-transaction")).doesNotExist();
    }

    @Test
    void worktreesAndSubmodulesHaveTheHooksThatGitRuns() throws Exception {
        git("-C", "r", "commit", "-q", "--allow-empty", "-m", "x");
        git("-C", "r", "worktree", "add", "-q", path("wt"));
        assertThat(taproot("install", "--repository", path("wt")).status()).isZero();
        assertThat(hook("reference-transaction")).exists();
        git("init", "-q", "--bare", "b.git");
        assertThat(taproot("install", "--repository", path("b.git")).status()).isZero();
        assertThat(directory.resolve("b.git/hooks/post-rewrite")).exists();
    }

    @Test
    void withAnOldGitThereIsNoGlobalHook() {
        gitSays("2.39.5");
        Cli refused = taproot("install", "--global");
        assertThat(refused.status()).isEqualTo(ExitStatus.FAILED);
        assertThat(refused.err()).contains("git 2.39.5 has no configured hooks (2.54 has)", "--repository PATH");
    }

    @Test
    void withANewGitTheHooksStandInTheConfigurationAndNoRepositoryIsTouched() throws Exception {
        gitSays("2.55.0");
        String before = Files.readString(directory.resolve(".gitconfig"));
        assertThat(taproot("install").status()).isZero();
        assertThat(git("config", "--global", "--get-all", "hook.taproot.event"))
                .isEqualTo("reference-transaction\npost-rewrite");
        assertThat(git("config", "--global", "--get", "hook.taproot.command")).contains("taproot_report");
        assertThat(taproot("install", "--global").status()).as("again").isZero();
        assertThat(git("config", "--global", "--get-all", "hook.taproot.event"))
                .isEqualTo("reference-transaction\npost-rewrite");
        assertThat(taproot("status").out()).contains("all repositories: installed");
        assertThat(taproot("remove").status()).isZero();
        assertThat(Files.readString(directory.resolve(".gitconfig"))).isEqualTo(before);
        assertThat(hook("reference-transaction")).doesNotExist();
    }

    @Test
    void anotherHookOfThatNameIsNotOverwritten() throws Exception {
        gitSays("2.55.0");
        git("config", "--global", "hook.taproot.command", "mine");
        Cli refused = taproot("install", "--global");
        assertThat(refused.status()).isEqualTo(ExitStatus.FAILED);
        assertThat(refused.err()).contains("hook.taproot.command is set to something else, mine");
    }

    @Test
    void outsideOfARepositoryThereIsNothingToInstallIn() throws Exception {
        gitSays("2.39.5");
        Files.createDirectory(directory.resolve("none"));
        Cli refused = taproot("install", "--repository", path("none"));
        assertThat(refused.status()).isEqualTo(ExitStatus.FAILED);
        assertThat(refused.err()).contains("not a git repository");
    }

    /** The real git under another version, for what hangs on that alone. */
    private void gitSays(String version) {
        try {
            Path bin = Files.createDirectories(directory.resolve("bin"));
            Files.writeString(
                    bin.resolve("git"),
                    "#!/bin/sh\n[ \"$1\" = version ] && echo git version " + version
                            + " || PATH=\"${PATH#*:}\" exec git \"$@\"\n");
            executable(bin.resolve("git"));
            environment.put("PATH", bin + ":" + System.getenv("PATH"));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private Path hook(String name) {
        return directory.resolve("r/.git/hooks").resolve(name);
    }

    private String path(String name) {
        return directory.resolve(name).toString();
    }

    private static void executable(Path file) throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private Cli taproot(String... words) {
        String[] arguments = new String[words.length + 1];
        arguments[0] = "hook";
        System.arraycopy(words, 0, arguments, 1, words.length);
        return Cli.run(Screen.PLAIN, environment, arguments);
    }

    private String git(String... words) throws Exception {
        List<String> command = new java.util.ArrayList<>(List.of("git"));
        command.addAll(List.of(words));
        ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("GIT_"));
        builder.environment().putAll(environment);
        Process process = builder.start();
        String out = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertThat(process.waitFor())
                .as(command + ": " + new String(process.getErrorStream().readAllBytes()))
                .isZero();
        return out.strip();
    }
}
