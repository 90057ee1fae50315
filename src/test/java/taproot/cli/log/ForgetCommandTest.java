package taproot.cli.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import taproot.cli.Cli;
import taproot.cli.Records;
import taproot.cli.terminal.ExitStatus;

/** Without a daemon. */
class ForgetCommandTest {
    @TempDir
    private Path directory;

    @BeforeEach
    void write() throws Exception {
        Records.write(
                directory.resolve("state"),
                Records.record(1, "git fetch").at(0, 1).in("/src/secret").trace("{\"event\":\"version\"}"),
                Records.record(2, "git status").at(60_000, 1).in("/src/secret/sub"),
                Records.record(3, "git status").at(120_000, 1).in("/src/open"));
    }

    @Test
    void aRepositoryIsForgottenWhenThatIsMeant() {
        assertThat(forget("--repository", "/src/secret").out())
                .isEqualTo("2 records match; add --yes to remove them, their traces and buckets\n");
        assertThat(left()).hasSize(3);
        assertThat(forget("--repository", "/src/secret", "--yes").out())
                .isEqualTo("2 records, 1 traces and 0 folded commands are forgotten\n");
        assertThat(left()).containsExactly("3");
    }

    @Test
    void whatBeganBeforeATimeIs() {
        assertThat(forget("--before", "2026-11-20 05:01", "--yes", "--json").out())
                .isEqualTo("{\"commands\":1,\"traces\":1,\"folded\":0}\n");
        assertThat(left()).containsExactly("2", "3");
    }

    @Test
    void bothTogetherRemoveWhatMatchesBoth() {
        forget("--repository", "/src/secret", "--before", "2026-11-20 05:01", "--yes");
        assertThat(left()).containsExactly("2", "3");
    }

    @Test
    void everythingAtOnceIsNotForgottenByMistake() {
        assertThat(forget("--yes").status()).isEqualTo(ExitStatus.USAGE);
        assertThat(left()).hasSize(3);
    }

    private List<String> left() {
        return Cli.run("log", "--state-dir", directory.resolve("state").toString())
                .out()
                .lines()
                .skip(1)
                .map(line -> line.strip().split(" ")[0])
                .toList();
    }

    private Cli forget(String... more) {
        List<String> words = new ArrayList<>(List.of(
                "forget",
                "--state-dir",
                directory.resolve("state").toString(),
                "--runtime-dir",
                directory.resolve("run").toString()));
        words.addAll(List.of(more));
        return Cli.run(words.toArray(String[]::new));
    }
}
