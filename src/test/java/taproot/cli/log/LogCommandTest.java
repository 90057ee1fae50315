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
import taproot.cli.terminal.Screen;
import taproot.normalizer.Outcome;

class LogCommandTest {
    private static final int MINUTE_MS = 60_000;

    @TempDir
    private Path directory;

    private Path state;

    @BeforeEach
    void write() throws Exception {
        state = directory.resolve("state");
        Records.write(
                state,
                Records.record(1, "git clone https://example.org/a.git").at(0, 3_210),
                Records.record(2, "git status --short").at(MINUTE_MS, 4).in("/src/taproot"),
                Records.record(3, "git commit -m it")
                        .at(2 * MINUTE_MS, 120)
                        .exit(1)
                        .in("/src/a-name-that-is-too-long"),
                Records.record(4, "git fetch --all").at(3 * MINUTE_MS, 0).ended(Outcome.INTERRUPTED, null),
                Records.record(5, "git log")
                        .at(4 * MINUTE_MS, 800)
                        .ended(Outcome.SIGNALED, 13)
                        .in("/src/taproot/sub"));
    }

    @Test
    void recordsAreListedOldestFirst() {
        Cli run = log();
        assertThat(run.status()).isEqualTo(ExitStatus.OK);
        assertThat(run.err()).isEmpty();
        assertThat(run.out()).isEqualTo("""
                             #  started              duration  exit         repository        command
                             1  2026-11-20 05:00:00    3.21 s                                 git clone https://example.org/a.git
                             2  2026-11-20 05:01:00    4.0 ms               taproot           git status --short
                             3  2026-11-20 05:02:00    120 ms  1            a-name-that-is-…  git commit -m it
                             4  2026-11-20 05:03:00            interrupted                    git fetch --all
                             5  2026-11-20 05:04:00    800 ms  SIGPIPE      sub               git log
                        """);
    }

    @Test
    void aTerminalGetsLinesThatFitAndColour() {
        Cli run = Cli.run(new Screen(60, true), "log", "--state-dir", state.toString(), "--limit", "3");
        assertThat(run.out().lines().toList())
                .containsExactly(
                        "\u001b[2m     #  started              duration  exit         command\u001b[0m",
                        "\u001b[31m     3  2026-11-20 05:02:00    120 ms  1            git com…\u001b[0m",
                        "\u001b[31m     4  2026-11-20 05:03:00            interrupted  git fet…\u001b[0m",
                        "\u001b[31m     5  2026-11-20 05:04:00    800 ms  SIGPIPE      git log\u001b[0m");
    }

    @Test
    void aWideTerminalHasRoomForTheRepository() {
        Cli run = Cli.run(new Screen(120, false), "log", "--state-dir", state.toString());
        assertThat(run.out())
                .contains("exit         repository        command\n")
                .contains("  taproot           git status");
    }

    @Test
    void everyConditionHolds() {
        assertThat(numbers("--failed")).containsExactly(3, 4, 5);
        assertThat(numbers("--read-only")).containsExactly(2);
        assertThat(numbers("--read-only=false")).containsExactly(1, 3, 4, 5);
        assertThat(numbers("--outcome", "interrupted")).containsExactly(4);
        assertThat(numbers("--command", "commit")).containsExactly(3);
        assertThat(numbers("--repository", "/src/taproot")).containsExactly(2, 5);
        assertThat(numbers("--min-duration", "100ms")).containsExactly(1, 3, 5);
        assertThat(numbers("--since", "2026-11-20T05:03:00Z")).containsExactly(4, 5);
        assertThat(numbers("--until", "2026-11-20 05:01")).containsExactly(1);
        assertThat(numbers("--since", "7h")).containsExactly(1, 2, 3, 4, 5);
        assertThat(numbers("--since", "6h")).isEmpty();
        assertThat(numbers("--failed", "--min-duration", "500ms")).containsExactly(5);
    }

    @Test
    void aLimitKeepsTheNewest() {
        assertThat(numbers("--limit", "2")).containsExactly(4, 5);
        assertThat(numbers("--limit", "0")).containsExactly(1, 2, 3, 4, 5);
        assertThat(numbers("--limit", "2", "--failed")).containsExactly(4, 5);
    }

    @Test
    void jsonIsOneObjectALineWithItsNumber() {
        Cli run = log("--json", "--command", "commit");
        assertThat(run.out().lines())
                .singleElement()
                .asString()
                .startsWith("{\"v\":1,\"seq\":3,\"key\":\"")
                .endsWith("}");
    }

    @Test
    void nothingFoundIsSaidOnStderrAndNoFailure() {
        Cli run = log("--command", "nope");
        assertThat(run).isEqualTo(new Cli(ExitStatus.OK, "", "taproot: no record matches\n"));
    }

    @Test
    void aRecordIsShownByItsNumber() {
        Cli run = Cli.run("show", "3", "--state-dir", state.toString());
        assertThat(run.status()).isEqualTo(ExitStatus.OK);
        assertThat(run.out()).isEqualTo("""
                        git commit -m it
                          record      3
                          key         20261120T050000.000003Z-H0a7c9cdf-P00000003
                          outcome     exited 1 after 120 ms
                          started     2026-11-20 05:02:00.000
                          finished    2026-11-20 05:02:00.120
                          command     commit
                          repository  /src/a-name-that-is-too-long
                          started by  bash ← sshd
                          process     4242
                          git         2.39.5
                          lines       6, trace kept: none

                        parameters
                          core.editor = vi  (global)
                        """);
    }

    @Test
    void aRecordIsShownByAnyPartOfItsKeyThatOnlyItHas() {
        Cli run = Cli.run("show", "P00000004", "--state-dir", state.toString(), "--json");
        assertThat(run.out()).startsWith("{\"v\":1,\"seq\":4,");
    }

    @Test
    void aPartThatSeveralHaveListsThem() {
        Cli run = Cli.run("show", "H0a7c9cdf", "--state-dir", state.toString());
        assertThat(run.status()).isEqualTo(ExitStatus.FAILED);
        assertThat(run.out()).isEmpty();
        assertThat(run.err())
                .startsWith("taproot: 'H0a7c9cdf' is in the keys of 5 records; give more of one of these:\n  2026")
                .contains(Records.sid(1), Records.sid(5));
    }

    @Test
    void aPartThatNoneHasIsSaid() {
        Cli run = Cli.run("show", "nope", "--state-dir", state.toString());
        assertThat(run.status()).isEqualTo(ExitStatus.FAILED);
        assertThat(run.err()).startsWith("taproot: no record has 'nope' in its key");
    }

    private Cli log(String... more) {
        List<String> words = new ArrayList<>(List.of("log", "--state-dir", state.toString()));
        words.addAll(List.of(more));
        return Cli.run(words.toArray(String[]::new));
    }

    private List<Integer> numbers(String... more) {
        return log(more)
                .out()
                .lines()
                .skip(1)
                .map(line -> Integer.valueOf(line.strip().split(" ", 2)[0]))
                .toList();
    }
}
