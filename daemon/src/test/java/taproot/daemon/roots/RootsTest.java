package taproot.daemon.roots;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import taproot.daemon.metrics.Counter;
import taproot.daemon.metrics.Counters;
import taproot.normalizer.CommandRecord;
import taproot.normalizer.DropReason;
import taproot.normalizer.FinishedCommand;
import taproot.normalizer.Line;
import taproot.normalizer.Outcome;
import taproot.normalizer.Settings;
import taproot.normalizer.TraceExtent;

class RootsTest {
    private static final int GUARD = 8;
    private static final int MS = 1_000;
    private static final long LINE = 200;

    private final ManualTime time = new ManualTime(Git.EPOCH);
    private final Counters counters = new Counters();
    private final List<FinishedCommand> finished = new ArrayList<>();
    private final List<Runnable> drains = new ArrayList<>();
    private boolean drainsAtOnce = true;
    private Roots roots = roots(Settings.DEFAULTS, 64 << 20);

    private Roots roots(Settings settings, long scratchTotal) {
        return new Roots(settings, GUARD, scratchTotal, time, counters, time, finished::add, this::drain);
    }

    private void drain(Runnable whenRead) {
        if (drainsAtOnce) {
            whenRead.run();
        } else {
            drains.add(whenRead);
        }
    }

    // When a command is over.

    @Test
    void aCommandWithoutChildrenIsRecordedAtItsAtexit() {
        Git git = Git.process(null, 1, 0);
        send(git, 1, git.start("git", "status"), git.atexit(0, 10 * MS));
        assertThat(records()).singleElement().satisfies(record -> {
            assertThat(record.outcome()).isEqualTo(Outcome.EXITED);
            assertThat(record.durationUs()).isEqualTo(10 * MS);
        });
        assertThat(time.pending()).isZero();
        roots.closed(git.sid, 1);
        assertNothingLive();
    }

    @Test
    void aCommandWithAChildThatWasNeverHeardOfLingers() {
        Git git = Git.process(null, 1, 0);
        send(
                git,
                1,
                git.start("git", "commit"),
                git.childStart(0, MS),
                git.childExit(0, 77, 2 * MS),
                git.atexit(0, 3 * MS));
        roots.closed(git.sid, 1);
        time.pass(50 * MS - 1);
        assertThat(finished).isEmpty();
        time.pass(1);
        assertThat(finished).hasSize(1);
        assertNothingLive();
    }

    @Test
    void aCommandWhoseChildrenHaveAllEndedWaitsForNobody() {
        Git git = Git.process(null, 1, 0);
        Git child = Git.process(git, 2, MS);
        send(git, 1, git.start("git", "commit"), git.childStart(0, MS));
        send(child, 2, child.start("git", "rev-list"), child.atexit(0, 2 * MS));
        send(git, 1, git.childExit(0, 2, 3 * MS), git.atexit(0, 4 * MS));
        assertThat(records())
                .singleElement()
                .satisfies(record -> assertThat(record.processes()).hasSize(2));
    }

    @Test
    void aCommandPastItsLingerStillWaitsForItsDrain() {
        drainsAtOnce = false;
        Git git = Git.process(null, 1, 0);
        Git child = Git.process(git, 2, MS);
        send(git, 1, git.start("git", "commit"), git.childStart(0, MS), git.atexit(0, 3 * MS));
        roots.closed(git.sid, 1);
        time.pass(500 * MS);
        assertThat(finished).isEmpty();
        send(child, 2, child.start("git", "gc"), child.atexit(0, 2 * MS));
        roots.closed(child.sid, 2);
        drains.removeFirst().run();
        assertThat(records())
                .singleElement()
                .satisfies(record -> assertThat(record.processes()).hasSize(2));
        assertNothingLive();
    }

    @Test
    void whatClosedBeforeTheDrainWasOverDidNotGoOnLongerThanTheCommand() {
        drainsAtOnce = false;
        Git git = Git.process(null, 1, 0);
        Git child = Git.process(git, 2, MS);
        send(git, 1, git.start("git", "commit"), git.childStart(0, MS));
        send(child, 2, child.start("git", "status"));
        send(git, 1, git.atexit(0, 3 * MS));
        roots.closed(git.sid, 1);
        time.pass(70 * MS); // Longer than the linger: the loop was busy.
        roots.closed(child.sid, 2);
        drains.removeFirst().run();
        assertThat(records()).singleElement().satisfies(record -> {
            assertThat(record.processes()).hasSize(2);
            assertThat(record.processes().getLast().detached()).isFalse();
            assertThat(record.processes().getLast().outcome()).isEqualTo(Outcome.LOST);
        });
        assertNothingLive();
    }

