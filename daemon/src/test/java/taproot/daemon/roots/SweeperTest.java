package taproot.daemon.roots;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import taproot.daemon.metrics.Counter;
import taproot.daemon.metrics.Counters;
import taproot.normalizer.ConnectionNumber;
import taproot.normalizer.FinishedCommand;
import taproot.normalizer.Outcome;
import taproot.normalizer.Settings;

/** Who is gone and who is only silent, of real processes; how long ago they spoke is told. */
class SweeperTest {
    private static final long SECOND = 1_000_000;

    private final ManualTime time = new ManualTime(Git.EPOCH);
    private final Counters counters = new Counters();
    private final Queue<FinishedCommand> finished = new ConcurrentLinkedQueue<>();
    private final Roots roots =
            new Roots(Settings.DEFAULTS, 16, 1 << 20, time, counters, time, finished::add, Runnable::run);

    @Test
    void aPidWhoseProcessIsYoungerThanTheFirstLineBelongsToAnotherOne() throws Exception {
        Process young = new ProcessBuilder("sleep", "60").start();
        try (Sweeper _ = Sweeper.start(roots, counters)) {
            // It was heard an hour ago, died, and within the two seconds before anybody looked its pid was given away.
            String reused = speaks((int) young.pid());
            // Of this one the age fits: there is none older.
            String old = speaks(1);
            time.pass(3_600 * SECOND);
            await(1);
            assertThat(finished).extracting(command -> command.record().key()).containsExactly(reused);
            assertThat(finished.element().record().outcome()).isSameAs(Outcome.LOST);
            assertThat(finished.element().record().exitCode()).isNull();
            assertThat(roots.liveCommands())
                    .extracting(command -> command.process().sid().value())
                    .containsExactly(old);
        } finally {
            young.destroyForcibly().waitFor();
        }
        assertThat(counters.get(Counter.DEFECTS)).isZero();
    }

    /** The twin: a sweeper that asks only whether there is such a process, as kill(2) with 0 does. */
    @Test
    void whoAsksOnlyForThePidTakesTheOneForTheOther() throws Exception {
        Process young = new ProcessBuilder("sleep", "60").start();
        try {
            assertThat(ProcessHandle.of(young.pid())).hasValueSatisfying(ProcessHandle::isAlive);
            ProcessAge age = ProcessAge.of(young.pid());
            assertThat(age.micros()).isBetween(0L, 30 * SECOND);
            assertThat(age.isAtLeast(3_600 * SECOND)).isFalse();
            assertThat(age.isAtLeast(age.micros())).isTrue();
        } finally {
            young.destroyForcibly().waitFor();
        }
    }

    @Test
    void aPidThatIsGoneIsGoneAndSoIsADeadProcessThatNobodyHasWaitedFor() throws Exception {
        Process gone = new ProcessBuilder("true").start();
        gone.waitFor();
        assertThat(ProcessAge.of(gone.pid()).isAtLeast(0)).isFalse();
        // Its parent prints its pid, and does not wait for it: a shell that became something else never does.
        Process parent = new ProcessBuilder("sh", "-c", "sleep 0 & echo $!; exec sleep 60").start();
        try {
            long zombie = Long.parseLong(parent.inputReader().readLine());
            Awaitility.await()
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> !ProcessAge.of(zombie).isAtLeast(0));
            assertThat(java.nio.file.Files.exists(java.nio.file.Path.of("/proc/" + zombie)))
                    .isTrue();
        } finally {
            parent.destroyForcibly().waitFor();
        }
    }

    @Test
    void aProcessIsAsOldAsItSaysAndNoYounger() throws IOException {
        long age = ProcessAge.of(ProcessHandle.current().pid()).micros();
        long uptime = java.lang.management.ManagementFactory.getRuntimeMXBean().getUptime() * 1_000;
        assertThat(age).isBetween(uptime - 50_000, uptime + 60 * SECOND);
    }

    /** A command of this process, on a connection that it opened itself and that stays open. */
    private String speaks(int pid) {
        Git git = Git.process(null, pid, 0);
        roots.lines(git.root(), List.of(git.start("git", "commit")), ConnectionNumber.of(pid, pid));
        return git.key();
    }

    private void await(int records) {
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> finished.size() >= records);
    }
}
