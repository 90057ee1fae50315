package taproot.daemon.roots;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import taproot.daemon.metrics.Counter;
import taproot.daemon.metrics.Counters;
import taproot.normalizer.DropReason;
import taproot.normalizer.FinishedCommand;
import taproot.normalizer.Line;
import taproot.normalizer.Settings;

/** A defect of our own, wherever it is met, is counted and costs the one root in which it was met. */
class DefectsTest {
    private final ManualTime time = new ManualTime(Git.EPOCH);
    private final Counters counters = new Counters();
    private final List<FinishedCommand> finished = new ArrayList<>();
    private @Nullable String refusedKey;
    private final Roots roots =
            new Roots(Settings.DEFAULTS, 8, 64 << 20, time, counters, time, this::log, Runnable::run);

    private void log(FinishedCommand command) {
        if (command.record().key().equals(refusedKey)) {
            throw new IllegalStateException("a log with a defect");
        }
        finished.add(command);
    }

    @Test
    void aDefectWhileApplyingLinesCostsTheRootAndEveryLineIsAccountedFor() {
        Git broken = Git.process(null, 1, 0);
        Git sound = Git.process(null, 2, 0);
        send(broken, 1, broken.start("git", "commit"));
        send(sound, 2, sound.start("git", "status"));
        assertThat(roots.lines(RootId.of(broken.sid), withADefect(broken), 1))
                .containsExactly(DropReason.DEFECT, DropReason.DEFECT);
        send(sound, 2, sound.atexit(0, 1_000));
        roots.closed(broken.sid, 1);
        roots.closed(sound.sid, 2);
        assertThat(counters.get(Counter.DEFECTS)).isEqualTo(1);
        assertThat(counters.get(Counter.ROOTS_GIVEN_UP)).isEqualTo(1);
        assertThat(finished)
                .singleElement()
                .satisfies(command -> assertThat(command.record().key()).isEqualTo(sound.sid.value()));
        assertNothingLive();
    }

    @Test
    void aDefectAtAFinishedRootDoesNotReviveIt() {
        Git parent = Git.process(null, 1, 0);
        send(parent, 1, parent.start("git", "status"), parent.atexit(0, 1_000));
        roots.closed(parent.sid, 1);
        assertThat(roots.lines(RootId.of(parent.sid), withADefect(parent), 1)).hasSize(2);
        assertThat(send(parent, 3, parent.start("git", "status"), parent.atexit(0, 1_000)))
                .containsOnly(DropReason.LATE);
        assertThat(finished).hasSize(1);
        assertNothingLive();
    }

    @Test
    void aRecordThatTheLogCannotTakeIsCountedAndLeavesNothingBehind() {
        Git git = Git.process(null, 1, 0);
        refusedKey = git.sid.value();
        send(git, 1, git.start("git", "status"), git.atexit(0, 1_000));
        roots.closed(git.sid, 1);
        assertThat(counters.get(Counter.RECORDS_REFUSED)).isEqualTo(1);
        assertThat(counters.get(Counter.DEFECTS)).isEqualTo(1);
        assertThat(roots.live().tombstones()).isEqualTo(1);
        assertNothingLive();
    }

    /** No line that a reader makes has a defect; none at all stands for one. */
    @SuppressWarnings("NullAway")
    private static List<Line> withADefect(Git git) {
        return Arrays.asList(git.start("git", "x"), null);
    }

    private List<DropReason> send(Git git, long connection, Line... lines) {
        return roots.lines(RootId.of(git.sid), List.of(lines), connection);
    }

    private void assertNothingLive() {
        LiveRoots live = roots.live();
        assertThat(live.roots()).isZero();
        assertThat(live.openings()).isZero();
        assertThat(live.scratchBytes()).isZero();
    }
}