    @Test
    void aCommandDrainedBeforeItsLingerWaitsForTheLinger() {
        Git git = Git.process(null, 1, 0);
        send(git, 1, git.start("git", "commit"), git.childStart(0, MS), git.atexit(0, 3 * MS));
        assertThat(finished).isEmpty();
        time.pass(50 * MS);
        assertThat(finished).hasSize(1);
    }

    @Test
    void manyCommandsThatEndDuringADrainShareTheNextOne() {
        drainsAtOnce = false;
        List<Git> gits = new ArrayList<>();
        for (int n = 1; n <= 5; n++) {
            Git git = Git.process(null, n, n);
            gits.add(git);
            send(git, n, git.start("git", "commit"), git.childStart(0, MS), git.atexit(0, 3 * MS));
        }
        time.pass(60 * MS);
        assertThat(drains).hasSize(1);
        drains.removeFirst().run();
        assertThat(finished).hasSize(1);
        assertThat(drains).hasSize(1);
        drains.removeFirst().run();
        assertThat(finished).hasSize(5);
        assertThat(drains).isEmpty();
    }

    @Test
    void aCommandThatFellSilentIsLostOneSecondAfterItsConnectionClosed() {
        Git git = Git.process(null, 1, 0);
        send(git, 1, git.start("git", "push"));
        time.pass(3_600_000L * MS);
        assertThat(finished).isEmpty();
        roots.closed(git.sid, 1);
        time.pass(1_000 * MS - 1);
        assertThat(finished).isEmpty();
        time.pass(1);
        assertThat(records()).singleElement().satisfies(record -> {
            assertThat(record.outcome()).isEqualTo(Outcome.LOST);
            assertThat(record.exitCode()).isNull();
        });
        assertNothingLive();
    }

    @Test
    void anEmitterWithAConnectionForEachEventIsNotLostBetweenThem() {
        Git git = Git.process(null, 1, 0);
        for (int n = 0; n < 20; n++) {
            send(git, n, n == 0 ? git.start("git", "push") : git.region(n * 900L * MS));
            roots.closed(git.sid, n);
            time.pass(900 * MS);
        }
        assertThat(finished).isEmpty();
        send(git, 99, git.atexit(0, 18_000 * MS));
        roots.closed(git.sid, 99);
        time.pass(50 * MS);
        assertThat(records())
                .singleElement()
                .satisfies(record -> assertThat(record.outcome()).isEqualTo(Outcome.EXITED));
        time.pass(5_000 * MS);
        assertThat(finished).hasSize(1);
        assertNothingLive();
    }

    @Test
    void aProcessWhoseOwnerWasNeverSeenIsAdoptedByNobodyAfterTheGrace() {
        Git parent = Git.process(null, 1, 0);
        Git child = Git.process(parent, 2, MS);
        send(child, 2, child.start("git", "gc"), child.atexit(0, 2 * MS));
        roots.closed(child.sid, 2);
        time.pass(250 * MS - 1);
        assertThat(finished).isEmpty();
        time.pass(1);
        assertThat(records()).singleElement().satisfies(record -> {
            assertThat(record.key()).isEqualTo(child.key());
            assertThat(record.root()).isEqualTo(parent.key());
        });
        assertNothingLive();
    }

    @Test
    void theSweeperEndsAProcessWhoseConnectionSomebodyElseHolds() {
        Git git = Git.process(null, 1, 0);
        long connection = taproot.normalizer.ConnectionNumber.of(1, git.pid);
        send(git, connection, git.start("git", "push"));
        time.pass(2_000 * MS);
        assertThat(roots.silentFor(2_000 * MS)).containsExactly(new Roots.Silent(git.sid, 2_000 * MS));
        assertThat(roots.silentFor(2_001 * MS)).isEmpty();
        roots.gone(git.sid);
        assertThat(records())
                .singleElement()
                .satisfies(record -> assertThat(record.outcome()).isEqualTo(Outcome.LOST));
        assertThat(roots.live().openings()).isEqualTo(1);
        roots.closed(git.sid, connection);
        assertNothingLive();
    }

    @Test
    void theSweeperReadsAProcessesLastWordsBeforeItJudges() {
        drainsAtOnce = false;
        Git git = Git.process(null, 1, 0);
        long connection = taproot.normalizer.ConnectionNumber.of(1, git.pid);
        send(git, connection, git.start("git", "push"));
        time.pass(2_000 * MS);
        roots.gone(git.sid);
        send(git, connection, git.atexit(3, 2_000 * MS));
        drains.removeFirst().run();
        assertThat(records())
                .singleElement()
                .satisfies(record -> assertThat(record.exitCode()).isEqualTo(3));
    }

