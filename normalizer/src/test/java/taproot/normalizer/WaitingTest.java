package taproot.normalizer;

import static org.assertj.core.api.Assertions.assertThat;
import static taproot.normalizer.Scenario.ROOT;
import static taproot.normalizer.Scenario.below;

import org.junit.jupiter.api.Test;

/** Each waiting time from both sides: what comes just in time, and what comes just too late. */
class WaitingTest {
    private static final String CHILD = below(ROOT, 2);

    private final Scenario story = new Scenario();

    // linger: 50 ms after the ending was read.

    @Test
    void aRecordWithoutChildrenIsDoneAtOnce() {
        story.at(0).start(ROOT, "git", "status").at(5).atexit(ROOT, 0);
        assertThat(story.keys()).containsExactly(ROOT);
    }

    @Test
    void aRecordWhoseChildrenAreAllGitAndHaveEndedIsDoneAtOnce() {
        story.at(0)
                .start(ROOT, "git", "fetch")
                .childStart(ROOT, 0, "git", "x")
                .start(CHILD, "git", "x")
                .ends(CHILD, 0);
        story.childExit(ROOT, 0, 2, 0).at(5).atexit(ROOT, 0);
        assertThat(story.keys()).containsExactly(ROOT);
    }

    @Test
    void aRecordWithAChildThatIsNotGitLingers() {
        story.at(0).start(ROOT, "git", "commit").childStart(ROOT, 0, "sh").childExit(ROOT, 0, 77, 0);
        story.at(5).atexit(ROOT, 0).at(54);
        assertThat(story.keys()).isEmpty();
        story.at(55);
        assertThat(story.keys()).containsExactly(ROOT);
    }

    @Test
    void aChildReadWithinTheLingerIsOnTheRecord() {
        story.at(0).start(ROOT, "git", "fetch").childStart(ROOT, 0, "git", "x").childExit(ROOT, 0, 2, 0);
        story.at(5)
                .atexit(ROOT, 0)
                .at(54)
                .written(1)
                .start(CHILD, "git", "x")
                .written(4)
                .ends(CHILD, 0);
        assertThat(story.keys()).containsExactly(ROOT);
        assertThat(story.record(ROOT).processes()).hasSize(2);
    }

    @Test
    void aChildReadAfterTheLingerOwnsARecordThatSaysItIsLate() {
        story.at(0).start(ROOT, "git", "fetch").childStart(ROOT, 0, "git", "x").childExit(ROOT, 0, 2, 0);
        story.at(5)
                .atexit(ROOT, 0)
                .closes(ROOT)
                .at(56)
                .written(1)
                .start(CHILD, "git", "x")
                .written(4)
                .ends(CHILD, 0);
        story.runOut();
        assertThat(story.keys()).containsExactly(ROOT, CHILD);
        assertThat(story.record(ROOT).processes()).hasSize(1);
        assertThat(story.record(CHILD).late()).isTrue();
        assertThat(story.record(CHILD).detached()).isFalse();
        assertThat(story.record(CHILD).parent()).isEqualTo(ROOT);
    }

    @Test
    void aChildStillRunningAfterTheLingerIsDetachedOnBothRecords() {
        story.at(0).start(ROOT, "git", "fetch").childStart(ROOT, 0, "git", "x").start(CHILD, "git", "x");
        story.at(5).ends(ROOT, 0).at(200).ends(CHILD, 0).runOut();
        assertThat(story.record(ROOT).processes().get(1).detached()).isTrue();
        assertThat(story.record(ROOT).processes().get(1).outcome()).isNull();
        assertThat(story.record(CHILD).detached()).isTrue();
        assertThat(story.record(CHILD).late()).isFalse();
    }

    @Test
    void aChildThatEndedInTimeAndIsReadTooLateIsDetachedAndLate() {
        story.at(0).start(ROOT, "git", "fetch").childStart(ROOT, 0, "git", "x").start(CHILD, "git", "x");
        story.at(5).ends(ROOT, 0).at(200).written(4).ends(CHILD, 0).runOut();
        assertThat(story.record(ROOT).processes().get(1).detached()).isTrue();
        assertThat(story.record(CHILD).late()).isTrue();
    }

    @Test
    void aChildThatFellSilentIsLostAfterTheLinger() {
        story.at(0)
                .start(ROOT, "git", "fetch")
                .childStart(ROOT, 0, "git", "x")
                .start(CHILD, "git", "x")
                .closes(CHILD);
        story.at(5).ends(ROOT, 0).at(55);
        assertThat(story.record(ROOT).processes().get(1).outcome()).isEqualTo(Outcome.LOST);
        assertThat(story.record(ROOT).processes().get(1).detached()).isFalse();
    }

    @Test
    void nothingIsDoneByTheLingerBeforeWhatWasSentEarlierHasBeenRead() {
        story.replay.holdDrained(true);
        story.at(0)
                .start(ROOT, "git", "fetch")
                .childStart(ROOT, 0, "git", "x")
                .at(5)
                .atexit(ROOT, 0)
                .at(500);
        assertThat(story.keys()).isEmpty();
        story.written(1).start(CHILD, "git", "x").written(4).ends(CHILD, 0);
        story.replay.holdDrained(false);
        story.at(501);
        assertThat(story.record(ROOT).processes()).hasSize(2);
    }

