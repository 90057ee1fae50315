package taproot.normalizer;

import static org.assertj.core.api.Assertions.assertThat;
import static taproot.normalizer.Scenario.ROOT;
import static taproot.normalizer.Scenario.below;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a hook reports is on the record of the command that ran it, and the hook itself on none. */
class HookReportTest {
    private static final String ZERO = "0".repeat(40);
    private static final String ONE = "1".repeat(40);
    private static final String TWO = "2".repeat(40);
    private static final String REPORT = below(ROOT, 3);
    private static final String HOOK = ".git/hooks/reference-transaction";

    private final Scenario story = new Scenario();

    @Test
    void whatTheHookToldIsOnTheRecordAndTheHookIsNot() {
        commit();
        assertThat(story.keys()).containsExactly(ROOT);
        CommandRecord record = story.record(ROOT);
        assertThat(record.refChanges())
                .containsExactly(
                        new CommandRecord.RefChange("HEAD", ONE, TWO, "hook", null),
                        new CommandRecord.RefChange("refs/heads/main", ONE, TWO, "hook", null));
        assertThat(record.refConfidence()).isEqualTo("exact");
        assertThat(record.processes()).hasSize(1);
        assertThat(record.children()).isEmpty();
        assertThat(record.truncated()).isFalse();
    }

    @Test
    void hooksThatHaveNothingToReportKeepNoRecordWaiting() {
        story.replay.holdDrained(true);
        commit();
        assertThat(story.keys()).containsExactly(ROOT);
    }

    @Test
    void aReportThatIsReadAfterTheCommandsEndIsWaitedFor() {
        story.at(0).start(ROOT, "git", "commit");
        hook(0, 2, "prepared");
        hook(1, 3, "committed");
        story.at(10).ends(ROOT, 0);
        assertThat(story.keys()).isEmpty();
        story.at(12).written(5);
        report(REPORT, ONE, TWO, "HEAD");
        story.written(6).ends(REPORT, 0);
        assertThat(story.record(ROOT).refChanges()).hasSize(1);
        assertThat(story.record(ROOT).children()).isEmpty();
    }

    @Test
    void ofARenameThatFailedNothingIsClaimedBecauseGitTakesBackWhatItTold() {
        story.at(0).start(ROOT, "git", "branch", "-m", "a", "b").say(ROOT, "cmd_name", ",\"name\":\"branch\"");
        hook(0, 2, "committed");
        story.at(2).written(5);
        report(REPORT, ONE, "0".repeat(40), "refs/heads/a");
        story.ends(REPORT, 0).at(10).ends(ROOT, 128).runOut();
        assertThat(story.record(ROOT).refChanges()).isEmpty();
        assertThat(story.record(ROOT).refConfidence()).isEqualTo("unknown");
    }

    @Test
    void somebodyElsesHookIsListed() {
        story.at(0).start(ROOT, "git", "commit");
        hook(0, 2, "prepared");
        hook(1, 3, "committed");
        story.at(10).ends(ROOT, 0).runOut();
        assertThat(story.record(ROOT).children()).hasSize(2);
        assertThat(story.record(ROOT).refConfidence()).isNull();
    }

    @Test
    void aHookOfTheConfigurationIsKnownByItsCommand() {
        story.at(0).start(ROOT, "git", "update-ref");
        story.say(
                ROOT,
                "child_start",
                ",\"child_id\":0,\"child_class\":\"hook\",\"hook_name\":\"reference-transaction\",\"argv\":"
                        + "[\"taproot_report() { :; }; taproot_report\",\"aborted\"]");
        story.childExit(ROOT, 0, 2, 0).at(10).ends(ROOT, 1);
        assertThat(story.record(ROOT).children()).isEmpty();
    }

    @Test
    void reportsAreInTheOrderInWhichTheyWereMadeAndSayWhoMovedTheRef() {
        String child = below(ROOT, 4);
        story.at(0).start(ROOT, "git", "rebase");
        story.at(9).written(8);
        report(below(child, 6), TWO, ONE, "HEAD");
        story.written(8).ends(below(child, 6), 0);
        story.at(10).written(2).start(child, "git", "commit");
        story.written(4);
        report(below(child, 5), ONE, TWO, "HEAD");
        story.written(5)
                .ends(below(child, 5), 0)
                .at(11)
                .ends(child, 0)
                .at(12)
                .ends(ROOT, 0)
                .runOut();
        assertThat(story.record(ROOT).refChanges())
                .containsExactly(
                        new CommandRecord.RefChange("HEAD", ONE, TWO, "hook", child),
                        new CommandRecord.RefChange("HEAD", TWO, ONE, "hook", child));
        assertThat(story.record(ROOT).processes()).hasSize(2);
    }

