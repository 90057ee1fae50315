package taproot.cli.gitconfig;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import taproot.cli.Cli;
import taproot.cli.terminal.ExitStatus;
import taproot.cli.terminal.Screen;

/** enable and disable against real configuration files and the real git config. */
class EnableTest {
    private static final String USERS = """
            [user]
            	name = Dev
            # what the user thought of
            [trace2]
            	eventNesting = 5 # deep
            	configParams = core.*
            """;

    @TempDir
    private Path directory;

    private final Map<String, String> environment = new HashMap<>();
    private Path global;
    private Path system;
    private String target;

    @BeforeEach
    void configure() throws Exception {
        global = Files.writeString(directory.resolve(".gitconfig"), USERS);
        system = Files.writeString(directory.resolve("system"), USERS);
        environment.putAll(Map.of(
                "HOME", directory.toString(),
                "PATH", System.getenv("PATH"),
                "GIT_CONFIG_SYSTEM", system.toString()));
        target = "af_unix:stream:" + directory.resolve("run/trace2.sock");
    }

    @Test
    void gitSendsItsEventsHereAndNowhereAgain() throws Exception {
        assertThat(taproot("enable").out()).startsWith("git sends its events to " + directory);
        assertThat(git("--global", "trace2.eventTarget")).isEqualTo(target);
        assertThat(git("--global", "trace2.eventNesting")).isEqualTo("5");
        assertThat(Files.readString(global)).contains("# what the user thought of", "# deep");
        assertThat(taproot("disable").out()).isEqualTo("git sends its events nowhere any more\n");
        assertThat(global).hasContent(USERS);
        assertThat(system).hasContent(USERS);
    }

    @Test
    void theSystemsConfigurationIsChangedWhenAskedFor() throws Exception {
        taproot("enable", "--system");
        assertThat(git("--system", "trace2.eventTarget")).isEqualTo(target);
        assertThat(global).hasContent(USERS);
        taproot("disable", "--system");
        assertThat(system).hasContent(USERS);
    }

    @Test
    void anotherTargetIsReportedReplacedOnlyWhenToldToAndPutBack() throws Exception {
        git("--global", "trace2.eventTarget", "/var/log/git");
        String before = Files.readString(global);
        Cli refused = taproot("enable");
        assertThat(refused.status()).isEqualTo(ExitStatus.FAILED);
        assertThat(refused.err()).contains("/var/log/git", "enable --replace");
        assertThat(global).hasContent(before);

        assertThat(taproot("enable", "--replace").out()).contains("instead of /var/log/git");
        assertThat(git("--global", "trace2.eventTarget")).isEqualTo(target);
        assertThat(taproot("disable").out()).isEqualTo("git sends its events to /var/log/git again\n");
        assertThat(global).hasContent(before);
    }

    @Test
    void twiceIsOnceAndTheOtherTargetIsStillPutBack() throws Exception {
        git("--global", "trace2.eventTarget", "/var/log/git");
        String before = Files.readString(global);
        taproot("enable", "--replace");
        String enabled = Files.readString(global);
        assertThat(taproot("enable").out()).contains("already");
        assertThat(taproot("enable", "--replace").out()).contains("already");
        assertThat(global).hasContent(enabled);
        taproot("disable");
        assertThat(taproot("disable").out()).contains("not Taproot's: left as it is");
        assertThat(global).hasContent(before);
    }

    @Test
    void anotherSocketOfOursReplacesTheFirstAndTheFormerIsKept() throws Exception {
        git("--global", "trace2.eventTarget", "/var/log/git");
        String before = Files.readString(global);
        taproot("enable", "--replace");
        String moved = directory.resolve("elsewhere").toString();
        assertThat(Cli.run(Screen.PLAIN, environment, "enable", "--runtime-dir", moved)
                        .status())
                .isEqualTo(ExitStatus.OK);
        assertThat(git("--global", "trace2.eventTarget")).contains("elsewhere");
        taproot("disable");
        assertThat(global).hasContent(before);
    }

    @Test
    void severalTargetsAreAllPutBack() throws Exception {
        git("--global", "--add", "trace2.eventTarget", "/a");
        git("--global", "--add", "trace2.eventTarget", "/b");
        taproot("enable", "--replace");
        taproot("disable");
        assertThat(git("--global", "--get-all", "trace2.eventTarget")).isEqualTo("/a\n/b");
    }

    @Test
    void whatSomebodySetSinceIsLeftAlone() throws Exception {
        taproot("enable");
        git("--global", "trace2.eventTarget", "/mine");
        assertThat(taproot("disable").out()).contains("/mine, which is not Taproot's");
        assertThat(git("--global", "trace2.eventTarget")).isEqualTo("/mine");
        assertThat(Files.readString(global)).doesNotContain("[taproot]");
    }

    @Test
    void whatWinsOverTheConfigurationIsSaid() throws Exception {
        environment.put("GIT_TRACE2_EVENT", "0");
        assertThat(taproot("enable").err()).contains("GIT_TRACE2_EVENT=0", "unset GIT_TRACE2_EVENT");
        environment.remove("GIT_TRACE2_EVENT");
        git("--global", "trace2.eventTarget", "/mine");
        assertThat(taproot("enable", "--system").err()).contains(global + " says /mine, which wins");
    }

    @Test
    void aPathThatGitWouldCutOffIsRefused() throws Exception {
        Cli run = Cli.run(Screen.PLAIN, environment, "enable", "--runtime-dir", "/tmp/" + "x".repeat(100));
        assertThat(run.status()).isEqualTo(ExitStatus.FAILED);
        assertThat(run.err()).contains("at most 107 bytes");
        assertThat(global).hasContent(USERS);
    }

    @Test
    void aFileThatCannotBeWrittenIsSaid() throws Exception {
        environment.put(
                "GIT_CONFIG_SYSTEM", directory.resolve("no/such/directory").toString());
        Cli run = taproot("enable", "--system");
        assertThat(run.status()).isEqualTo(ExitStatus.FAILED);
        assertThat(run.err()).contains("git cannot change its system configuration", "sudo");
    }

    @Test
    void whatWasDoneIsAnObjectForPrograms() throws Exception {
        assertThat(taproot("enable", "--json").out())
                .isEqualTo(
                        "{\"scope\":\"global\",\"target\":\"" + target + "\",\"changed\":true,\"other_targets\":[]}\n");
        assertThat(taproot("disable", "--json").out())
                .isEqualTo("{\"scope\":\"global\",\"target\":null,\"changed\":true,\"other_targets\":[]}\n");
    }

    private Cli taproot(String... words) {
        List<String> all = new ArrayList<>(List.of(words));
        all.addAll(List.of("--runtime-dir", directory.resolve("run").toString()));
        return Cli.run(Screen.PLAIN, environment, all.toArray(String[]::new));
    }

    private String git(String... words) throws Exception {
        List<String> all = new ArrayList<>(List.of("git", "config"));
        all.addAll(List.of(words));
        ProcessBuilder builder = new ProcessBuilder(all).redirectErrorStream(true);
        builder.environment().clear();
        builder.environment().putAll(environment);
        Process process = builder.start();
        String out = new String(process.getInputStream().readAllBytes());
        process.waitFor();
        return out.strip();
    }
}
