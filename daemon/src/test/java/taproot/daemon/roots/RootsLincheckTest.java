package taproot.daemon.roots;

import static taproot.daemon.Interleavings.both;
import static taproot.daemon.Interleavings.findOut;
import static taproot.daemon.Interleavings.hold;
import static taproot.daemon.Interleavings.require;

import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
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
    /** Half of the others': each takes a root through its whole life. */
    private static final int INTERLEAVINGS = 100;

    @Test
    void anOpenIsNeverLostToTheCloseOfAnotherConnection() {
        hold(INTERLEAVINGS, () -> {
            Scene scene = new Scene();
            scene.lines(1, Scene.START);
            both(() -> scene.close(1), () -> scene.lines(2, Scene.REGION));
            scene.isLive(1);
            scene.lines(2, Scene.END);
            scene.close(2);
            scene.oneRecordAndNothingLive();
        });
    }

    @Test
    void anEndAndALineOverAnotherConnectionGiveOneRecord() {
        hold(INTERLEAVINGS, () -> {
            Scene scene = new Scene();
            scene.lines(1, Scene.START);
            both(
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
        hold(INTERLEAVINGS, () -> {
            Scene scene = new Scene();
            scene.lines(1, Scene.START);
            scene.lines(2, Scene.REGION);
            both(
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
        hold(INTERLEAVINGS, () -> {
            ConcurrentHashMap<RootId, Root> map = new ConcurrentHashMap<>();
            TombstoneRing ring = new TombstoneRing(1, map, new Counters());
            Consumer<String> bury = name -> {
                RootId id = new RootId(name);
                Root.Tombstone stone = new Root.Tombstone(id, new taproot.normalizer.Memory());
                map.put(id, stone);
                ring.add(stone);
            };
            both(() -> bury.accept("a"), () -> bury.accept("b"));
            require(map.size() == 1, "tombstones " + map.size());
        });
    }

    @Test
    void itSeesWhatGettingAndPuttingWouldLose() {
        findOut(() -> {
            ConcurrentHashMap<String, Integer> openings = new ConcurrentHashMap<>();
            Runnable open = () -> openings.put("root", openings.getOrDefault("root", 0) + 1);
            both(open, open);
            require(openings.getOrDefault("root", 0) == 2, "an open was lost");
        });
    }

    private static final class Scene {
        private final ManualTime time = new ManualTime(Git.EPOCH);
        private final ConcurrentLinkedQueue<FinishedCommand> finished = new ConcurrentLinkedQueue<>();
        private final Roots roots =
                new Roots(Settings.DEFAULTS, 2, 64 << 20, time, new Counters(), time, finished::add, Runnable::run);
        // Made once: formatting times and parsing JSON under Lincheck's eyes costs a hundred times what is tested. On a
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
    }
}