    // overhang: 20 ms.

    @Test
    void aChildThatEndedWithinTheOverhangBelongsToItsOwner() {
        story.at(0).start(ROOT, "git", "fetch").childStart(ROOT, 0, "git", "x").start(CHILD, "git", "x");
        story.at(5).ends(ROOT, 0).at(25).ends(CHILD, 0).runOut();
        assertThat(story.keys()).containsExactly(ROOT);
        assertThat(story.record(ROOT).processes().get(1).outcome()).isEqualTo(Outcome.EXITED);
    }

    @Test
    void aChildThatEndedAfterTheOverhangOwnsARecord() {
        story.at(0).start(ROOT, "git", "fetch").childStart(ROOT, 0, "git", "x").start(CHILD, "git", "x");
        story.at(5).ends(ROOT, 0).at(26).ends(CHILD, 0).runOut();
        assertThat(story.keys()).containsExactly(ROOT, CHILD);
        assertThat(story.record(ROOT).processes().get(1).detached()).isTrue();
        assertThat(story.record(CHILD).detached()).isTrue();
        assertThat(story.record(CHILD).late()).isFalse();
    }

    // adoption_grace: 250 ms after the first event.

    @Test
    void anOwnerSeenWithinTheGraceTakesItsChildIn() {
        story.at(0).start(CHILD, "git", "x").at(10).ends(CHILD, 0);
        story.at(249)
                .written(-1)
                .written(0)
                .start(ROOT, "git", "fetch")
                .at(250)
                .ends(ROOT, 0)
                .runOut();
        assertThat(story.keys()).containsExactly(ROOT);
        assertThat(story.record(ROOT).processes()).hasSize(2);
    }

    @Test
    void anOwnerSeenAfterTheGraceFindsItsChildOnARecordOfItsOwn() {
        story.at(0).start(CHILD, "git", "x").at(10).ends(CHILD, 0);
        story.at(249);
        assertThat(story.keys()).isEmpty();
        story.at(250);
        assertThat(story.keys()).containsExactly(CHILD);
        story.at(251)
                .written(0)
                .start(ROOT, "git", "fetch")
                .at(260)
                .ends(ROOT, 0)
                .runOut();
        assertThat(story.record(ROOT).processes()).hasSize(1);
        assertThat(story.record(CHILD).parent()).isEqualTo(ROOT);
    }

    @Test
    void aProcessThatStartedAfterItsOwnersEndWaitsForASecondLife() {
        story.at(0)
                .start(ROOT, "git", "commit")
                .at(5)
                .atexit(ROOT, 0)
                .at(10)
                .start(CHILD, "git", "x")
                .at(20)
                .ends(CHILD, 0);
        story.at(259);
        assertThat(story.keys()).containsExactly(ROOT);
        story.at(260);
        assertThat(story.keys()).containsExactly(ROOT, CHILD);
        assertThat(story.record(CHILD).detached()).isFalse();
        assertThat(story.record(CHILD).late()).isFalse();
    }

    @Test
    void aSecondLifeHeardWithinTheGraceTakesItIn() {
        story.at(0)
                .start(ROOT, "git", "commit")
                .at(5)
                .atexit(ROOT, 0)
                .at(10)
                .start(CHILD, "git", "x")
                .at(20)
                .ends(CHILD, 0);
        story.at(259)
                .say(ROOT, "region_enter", "")
                .at(300)
                .atexit(ROOT, 0)
                .closes(ROOT)
                .runOut();
        assertThat(story.keys()).containsExactly(ROOT, ROOT + "#2");
        assertThat(story.record(ROOT + "#2").processes()).hasSize(2);
    }

    @Test
    void aProcessThatStartedAfterItsOwnersEndOnAClosedConnectionOwnsARecordAtOnce() {
        story.at(0)
                .start(ROOT, "git", "commit")
                .at(5)
                .ends(ROOT, 0)
                .at(10)
                .start(CHILD, "git", "x")
                .at(20)
                .ends(CHILD, 0);
        assertThat(story.keys()).containsExactly(ROOT, CHILD);
        assertThat(story.record(CHILD).parent()).isEqualTo(ROOT);
    }

    // lost_after: 1 s after the last connection closed.

    @Test
    void anEndingThatComesOverAnotherConnectionWithinASecondIsTheEnding() {
        story.at(0)
                .start(ROOT, "git", "x")
                .closes(ROOT)
                .at(999)
                .atexit(ROOT, 3)
                .closes(ROOT)
                .runOut();
        assertThat(story.record(ROOT).outcome()).isEqualTo(Outcome.EXITED);
        assertThat(story.record(ROOT).exitCode()).isEqualTo(3);
    }

    @Test
    void anEndingThatComesAfterASecondIsLate() {
        story.at(0).start(ROOT, "git", "x").closes(ROOT).at(1000);
        assertThat(story.record(ROOT).outcome()).isEqualTo(Outcome.LOST);
        story.at(1001).atexit(ROOT, 3).closes(ROOT).runOut();
        assertThat(story.records()).hasSize(1);
        assertThat(story.replay.dropped).containsEntry("late", 1);
        assertThat(story.replay.live()).isZero();
    }
}
