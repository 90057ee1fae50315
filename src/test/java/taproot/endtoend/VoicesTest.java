package taproot.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import taproot.cli.Cli;
import taproot.cli.terminal.Screen;
import taproot.normalizer.CommandRecord;

/** What hooks, editors and IDEs say of the commands they run, or are run by. */
class VoicesTest {
    @RegisterExtension
    final GitLab lab = new GitLab();

    @Test
    void whatAHookSaysWithNothingButGitStandsOnItsCommand() throws Exception {
        lab.repository("r");
        lab.hook(
                "r",
                "pre-commit",
                "git rev-parse --sq-quote taproot:annotations tool=formatter 'why=on save' token_TOKEN=s3cret >/dev/null;"
                        + " git rev-parse --sq-quote taproot:annotations tool=linter >/dev/null");
        lab.run("cd r; git commit -q --allow-empty -m x");
        CommandRecord commit = lab.records().only();
        assertThat(commit.annotations()).containsEntry("tool", "linter").containsEntry("why", "on save");
        assertThat(Records.json(commit)).doesNotContain("s3cret");
        assertThat(commit.processes()).hasSize(1);
    }

    @Test
    void whatTheProgramSaysFromAHookStandsOnItsCommand() throws Exception {
        lab.repository("r");
        lab.program(
                "taproot",
                "exec " + Path.of(System.getProperty("java.home"), "bin", "java")
                        + " -XX:TieredStopAtLevel=1 -cp '" + System.getProperty("java.class.path")
                        + "' taproot.cli.Main \"$@\" --runtime-dir "
                        + lab.places().runtimeDirectory());
        lab.hook("r", "post-commit", "$LAB/taproot annotate tool=formatter why='on save' || echo failed >&2");
        GitLab.Ran ran = lab.run("cd r; git commit -q --allow-empty -m x");
        assertThat(ran.err()).isEmpty();
        CommandRecord commit = lab.records().only();
        assertThat(commit.annotations()).containsOnly(Map.entry("tool", "formatter"), Map.entry("why", "on save"));
    }

    @Test
    void aSessionIsGivenBackAndCanBeListed() throws Exception {
        lab.repository("r");
        lab.run("git -C r status; git -C r commit -q --allow-empty -m x", Map.of("GIT_TRACE2_PARENT_SID", "ide-7"));
        lab.run("git -C r log --oneline");
        assertThat(lab.records().all()).extracting(CommandRecord::session).containsExactly("ide-7", "ide-7", null);
        Cli listed = taproot("log", "--session", "ide-7", "--json");
        assertThat(listed.out().lines()).hasSize(2).allMatch(line -> line.contains("\"session\":\"ide-7\""));
    }

    @Test
    void whoRunsWhatIsSummedUpByCaller() throws Exception {
        lab.repository("r");
        lab.program("ide", "git -C r status; bash -c 'git -C r log --oneline; :'; :");
        lab.run("$LAB/ide");
        assertThat(lab.records().all())
                .hasSize(2)
                .allSatisfy(record -> assertThat(record.caller()).isEqualTo("ide"));
        assertThat(taproot("summary", "--by", "caller").out()).containsPattern("(?m)^ide\\s+2\\b");
    }

    private Cli taproot(String... arguments) {
        String[] all = java.util.Arrays.copyOf(arguments, arguments.length + 2);
        all[arguments.length] = "--state-dir";
        all[arguments.length + 1] = lab.places().stateDirectory().toString();
        return Cli.run(Screen.PLAIN, Map.of("HOME", lab.home().toString(), "PATH", GitLab.path()), all);
    }
}
