package taproot.normalizer;

import static org.assertj.core.api.Assertions.assertThat;
import static taproot.normalizer.Scenario.ROOT;
import static taproot.normalizer.Scenario.below;

import org.junit.jupiter.api.Test;

/** Second lives, exec, lost and hosted processes, one story each. */
class LivesTest {
    private static final String CHILD = below(ROOT, 2);
    private static final String OTHER = below(ROOT, 3);

    private final Scenario story = new Scenario();

    // Second lives.

    @Test
    void aDaemonizedCommandIsASecondRecordThatBeganWhenTheFirstEnded() {
        story.at(0).start(ROOT, "git", "gc", "--auto").at(10).exit(ROOT, 0).atexit(ROOT, 0);
        story.at(20).childStart(ROOT, 0, "git", "repack").start(CHILD, "git", "repack");
        story.at(90)
                .ends(CHILD, 0)
                .childExit(ROOT, 0, 2, 0)
                .at(100)
                .ends(ROOT, 0)
                .runOut();
        assertThat(story.keys()).containsExactly(ROOT, ROOT + "#2");
        assertThat(story.record(ROOT).durationUs()).isEqualTo(10_000);
        assertThat(story.record(ROOT).processes()).hasSize(1);
        CommandRecord second = story.record(ROOT + "#2");
        assertThat(second.detached()).isTrue();
        assertThat(second.startedAt()).isEqualTo(Scenario.EPOCH + 10_000);
        assertThat(second.durationUs()).isEqualTo(90_000);
        assertThat(second.argv()).containsExactly("git", "gc", "--auto");
        assertThat(second.processes())
                .extracting(CommandRecord.ProcessEntry::sid)
                .containsExactly(ROOT, CHILD);
    }

    @Test
    void endingsThatWereReadInTheWrongOrderChangePlacesAndChildrenGoWithTheirLife() {
        story.at(0).start(ROOT, "git", "gc", "--auto");
        story.at(20).childStart(ROOT, 0, "git", "repack").start(CHILD, "git", "repack");
        story.at(30).ends(CHILD, 0).childExit(ROOT, 0, 2, 0);
        story.at(40).exit(ROOT, 3).atexit(ROOT, 3);
        story.at(41).written(10).exit(ROOT, 0).atexit(ROOT, 0).closes(ROOT).runOut();
        assertThat(story.keys()).containsExactly(ROOT, ROOT + "#2");
        CommandRecord first = story.record(ROOT);
        assertThat(first.durationUs()).isEqualTo(10_000);
        assertThat(first.exitCode()).isZero();
        assertThat(first.children()).isEmpty();
        CommandRecord second = story.record(ROOT + "#2");
        assertThat(second.durationUs()).isEqualTo(30_000);
        assertThat(second.exitCode()).isEqualTo(3);
        assertThat(second.children()).hasSize(1);
        assertThat(second.processes())
                .extracting(CommandRecord.ProcessEntry::sid)
                .containsExactly(ROOT, CHILD);
    }

    @Test
    void theFirstEndingOfACommandThatCanDaemonizeIsNotBelievedBeforeItsConnectionCloses() {
        story.at(0).start(ROOT, "git", "maintenance", "run", "--auto", "--detach");
        story.at(12).atexit(ROOT, 0);
        assertThat(story.keys()).isEmpty();
        story.at(13).written(10).atexit(ROOT, 0).closes(ROOT);
        assertThat(story.keys()).containsExactly(ROOT);
        assertThat(story.record(ROOT).durationUs()).isEqualTo(10_000);
        assertThat(story.replay.emptySecondLives).isOne();
    }

    @Test
    void aCommandThatCanDaemonizeAndDoesNotIsDoneWhenItsConnectionCloses() {
        story.at(0).start(ROOT, "git", "gc").at(10).atexit(ROOT, 0);
        assertThat(story.keys()).isEmpty();
        story.closes(ROOT);
        assertThat(story.keys()).containsExactly(ROOT);
    }