    @Test
    void rewritesAreTheirOwn() {
        story.at(0).start(ROOT, "git", "rebase");
        story.at(5)
                .start(REPORT, "git", "rev-parse", "--sq-quote", "taproot:rewrites", ONE, TWO)
                .ends(REPORT, 0);
        story.at(6).ends(ROOT, 0).runOut();
        assertThat(story.record(ROOT).rewrites()).containsExactly(new CommandRecord.Rewrite(ONE, TWO));
        assertThat(story.record(ROOT).refChanges()).isEmpty();
        assertThat(story.record(ROOT).refConfidence()).isNull();
    }

    @Test
    void aGitProcessCanAnnotateTheCommandItHangsUnderAndIsNotListed() {
        story.at(0).start(ROOT, "git", "commit");
        story.at(5).start(REPORT, "git", "rev-parse", "--sq-quote", "taproot:annotations", "tool=ide", "why=a=b", "x=");
        story.ends(REPORT, 0).at(6).start(below(ROOT, 4), "git", "rev-parse", "--sq-quote", "taproot:annotations", "x");
        story.ends(below(ROOT, 4), 0).at(7).ends(ROOT, 0).runOut();
        assertThat(story.record(ROOT).annotations())
                .containsOnly(Map.entry("tool", "ide"), Map.entry("why", "a=b"), Map.entry("x", ""));
        assertThat(story.record(ROOT).processes()).hasSize(2);
        assertThat(story.record(ROOT).refConfidence()).isNull();
    }

    @Test
    void annotationsOfManyProcessesAreBounded() {
        story.at(0).start(ROOT, "git", "commit");
        for (int i = 0; i < 100; i++) {
            String sid = below(ROOT, 10 + i);
            story.at(i + 1).start(sid, "git", "rev-parse", "--sq-quote", "taproot:annotations", "k" + (100 + i) + "=v");
            story.ends(sid, 0);
        }
        story.at(200).ends(ROOT, 0).runOut();
        assertThat(story.record(ROOT).annotations())
                .hasSize(Details.MAX_ANNOTATIONS)
                .containsKey("k100");
        assertThat(story.record(ROOT).dropped()).containsEntry("annotations", 100L - Details.MAX_ANNOTATIONS);
    }

    @Test
    void aTransactionThatChangedNothingIsKnownToHaveChangedNothing() {
        story.at(0).start(ROOT, "git", "reset", "--hard");
        report(REPORT, ONE, ONE, "HEAD");
        story.ends(REPORT, 0).at(6).ends(ROOT, 0).runOut();
        assertThat(story.record(ROOT).refChanges()).isEmpty();
        assertThat(story.record(ROOT).refConfidence()).isEqualTo("exact");
    }

    @Test
    void aDeletionThatIsToldTwiceIsOne() {
        story.at(0).start(ROOT, "git", "branch", "-D", "x");
        report(REPORT, ZERO, ZERO, "refs/heads/x");
        report(below(ROOT, 4), ZERO, ZERO, "refs/heads/x");
        story.ends(REPORT, 0).ends(below(ROOT, 4), 0).at(6).ends(ROOT, 0).runOut();
        assertThat(story.record(ROOT).refChanges())
                .containsExactly(new CommandRecord.RefChange("refs/heads/x", ZERO, ZERO, "hook", null));
    }

    @Test
    void whatIsLeftOutIsCounted() {
        story.at(0).start(ROOT, "git", "fetch");
        story.start(REPORT, "git", "rev-parse", "--sq-quote", "taproot:refs", ONE, TWO, "HEAD", "+5904");
        story.ends(REPORT, 0).at(6).ends(ROOT, 0).runOut();
        assertThat(story.record(ROOT).refChanges()).hasSize(1);
        assertThat(story.record(ROOT).dropped()).containsEntry("ref_changes", 5904L);
        assertThat(story.record(ROOT).truncated()).isTrue();
    }

    @Test
    void noMoreThanSoManyRefsAreKept() {
        story.at(0).start(ROOT, "git", "fetch");
        for (int i = 0; i < 20; i++) {
            String sid = below(ROOT, 10 + i);
            String[] argv = new String[4 + 3 * 1000];
            List.of("git", "rev-parse", "--sq-quote", "taproot:refs").toArray(argv);
            for (int j = 0; j < 1000; j++) {
                argv[4 + 3 * j] = ONE;
                argv[5 + 3 * j] = TWO;
                argv[6 + 3 * j] = "refs/tags/" + i + "/" + j;
            }
            story.at(i + 1).start(sid, argv).ends(sid, 0);
        }
        story.at(30).ends(ROOT, 0).runOut();
        CommandRecord record = story.record(ROOT);
        assertThat(record.refChanges()).hasSize(RefReports.MAX_REF_CHANGES);
        assertThat(record.refChanges().getLast().ref()).isEqualTo("refs/tags/4/95");
        assertThat(record.dropped()).containsEntry("ref_changes", 20_000L - RefReports.MAX_REF_CHANGES);
    }