    @Test
    void theSweeperLeavesASecondLifeAlone() {
        drainsAtOnce = false;
        Git git = Git.process(null, 1, 0);
        long connection = taproot.normalizer.ConnectionNumber.of(1, git.pid);
        send(git, connection, git.start("git", "gc"));
        time.pass(2_000 * MS);
        roots.gone(git.sid);
        // It daemonized: its pid is gone, it is not.
        send(git, connection, git.atexit(0, 2_000 * MS), git.childStart(0, 2_001 * MS));
        drains.removeFirst().run();
        time.pass(60_000 * MS);
        assertThat(records()).extracting(CommandRecord::key).containsExactly(git.key());
        send(git, connection, git.atexit(0, 60_000 * MS));
        time.pass(50 * MS);
        drains.removeFirst().run();
        assertThat(records()).extracting(CommandRecord::key).containsExactly(git.key(), git.key() + "#2");
        assertThat(records().getLast().outcome()).isEqualTo(Outcome.EXITED);
    }

    @Test
    void theEndOfTheDaemonInterruptsWhatGoesOn() {
        Git ended = Git.process(null, 1, 0);
        send(ended, 1, ended.start("git", "commit"), ended.childStart(0, MS), ended.atexit(0, 3 * MS));
        Git running = Git.process(null, 2, 0);
        send(running, 2, running.start("git", "push"));
        Git silent = Git.process(null, 3, 0);
        send(silent, 3, silent.start("git", "pull"));
        roots.closed(silent.sid, 3);
        roots.interrupt();
        assertThat(records())
                .extracting(CommandRecord::key, CommandRecord::outcome)
                .containsExactlyInAnyOrder(
                        org.assertj.core.groups.Tuple.tuple(ended.key(), Outcome.EXITED),
                        org.assertj.core.groups.Tuple.tuple(running.key(), Outcome.INTERRUPTED),
                        org.assertj.core.groups.Tuple.tuple(silent.key(), Outcome.INTERRUPTED));
        assertThat(roots.live().scratchBytes()).isZero();
    }

    // What is over stays over.

    @Test
    void aLateLineNeverRevivesAFinishedRoot() {
        Git git = whole(1);
        LiveRoots before = roots.live();
        assertThat(send(git, 7, git.region(20 * MS), git.atexit(1, 20 * MS)))
                .containsExactly(DropReason.LATE, DropReason.LATE);
        roots.closed(git.sid, 7);
        time.pass(10_000 * MS);
        assertThat(finished).hasSize(1);
        assertThat(roots.live()).isEqualTo(before);
    }

    @Test
    void aDoubleCloseChangesNothing() {
        Git git = Git.process(null, 1, 0);
        send(git, 1, git.start("git", "push"));
        send(git, 2, git.region(MS));
        roots.closed(git.sid, 1);
        roots.closed(git.sid, 1);
        roots.closed(git.sid, 3);
        time.pass(10_000 * MS);
        assertThat(finished).isEmpty();
        assertThat(roots.live().openings()).isEqualTo(1);
        roots.closed(git.sid, 2);
        roots.closed(git.sid, 2);
        time.pass(1_050 * MS);
        assertThat(finished).hasSize(1);
        assertNothingLive();
    }

    @Test
    void theRingEvictsTheOldestTombstoneFirst() {
        List<Git> gits = new ArrayList<>();
        for (int n = 1; n <= GUARD + 2; n++) {
            gits.add(whole(n));
            assertThat(roots.live().tombstones()).isEqualTo(Math.min(n, GUARD));
        }
        assertThat(counters.get(Counter.TOMBSTONES_EVICTED)).isEqualTo(2);
        for (int n = gits.size(); n > 2; n--) {
            Git remembered = gits.get(n - 1);
            assertThat(send(remembered, 1_000 + n, remembered.region(20 * MS))).containsExactly(DropReason.LATE);
        }
        assertThat(send(gits.get(0), 2_000, gits.get(0).region(20 * MS))).isEmpty();
        assertThat(send(gits.get(1), 2_001, gits.get(1).region(20 * MS))).isEmpty();
    }