    @Test
    void aCommandThatCannotDaemonizeIsDoneAtItsAtexit() {
        story.at(0).start(ROOT, "git", "status").at(10).atexit(ROOT, 0);
        assertThat(story.keys()).containsExactly(ROOT);
    }

    @Test
    void aSecondLifeWithAGitProcessBelowItIsKeptThoughItStartedNoChildItself() {
        story.at(0).start(ROOT, "git", "gc", "--auto").at(10).atexit(ROOT, 0);
        story.at(11)
                .say(ROOT, "region_enter", "")
                .at(20)
                .start(CHILD, "git", "repack")
                .at(30)
                .ends(CHILD, 0);
        story.at(40).atexit(ROOT, 0).closes(ROOT).runOut();
        assertThat(story.keys()).containsExactly(ROOT, ROOT + "#2");
        assertThat(story.record(ROOT + "#2").processes()).hasSize(2);
        assertThat(story.record(ROOT + "#2").late()).isFalse();
    }

    @Test
    void anAnnotationAfterTheEndBeginsNoSecondLife() {
        story.at(0)
                .start(ROOT, "git", "commit")
                .childStart(ROOT, 0, "hook")
                .at(10)
                .atexit(ROOT, 0);
        story.annotate(ROOT, "who", "ide").closes(ROOT).runOut();
        assertThat(story.keys()).containsExactly(ROOT);
        assertThat(story.record(ROOT).annotations()).containsEntry("who", "ide");
    }

    @Test
    void anAnnotationOfAFinishedCommandIsLateAndChangesNothing() {
        story.at(0)
                .start(ROOT, "git", "status")
                .at(10)
                .atexit(ROOT, 0)
                .annotate(ROOT, "who", "ide")
                .closes(ROOT);
        story.at(500).annotate(ROOT, "who", "ide").closes(ROOT).runOut();
        assertThat(story.records()).hasSize(1);
        assertThat(story.record(ROOT).annotations()).isEmpty();
        assertThat(story.replay.dropped).containsEntry("late", 2);
    }

    // Exec.

    @Test
    void aChainOfExecsEndsAsItsLastProcessDoes() {
        String second = below(ROOT, 1);
        String third = below(second, 1);
        story.at(0).start(ROOT, "git", "a").at(10).say(ROOT, "exec", ",\"exec_id\":0,\"argv\":[\"git\"]");
        story.at(11).start(second, "git", "b").at(20).say(second, "exec", ",\"exec_id\":0,\"argv\":[\"git\"]");
        story.at(21)
                .start(third, "git", "c")
                .at(50)
                .ends(third, 4)
                .closes(second)
                .closes(ROOT)
                .runOut();
        assertThat(story.keys()).containsExactly(ROOT);
        assertThat(story.record(ROOT).outcome()).isEqualTo(Outcome.EXITED);
        assertThat(story.record(ROOT).exitCode()).isEqualTo(4);
        assertThat(story.record(ROOT).durationUs()).isEqualTo(50_000);
        assertThat(story.record(ROOT).processes())
                .hasSize(3)
                .allSatisfy(process -> assertThat(process.exitCode()).isEqualTo(4));
    }

    @Test
    void theEndOfAnExecIsTheFirstLifeOfItsSuccessorInEitherOrder() {
        String next = below(ROOT, 1);
        story.at(10).written(11).start(next, "git", "gc", "--auto").written(20).atexit(next, 0);
        story.at(30).say(next, "region_enter", "").atexit(next, 0).closes(next);
        story.written(0).start(ROOT, "git", "x").written(10).say(ROOT, "exec", ",\"exec_id\":0,\"argv\":[\"git\"]");
        story.closes(ROOT).runOut();
        assertThat(story.record(ROOT).durationUs()).isEqualTo(20_000);
    }

