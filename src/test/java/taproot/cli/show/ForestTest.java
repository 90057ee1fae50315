package taproot.cli.show;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import taproot.cli.Records;
import taproot.cli.terminal.Screen;
import taproot.normalizer.CommandRecord;
import taproot.normalizer.Outcome;

/** The tree that exec and show print. */
class ForestTest {
    private static final String COMMIT = Records.sid(1);

    @Test
    void whatAHookRanStandsBelowTheHook() {
        Records commit = Records.record(1, "git commit -m it")
                .at(3, 60)
                .child("hook", "pre-commit", 2, 10, 20, 0, ".git/hooks/pre-commit")
                .process(COMMIT, 3, 12, 2, 128, "git rev-parse HEAD")
                .process(COMMIT, 4, 15, 2, 0, "git status --short")
                .child("?", null, 5, 40, 5, 0, "git maintenance run --auto")
                .process(COMMIT, 5, 41, 4, 0, "git maintenance run --auto");
        assertThat(tree(commit)).isEqualTo("""
                          start  duration  exit  command
                          0.003     60 ms        git commit -m it
                          0.010     20 ms        ├─ hook pre-commit
                          0.012    2.0 ms   128  │  ├─ git rev-parse HEAD
                          0.015    2.0 ms        │  └─ git status --short
                          0.041    4.0 ms        └─ git maintenance run --auto
                        """);
    }

    @Test
    void aHookThatIsGitItselfIsOneLine() {
        Records push = Records.record(1, "git push")
                .at(0, 50)
                .child("hook", "pre-push", 2, 10, 20, 0, ".git/hooks/pre-push")
                .process(COMMIT, 2, 11, 18, 0, "git lfs");
        assertThat(tree(push)).contains("└─ hook pre-push: git lfs\n");
    }

    @Test
    void theShellAroundOneGitProcessIsNotALineOfItsOwn() {
        Records clone = Records.record(1, "git clone")
                .at(0, 50)
                .child("transport/file", null, 2, 10, 30, 0, "git-upload-pack '/src/a.git'")
                .process(COMMIT, 3, 12, 25, 0, "git-upload-pack /src/a.git");
        assertThat(tree(clone))
                .endsWith("  0.012     25 ms        └─ git-upload-pack /src/a.git\n")
                .hasLineCount(3);
    }

    @Test
    void whatGitOnlyTriedToStartIsNotShownUnlessSomebodyAskedForIt() {
        Records alias = Records.record(1, "git l")
                .at(0, 50)
                .child("dashed", null, -1, 1, 0, -1, "git-l")
                .child("editor", null, -1, 2, 0, -1, "nope");
        assertThat(tree(alias)).doesNotContain("git-l").contains("no start  └─ editor: nope");
    }

    @Test
    void withTwoProgramsAtOnceNobodyGuessesWhoseProcessItIs() {
        Records fetch = Records.record(1, "git fetch --all")
                .at(0, 50)
                .child("transport/ssh", null, 2, 10, 30, 0, "ssh one")
                .child("transport/ssh", null, 3, 10, 30, 0, "ssh two")
                .process(COMMIT, 4, 20, 5, 0, "git upload-pack");
        assertThat(tree(fetch)).endsWith("""
                          0.010     30 ms        ├─ ssh one
                          0.010     30 ms        ├─ ssh two
                          0.020    5.0 ms        └─ git upload-pack
                        """);
    }

    @Test
    void commandsStandInTheOrderOfTheirStarts() {
        assertThat(tree(
                        Records.record(2, "git second").at(20, 5),
                        Records.record(1, "git first").at(10, 5)))
                .containsSubsequence("git first", "git second");
    }

    @Test
    void aRecordWithAParentStandsBelowIt() {
        Records commit = Records.record(1, "git commit").at(0, 30);
        Records late = Records.record(9, "git status").at(2_000, 5).below(COMMIT);
        Records gc = Records.record(1, "git commit").at(40, 500).secondLife();
        assertThat(tree(commit, late, gc)).isEqualTo("""
                          start  duration  exit  command
                          0.000     30 ms        git commit
                          0.040    500 ms        ├─ git commit  (in the background)
                          2.000    5.0 ms        └─ git status
                        """);
    }

    @Test
    void everyEndingThatIsNotAnExitWith0IsNamed() {
        assertThat(tree(
                        Records.record(1, "git a").at(0, 1).exit(129),
                        Records.record(2, "git b").at(1, 1).ended(Outcome.SIGNALED, 13),
                        Records.record(3, "git c").at(2, 1).ended(Outcome.LOST, null),
                        Records.record(4, "git d").at(3, 1).ended(Outcome.EXECED, null),
                        Records.record(5, "git e").at(4, 1).ended(Outcome.INTERRUPTED, null)))
                .isEqualTo("""
                          start  duration     exit  command
                          0.000    1.0 ms      129  git a
                          0.001    1.0 ms  SIGPIPE  git b
                          0.002               lost  git c
                          0.003             execed  git d
                          0.004            running  git e
                        """);
    }

    @Test
    void aTerminalGetsLinesThatFit() {
        List<Node> forest = Forest.of(
                List.of(Records.record(1, "git commit -m " + "x".repeat(100)).build()), false);
        assertThat(TreeText.lines(forest, Records.EPOCH, new Screen(60, false)))
                .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(60))
                .last()
                .asString()
                .endsWith("xxx…");
    }

    @Test
    void colourMarksWhatFailed() {
        List<Node> forest = Forest.of(List.of(Records.record(1, "git a").exit(1).build()), false);
        assertThat(TreeText.lines(forest, Records.EPOCH, new Screen(80, true)))
                .last()
                .isEqualTo("  0.000     12 ms  \u001b[31m   1\u001b[0m  git a");
    }

    @Test
    void theSumsCountWhatRanAtOnceOnce() {
        List<CommandRecord> records = List.of(
                Records.record(1, "git a").at(0, 100).build(),
                Records.record(2, "git b").at(50, 100).exit(1).build(),
                Records.record(3, "git c")
                        .at(500, 10)
                        .process(Records.sid(3), 4, 501, 2, 0, "git d")
                        .build());
        assertThat(ExecReport.inGit(records)).isEqualTo(160_000);
        assertThat(ExecReport.lines(records, Records.EPOCH, Duration.ofMillis(800), Screen.PLAIN))
                .last()
                .isEqualTo("taproot: 3 git commands, 4 git processes, 160 ms of 800 ms in git, 1 failed");
    }

    @Test
    void nothingSeenIsSaid() {
        assertThat(ExecReport.lines(List.of(), Records.EPOCH, Duration.ofMillis(800), Screen.PLAIN))
                .containsExactly("taproot: no git command was seen");
    }

    private static String tree(Records... records) {
        List<CommandRecord> built = Arrays.stream(records).map(Records::build).toList();
        return String.join("\n", TreeText.lines(Forest.of(built, true), Records.EPOCH, Screen.PLAIN)) + "\n";
    }
}