    @Test
    void lateLinesDriveNobodysTombstoneOut() {
        Git first = whole(1);
        Git chatty = whole(2);
        for (int n = 0; n < 10 * GUARD; n++) {
            send(chatty, 100 + n, chatty.region(20 * MS));
            roots.closed(chatty.sid, 100 + n);
        }
        assertThat(send(first, 7, first.region(20 * MS))).containsExactly(DropReason.LATE);
        assertThat(counters.get(Counter.TOMBSTONES_EVICTED)).isZero();
    }

    @Test
    void aRootBuriedTwiceIsRememberedFromItsSecondBurial() {
        Git git = whole(1);
        for (int n = 2; n <= GUARD; n++) {
            whole(n);
        }
        // Its ring slot is the next to be taken. Now a process comes that it left behind, and ends.
        Git behind = Git.process(git, 99, 20 * MS);
        send(behind, 99, behind.start("git", "status"), behind.atexit(0, 21 * MS));
        roots.closed(behind.sid, 99);
        time.pass(1_000 * MS);
        whole(50);
        whole(51);
        assertThat(send(git, 7, git.region(22 * MS))).containsExactly(DropReason.LATE);
        assertThat(send(behind, 8, behind.region(22 * MS))).containsExactly(DropReason.LATE);
    }

    // Budgets.

    @Test
    void aRootBeyondItsScratchKeepsPartOfItsTrace() {
        roots = roots(new Settings(20 * MS, 50 * MS, 250 * MS, 1_000 * MS, 0, 10 * LINE), 64 << 20);
        Git git = Git.process(null, 1, 0);
        send(git, 1, git.start("git", "push"));
        for (int n = 0; n < 100; n++) {
            send(git, 1, git.region(n));
        }
        assertThat(roots.live().scratchBytes()).isLessThanOrEqualTo(10 * LINE);
        send(git, 1, git.atexit(0, MS));
        assertThat(records()).singleElement().satisfies(record -> {
            assertThat(record.trace()).isEqualTo(TraceExtent.PARTIAL);
            assertThat(record.events()).isEqualTo(102);
        });
        assertThat(roots.live().scratchBytes()).isZero();
    }

    @Test
    void fromHalfOfTheTotalOnReadOnlyRootsGatherNoMoreAndAtTheWholeNobodyDoes() {
        long total = 40 * LINE;
        roots = roots(Settings.DEFAULTS, total);
        Git writer = Git.process(null, 1, 0);
        Git reader = Git.process(null, 2, 0);
        send(writer, 1, writer.start("git", "push"));
        send(reader, 2, reader.start("git", "status"));
        fillTo(writer, 1, total / 2 - LINE);
        long before = roots.live().scratchBytes();
        for (int n = 0; n < 50; n++) {
            send(reader, 2, reader.region(n));
        }
        assertThat(roots.live().scratchBytes()).isBetween(before, total / 2);
        for (int n = 0; n < 100; n++) {
            send(writer, 1, writer.region(n));
        }
        assertThat(roots.live().scratchBytes()).isBetween(total - LINE, total);
        assertThat(counters.get(Counter.SCRATCH_BYTES_SHED)).isPositive();
        assertThat(roots.budget().take(2 * (int) LINE, false)).isFalse();
        send(writer, 1, writer.atexit(0, MS));
        send(reader, 2, reader.atexit(0, MS));
        assertThat(records())
                .hasSize(2)
                .allSatisfy(record -> assertThat(record.events()).isGreaterThan(50));
        assertThat(roots.live().scratchBytes()).isZero();
    }

    private void fillTo(Git git, long connection, long bytes) {
        while (roots.live().scratchBytes() < bytes) {
            send(git, connection, git.region(0));
        }
    }

    // The barrier.

    @Test
    void settlingDoesNotWaitForCommandsThatGoOn() {
        Git git = Git.process(null, 1, 0);
        send(git, 1, git.start("git", "push"));
        assertThat(settled()).isTrue();
    }

    @Test
    void settlingWaitsForTheLinger() {
        Git git = Git.process(null, 1, 0);
        send(git, 1, git.start("git", "commit"), git.childStart(0, MS), git.atexit(0, 3 * MS));
        AtomicBoolean settled = settling();
        time.pass(49 * MS);
        assertThat(settled).isFalse();
        time.pass(2 * MS);
        assertThat(settled).isTrue();
        assertThat(finished).hasSize(1);
    }