    @Test
    void anExecOfSomethingThatIsNotGitIsExecedAndSaysNoMore() {
        story.at(0)
                .start(ROOT, "git", "x")
                .at(10)
                .say(ROOT, "exec", ",\"exec_id\":0,\"argv\":[\"vi\"]")
                .closes(ROOT);
        story.at(900);
        assertThat(story.keys()).isEmpty();
        CommandRecord record = story.at(1011).record(ROOT);
        assertThat(record.outcome()).isEqualTo(Outcome.EXECED);
        assertThat(record.exitCode()).isNull();
        assertThat(record.durationUs()).isNull();
        assertThat(record.finishedAt()).isNull();
    }

    @Test
    void aFailedExecGoesOnAsWhatItWas() {
        story.at(0).start(ROOT, "git", "x").at(10).say(ROOT, "exec", ",\"exec_id\":0,\"argv\":[\"git-x\"]");
        story.at(11)
                .say(ROOT, "exec_result", ",\"exec_id\":0,\"code\":2")
                .at(12)
                .ends(ROOT, 1);
        assertThat(story.record(ROOT).outcome()).isEqualTo(Outcome.EXITED);
        assertThat(story.record(ROOT).exitCode()).isOne();
    }

    // Lost.

    @Test
    void aKilledOwnerIsLostWithoutACodeAndItsLivingChildOwnsARecord() {
        story.at(0).start(ROOT, "git", "fetch").childStart(ROOT, 0, "git").at(5).start(CHILD, "git", "index-pack");
        story.at(20).closes(ROOT).at(1100);
        assertThat(story.record(ROOT).outcome()).isEqualTo(Outcome.LOST);
        assertThat(story.record(ROOT).exitCode()).isNull();
        assertThat(story.record(ROOT).processes())
                .extracting(CommandRecord.ProcessEntry::detached)
                .containsExactly(false, true);
        story.at(3000).ends(CHILD, 0).runOut();
        assertThat(story.record(CHILD).detached()).isTrue();
        assertThat(story.record(CHILD).parent()).isEqualTo(ROOT);
        assertThat(story.record(CHILD).late()).isFalse();
    }

    @Test
    void aKilledChildHasTheCodeThatItsParentSaw() {
        story.at(0).start(ROOT, "git", "fetch").childStart(ROOT, 0, "git").at(5).start(CHILD, "git", "index-pack");
        story.at(20)
                .closes(CHILD)
                .childExit(ROOT, 0, 2, 137)
                .at(30)
                .ends(ROOT, 128)
                .runOut();
        CommandRecord.ProcessEntry child = story.record(ROOT).processes().get(1);
        assertThat(child.outcome()).isEqualTo(Outcome.LOST);
        assertThat(child.exitCode()).isEqualTo(137);
    }

    @Test
    void anOwnerWhosePidIsGoneIsLostThoughItsConnectionIsHeldOpen() {
        story.at(0)
                .start(ROOT, "git", "commit")
                .childStart(ROOT, 0, "sleep")
                .at(2000)
                .gone(ROOT);
        story.at(2100);
        assertThat(story.record(ROOT).outcome()).isEqualTo(Outcome.LOST);
        story.closes(ROOT);
        assertThat(story.replay.live()).isZero();
    }

    @Test
    void anExitWithoutAtexitIsTheEnd() {
        story.at(0).start(ROOT, "git", "x").at(10).exit(ROOT, 7).closes(ROOT).runOut();
        assertThat(story.record(ROOT).outcome()).isEqualTo(Outcome.EXITED);
        assertThat(story.record(ROOT).exitCode()).isEqualTo(7);
        assertThat(story.record(ROOT).durationUs()).isEqualTo(10_000);
    }

    @Test
    void aSignalIsNoExitCode() {
        story.at(0)
                .start(ROOT, "git", "log")
                .at(10)
                .say(ROOT, "signal", ",\"t_abs\":0.010000,\"signo\":13")
                .closes(ROOT);
        assertThat(story.record(ROOT).outcome()).isEqualTo(Outcome.SIGNALED);
        assertThat(story.record(ROOT).signal()).isEqualTo(13);
        assertThat(story.record(ROOT).exitCode()).isNull();
    }

