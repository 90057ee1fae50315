package taproot.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import taproot.cli.terminal.ExitStatus;

/** What happens to command lines that ask for help, and to those that make no sense. */
class UsageTest {
    @TempDir
    private Path directory;

    @Test
    void withoutACommandTheHelpGoesToStderr() {
        Cli run = Cli.run();
        assertThat(run.status()).isEqualTo(ExitStatus.USAGE);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).contains("taproot exec -- git status");
    }

    @Test
    void helpNamesEveryCommand() {
        Cli run = Cli.run("--help");
        assertThat(run.status()).isEqualTo(ExitStatus.OK);
        for (Commands command : Commands.values()) {
            assertThat(run.out()).containsPattern("(?m)^  " + command.word() + " ");
        }
    }

    @ParameterizedTest
    @EnumSource(Commands.class)
    void everyCommandHasHelpAndTheOptionsThatSayWhereThingsAre(Commands command) {
        Cli run = Cli.run(command.word(), "--help");
        assertThat(run.status()).isEqualTo(ExitStatus.OK);
        assertThat(run.out()).contains("--runtime-dir", "--state-dir", "--config", "--set");
        assertThat(run.out().lines())
                .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(100));
    }

    @Test
    void theVersionIsTheBuilds() {
        Cli run = Cli.run("--version");
        assertThat(run.out()).matches("taproot \\d+\\.\\d+.*\n");
    }

    @Test
    void aMistypedCommandIsGuessed() {
        Cli run = Cli.run("stauts");
        assertThat(run.status()).isEqualTo(ExitStatus.USAGE);
        assertThat(run.err()).startsWith("taproot: unmatched argument").contains("did you mean");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "log --nope",
                "log --limit many",
                "log --limit -1",
                "log --outcome fine",
                "log --since noon",
                "log --min-duration 5",
                "log --read-only=maybe",
                "show",
                "wait --timeout soon"
            })
    void nonsenseIsAUsageErrorInTwoLines(String line) {
        Cli run = Cli.run(line.split(" ", -1));
        assertThat(run.status()).isEqualTo(ExitStatus.USAGE);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).startsWith("taproot: ").contains("--help");
        assertThat(run.err().lines()).hasSize(2);
    }

    @Test
    void execKeepsTheStatusesOfCommandsFree() {
        assertThat(Cli.run("exec", "--nope", "--", "true").status()).isEqualTo(ExitStatus.EXEC_FAILED);
        assertThat(Cli.run("exec").status()).isEqualTo(ExitStatus.EXEC_FAILED);
    }

    @Test
    void aBadConfigurationStartsNothing() {
        Cli run = Cli.run(
                "run",
                "--set",
                "roots.lost_aftr=1s",
                "--state-dir",
                directory.toString(),
                "--runtime-dir",
                directory.toString());
        assertThat(run.status()).isEqualTo(ExitStatus.USAGE);
        assertThat(run.err()).contains("roots.lost_aftr").contains("did you mean roots.lost_after?");
    }

    @ParameterizedTest
    @ValueSource(strings = {"log", "show 1"})
    void anUnknownKeyIsRefusedBeforeTheLogIsLookedFor(String command) {
        Cli run = Cli.run((command + " --set log.retention_aeg=1d --state-dir " + directory).split(" ", -1));
        assertThat(run.status()).isEqualTo(ExitStatus.USAGE);
        assertThat(run.err()).contains("did you mean log.retention_age?");
    }

    @ParameterizedTest
    @ValueSource(strings = {"status", "wait"})
    void withoutADaemonItSaysSoAndHowToStartOne(String command) {
        Cli run = Cli.run(command, "--runtime-dir", directory.toString());
        assertThat(run.status()).isEqualTo(ExitStatus.UNREACHABLE);
        assertThat(run.err())
                .startsWith("taproot: no daemon runs (there is no " + directory.resolve("control.sock"))
                .contains("taproot run");
    }

    @ParameterizedTest
    @ValueSource(strings = {"log", "show 1"})
    void withoutALogItSaysWhereItWasLookedFor(String command) {
        String[] words = (command + " --state-dir " + directory).split(" ", -1);
        Cli run = Cli.run(words);
        assertThat(run.status()).isEqualTo(ExitStatus.FAILED);
        assertThat(run.err()).contains("there is no log in " + directory);
    }
}