    @Test
    void settlingWaitsForTheLongestOfSeveralWaitsOfOneRoot() {
        Git parent = Git.process(null, 1, 0);
        Git child = Git.process(parent, 2, MS);
        // Nobody knows its parent, for 250 ms; and it is silent, for 1 s.
        send(child, 2, child.start("git", "gc"));
        roots.closed(child.sid, 2);
        AtomicBoolean settled = settling();
        time.pass(999 * MS);
        assertThat(settled).isFalse();
        time.pass(2 * MS);
        assertThat(settled).isTrue();
        assertThat(finished).hasSize(1);
    }

    @Test
    void settlingWaitsForADrainThatIsSlowerThanTheLinger() {
        drainsAtOnce = false;
        Git first = Git.process(null, 1, 0);
        send(first, 1, first.start("git", "commit"), first.childStart(0, MS), first.atexit(0, 3 * MS));
        Git second = Git.process(null, 2, 0);
        send(second, 2, second.start("git", "commit"), second.childStart(0, MS), second.atexit(0, 3 * MS));
        time.pass(60 * MS);
        AtomicBoolean settled = settling();
        time.pass(60 * MS);
        drains.removeFirst().run();
        assertThat(settled).isFalse();
        drains.removeFirst().run();
        assertThat(finished).hasSize(2);
        assertThat(settled).isTrue();
    }

    @Test
    void settlingWaitsForTheLingerOfACommandThatIsNotDrainedYet() {
        drainsAtOnce = false;
        Git git = Git.process(null, 1, 0);
        send(git, 1, git.start("git", "commit"), git.childStart(0, MS), git.atexit(0, 3 * MS));
        AtomicBoolean settled = settling();
        drains.removeFirst().run();
        drains.removeFirst().run();
        assertThat(settled).isFalse();
        time.pass(60 * MS);
        assertThat(finished).hasSize(1);
        drains.removeFirst().run();
        assertThat(settled).isTrue();
    }

    @Test
    void settlingWaitsForTheChildrenOfACommandThatIsFoundLost() {
        Git git = Git.process(null, 1, 0);
        send(git, 1, git.start("git", "commit"), git.childStart(0, MS));
        roots.closed(git.sid, 1);
        AtomicBoolean settled = settling();
        time.pass(1_040 * MS);
        assertThat(settled).isFalse();
        time.pass(20 * MS);
        assertThat(settled).isTrue();
        assertThat(finished).hasSize(1);
    }

    @Test
    void settlingIsNotHeldUpByWaitsThatBeginLater() {
        Git first = Git.process(null, 1, 0);
        send(first, 1, first.start("git", "push"));
        roots.closed(first.sid, 1);
        AtomicBoolean settled = settling();
        for (int n = 2; n < 100 && !settled.get(); n++) {
            time.pass(20 * MS);
            Git other = Git.process(null, n, 0);
            send(other, n, other.start("git", "push"));
            roots.closed(other.sid, n);
        }
        assertThat(time.monotonicMicros() - Git.EPOCH).isBetween(1_000L * MS, 1_040L * MS);
    }

    // Sizes.

    @Test
    void whatIsLiveIsListedWithItsOwnerAndItsBytes() {
        Git git = Git.process(null, 1, 0);
        Git child = Git.process(git, 2, MS);
        send(git, 1, git.start("git", "push"));
        time.pass(5);
        send(child, 2, child.start("git", "pack-objects"));
        assertThat(roots.liveCommands())
                .hasSize(2)
                .allSatisfy(live -> assertThat(live.heardAt()).isEqualTo(Git.EPOCH + 5))
                .allSatisfy(live -> assertThat(live.process().scratchBytes()).isPositive());
        LiveRoots live = roots.live();
        assertThat(live.roots()).isEqualTo(1);
        assertThat(live.processes()).isEqualTo(2);
        assertThat(live.openings()).isEqualTo(2);
    }

    private Git whole(int n) {
        Git git = Git.process(null, n, 0);
        assertThat(send(git, n, git.start("git", "status"), git.atexit(0, 10 * MS)))
                .isEmpty();
        roots.closed(git.sid, n);
        return git;
    }

    private List<DropReason> send(Git git, long connection, Line... lines) {
        return roots.lines(git.root(), List.of(lines), connection);
    }

    private List<CommandRecord> records() {
        return finished.stream().map(FinishedCommand::record).toList();
    }

    private boolean settled() {
        return settling().get();
    }

    private AtomicBoolean settling() {
        AtomicBoolean settled = new AtomicBoolean();
        roots.whenSettled(() -> settled.set(true));
        return settled;
    }

    private void assertNothingLive() {
        LiveRoots live = roots.live();
        assertThat(live.roots()).isZero();
        assertThat(live.openings()).isZero();
        assertThat(live.scratchBytes()).isZero();
    }
}