    @Test
    void aProcessWhoseStartNeverCameIsCountedAndLeavesNothingBehind() {
        story.at(0)
                .say(ROOT, "cmd_name", ",\"name\":\"commit\"")
                .at(10)
                .atexit(ROOT, 0)
                .closes(ROOT)
                .runOut();
        assertThat(story.records()).isEmpty();
        assertThat(story.replay.unstarted).isOne();
        assertThat(story.replay.live()).isZero();
    }

    @Test
    void belowAProcessWhoseStartNeverCameTheShallowestOwnsARecord() {
        String grandchild = below(CHILD, 4);
        story.at(0)
                .say(ROOT, "region_enter", "")
                .at(1)
                .start(CHILD, "git", "a")
                .at(2)
                .start(grandchild, "git", "b");
        story.at(300)
                .ends(grandchild, 0)
                .at(310)
                .ends(CHILD, 0)
                .at(320)
                .atexit(ROOT, 0)
                .closes(ROOT)
                .runOut();
        assertThat(story.keys()).containsExactly(CHILD);
        assertThat(story.record(CHILD).processes()).hasSize(2);
        assertThat(story.record(CHILD).parent()).isEqualTo(ROOT);
    }

    // Hosts.

    @Test
    void belowAHostEveryCommandIsACommandOfItsOwn() {
        for (String[] argv : new String[][] {
            {"git", "daemon", "--export-all"}, {"git", "gui"}, {"git", "citool"}, {"/usr/lib/git-core/git-instaweb"}
        }) {
            Scenario hosted = new Scenario();
            hosted.at(0)
                    .start(ROOT, argv)
                    .at(10)
                    .start(CHILD, "git", "upload-pack")
                    .at(20)
                    .ends(CHILD, 0);
            assertThat(hosted.keys()).as(argv[0]).containsExactly(CHILD);
            assertThat(hosted.record(CHILD).parent()).isEqualTo(ROOT);
            assertThat(hosted.record(CHILD).detached()).isFalse();
            hosted.at(30).ends(ROOT, 0).runOut();
            assertThat(hosted.record(ROOT).processes()).hasSize(1);
        }
    }

    @Test
    void theProgramThatAHostRunsAsIsTheHostItself() {
        story.at(0)
                .start(ROOT, "git", "daemon")
                .childStart(ROOT, 0, "git-daemon")
                .at(5)
                .start(CHILD, "git-daemon");
        String served = below(CHILD, 9);
        story.at(10).start(served, "git", "upload-pack").at(20).ends(served, 0);
        assertThat(story.keys()).containsExactly(served);
        story.at(30).ends(CHILD, 0).childExit(ROOT, 0, 2, 0).ends(ROOT, 0).runOut();
        assertThat(story.keys()).containsExactly(ROOT, served);
        assertThat(story.record(ROOT).processes()).hasSize(2);
    }

    @Test
    void aChildWaitsForTheNameOfItsParent() {
        story.at(10).start(CHILD, "git", "upload-pack").at(20).ends(CHILD, 0);
        assertThat(story.keys()).isEmpty();
        story.at(21).written(0).start(ROOT, "git", "daemon");
        assertThat(story.keys()).containsExactly(CHILD);
    }

    // The daemon stops.

    @Test
    void whatRunsWhenTheDaemonStopsIsInterrupted() {
        story.at(0)
                .start(ROOT, "git", "commit")
                .at(5)
                .start(CHILD, "git", "gc")
                .at(6)
                .start(OTHER, "git", "x")
                .ends(OTHER, 0);
        story.at(10).replay.interrupt();
        assertThat(story.keys()).containsExactly(ROOT);
        CommandRecord record = story.record(ROOT);
        assertThat(record.outcome()).isEqualTo(Outcome.INTERRUPTED);
        assertThat(record.durationUs()).isNull();
        assertThat(record.exitCode()).isNull();
        assertThat(record.processes())
                .extracting(CommandRecord.ProcessEntry::outcome)
                .containsExactly(Outcome.INTERRUPTED, Outcome.INTERRUPTED, Outcome.EXITED);
    }
}