    @Test
    void aRebaseOfThousandsOfHooksHasThemAll() {
        story.at(0).start(ROOT, "git", "rebase");
        int reports = 1500;
        for (int i = 0; i < reports; i++) {
            story.at(5 + 4L * i);
            hook(2 * i, 10_000 + i, "prepared");
            String sid = below(ROOT, 100 + i);
            story.start(sid, "git", "rev-parse", "--sq-quote", "taproot:refs", ONE, TWO, "refs/r/" + i)
                    .ends(sid, 0);
            hook(2 * i + 1, 100 + i, "committed");
        }
        story.at(10_000).ends(ROOT, 0);
        CommandRecord record = story.record(ROOT);
        assertThat(record.refChanges()).hasSize(reports);
        assertThat(record.refChanges().getLast().ref()).isEqualTo("refs/r/" + (reports - 1));
        assertThat(record.children()).isEmpty();
        assertThat(record.dropped()).isEmpty();
    }

    @Test
    void whatIsNoReportIsAProcessLikeAnyOther() {
        String[][] forged = {
            {"git", "rev-parse", "--sq-quote", "taproot:refs", ONE, TWO},
            {"git", "rev-parse", "--sq-quote", "taproot:refs", "x", TWO, "HEAD"},
            {"git", "rev-parse", "--sq-quote", "taproot:refs", ONE, TWO, ""},
            {"git", "rev-parse", "--sq-quote", "taproot:refs", ONE, TWO, "HEAD", "+x"},
            {"git", "rev-parse", "--sq-quote", "taproot:rewrites", ONE},
            {"git", "rev-parse", "--sq-quote", "taproot:else", ONE, TWO, "HEAD"},
            {"git", "rev-parse", "taproot:refs", ONE, TWO, "HEAD"},
        };
        story.at(0).start(ROOT, "git", "commit");
        for (int i = 0; i < forged.length; i++) {
            String sid = below(ROOT, 10 + i);
            story.at(i + 1).start(sid, forged[i]).ends(sid, 0);
        }
        story.at(20).ends(ROOT, 0).runOut();
        assertThat(story.record(ROOT).processes()).hasSize(1 + forged.length);
        assertThat(story.record(ROOT).refChanges()).isEmpty();
        assertThat(story.record(ROOT).refConfidence()).isNull();
    }

    @Test
    void whoTypesAReportHasRunACommand() {
        story.at(0);
        report(ROOT, ONE, TWO, "HEAD");
        story.at(5).ends(ROOT, 0);
        assertThat(story.record(ROOT).refChanges()).isEmpty();
        assertThat(story.record(ROOT).processes()).hasSize(1);
    }

    @Test
    void aReportOfACommandThatIsOverOrWasNeverHeardIsCounted() {
        story.at(0).start(ROOT, "git", "commit").at(5).ends(ROOT, 0);
        story.at(400).written(3);
        report(REPORT, ONE, TWO, "HEAD");
        story.ends(REPORT, 0).runOut();
        assertThat(story.keys()).containsExactly(ROOT);
        assertThat(story.replay.unclaimedReports).isOne();
        Scenario unheard = new Scenario();
        unheard.at(0).start(REPORT, "git", "rev-parse", "--sq-quote", "taproot:refs", ONE, TWO, "HEAD");
        unheard.at(5).ends(REPORT, 0).runOut();
        assertThat(unheard.keys()).isEmpty();
        assertThat(unheard.replay.unclaimedReports).isOne();
    }

    @Test
    void whatAKilledCommandHadCommittedIsOnItsRecord() {
        story.at(0).start(ROOT, "git", "fetch");
        report(REPORT, ONE, TWO, "refs/remotes/origin/main");
        story.at(5).closes(ROOT).at(1100);
        assertThat(story.record(ROOT).outcome()).isEqualTo(Outcome.LOST);
        assertThat(story.record(ROOT).refChanges()).hasSize(1);
        assertThat(story.record(ROOT).processes()).hasSize(1);
        story.at(1200).ends(REPORT, 0).runOut();
        assertThat(story.keys()).containsExactly(ROOT);
        assertThat(story.replay.unclaimedReports).isZero();
        assertThat(story.replay.dropped).isEmpty();
    }

    private void commit() {
        story.at(0).start(ROOT, "git", "commit");
        hook(0, 2, "prepared");
        story.at(5)
                .start(
                        REPORT,
                        "git",
                        "rev-parse",
                        "--sq-quote",
                        "taproot:refs",
                        ONE,
                        TWO,
                        "HEAD",
                        ONE,
                        TWO,
                        "refs/heads/main");
        story.ends(REPORT, 0);
        hook(1, 3, "committed");
        story.at(10).ends(ROOT, 0);
    }

    private void report(String sid, String old, String current, String ref) {
        story.start(sid, "git", "rev-parse", "--sq-quote", "taproot:refs", old, current, ref);
    }

    private void hook(int id, int pid, String state) {
        story.say(
                ROOT,
                "child_start",
                ",\"child_id\":" + id + ",\"child_class\":\"hook\",\"hook_name\":\"reference-transaction\",\"argv\":[\""
                        + HOOK + "\",\"" + state + "\"]");
        story.childExit(ROOT, id, pid, 0);
    }
}
