package taproot.daemon.roots;

import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.assertj.core.api.Assertions;
import org.jetbrains.lincheck.Lincheck;
import org.jetbrains.lincheck.LincheckAssertionError;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import taproot.daemon.metrics.Counters;
import taproot.normalizer.FinishedCommand;
import taproot.normalizer.Line;
import taproot.normalizer.Settings;

/**
 * The same races as {@link RootsRaceTest}, the few that matter most, with Lincheck choosing where one thread stops and
 * the other goes on: every switch is at an access to shared memory, and a failure comes with its interleaving.
 */
@Tag("long")
class RootsLincheckTest {
    private static final int INTERLEAVINGS = 100;

    @Test
    void anOpenIsNeverLostToTheCloseOfAnotherConnection() {
        Lincheck.runConcurrentTest(INTERLEAVINGS, () -> {
            Scene scene = new Scene();
            scene.lines(1, Scene.START);
            scene.together(() -> scene.close(1), () -> scene.lines(2, Scene.REGION));
            scene.isLive(1);
            scene.lines(2, Scene.END);
            scene.close(2);
            scene.oneRecordAndNothingLive();
        });
    }

    @Test
    void anEndAndALineOverAnotherConnectionGiveOneRecord() {
        Lincheck.runConcurrentTest(INTERLEAVINGS, () -> {
            Scene scene = new Scene();
            scene.lines(1, Scene.START);
            scene.together(
                    () -> {
                        scene.lines(1, Scene.END);
                        scene.close(1);
                    },
                    () -> {
                        scene.lines(2, Scene.REGION);
                        scene.close(2);
                    });
            scene.oneRecordAndNothingLive();
        });
    }

    @Test
    void oneOfTwoClosersIsTheLast() {
        Lincheck.runConcurrentTest(INTERLEAVINGS, () -> {
            Scene scene = new Scene();
            scene.lines(1, Scene.START);
            scene.lines(2, Scene.REGION);
            scene.together(
                    () -> {
                        scene.close(1);
                        scene.close(2);
                    },
                    () -> {
                        scene.close(2);
                        scene.close(1);
                    });
            scene.oneRecordAndNothingLive();
        });
    }

    @Test
    void aTombstoneIsEvictedOrFoundButNeverLeftBehind() {
        Lincheck.runConcurrentTest(INTERLEAVINGS, () -> {
            ConcurrentHashMap<RootId, Root> map = new ConcurrentHashMap<>();
            TombstoneRing ring = new TombstoneRing(1, map, new Counters());
            Runnable bury = () -> {
                RootId id = new RootId(Thread.currentThread().getName());
                Root.Tombstone stone = new Root.Tombstone(id, new taproot.normalizer.Memory());
                map.put(id, stone);
                ring.add(stone);
            };
            Scene.both(new Thread(bury, "a"), new Thread(bury, "b"));
            Scene.require(map.size() == 1, "tombstones " + map.size());
        });
    }

    @Test
    void itSeesWhatGettingAndPuttingWouldLose() {
        Assertions.assertThatThrownBy(() -> Lincheck.runConcurrentTest(INTERLEAVINGS, () -> {
                    ConcurrentHashMap<String, Integer> openings = new ConcurrentHashMap<>();
                    Runnable open = () -> openings.put("root", openings.getOrDefault("root", 0) + 1);
                    Scene.both(new Thread(open), new Thread(open));
                    Scene.require(openings.getOrDefault("root", 0) == 2, "an open was lost");
                }))
                .isInstanceOf(LincheckAssertionError.class);
    }

    private static final class Scene {
        private final ManualTime time = new ManualTime(Git.EPOCH);
        private final ConcurrentLinkedQueue<FinishedCommand> finished = new ConcurrentLinkedQueue<>();
        private final Roots roots =
                new Roots(Settings.DEFAULTS, 2, 64 << 20, time, new Counters(), time, finished::add, Runnable::run);
        // Made once: formatting times and parsing JSON under Lincheck's eyes costs a hundred times what is tested, and
        // on a
        // busy machine took an interleaving beyond the thirty seconds after which Lincheck calls it hung.
        private static final Git GIT = Git.process(null, 1, 0);
        static final Line START = GIT.start("git", "status");
        static final Line REGION = GIT.region(5);
        static final Line END = GIT.atexit(0, 10);

        void lines(long connection, Line line) {
            roots.lines(GIT.root(), List.of(line), connection);
        }

        void close(long connection) {
            roots.closed(GIT.sid, connection);
        }

        void together(Runnable one, Runnable other) {
            both(new Thread(one), new Thread(other));
        }

        void isLive(long openings) {
            long open = roots.live().openings();
            require(open == openings, "openings " + open);
        }

        void oneRecordAndNothingLive() {
            time.pass(2_000_000);
            LiveRoots live = roots.live();
            require(finished.size() == 1, "records " + finished.size());
            require(live.roots() == 0 && live.openings() == 0 && live.scratchBytes() == 0, live.toString());
        }

        static void both(Thread one, Thread other) {
            one.start();
            other.start();
            try {
                one.join();
                other.join();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        static void require(boolean holds, String otherwise) {
            if (!holds) {
                throw new IllegalStateException(otherwise);
            }
        }
    }
}
