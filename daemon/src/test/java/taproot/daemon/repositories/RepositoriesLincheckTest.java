package taproot.daemon.repositories;

import static taproot.daemon.Interleavings.both;
import static taproot.daemon.Interleavings.findOut;
import static taproot.daemon.Interleavings.hold;
import static taproot.daemon.Interleavings.require;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import taproot.daemon.metrics.Counters;

/**
 * Who goes out when, with Lincheck choosing where one thread stops and the other goes on: every switch is at an access to
 * shared memory. Each guard has a twin without it, which is found out.
 */
@Tag("long")
class RepositoriesLincheckTest {
    private static final Duration FOR_EVER = Duration.ofHours(1);

    @Test
    void twoThatBecomeReadyAtOnceGoOutInTheirOrder() {
        hold(() -> {
            InOrder order = new InOrder(FOR_EVER, new Counters());
            Out out = new Out();
            InOrder.Place first = order.enter("r");
            InOrder.Place second = order.enter("r");
            both(() -> order.leave(first, out.of(1)), () -> order.leave(second, out.of(2)));
            out.was(1, 2);
            require(order.isEmpty(), "somebody is left in the line");
        });
    }

    @Test
    void oneThatIsPassedWhileItBecomesReadyGoesOutOnce() {
        hold(() -> {
            InOrder order = new InOrder(FOR_EVER, new Counters());
            Out out = new Out();
            InOrder.Place first = order.enter("r");
            InOrder.Place second = order.enter("r");
            order.leave(second, out.of(2));
            both(() -> order.leave(first, out.of(1)), order::end);
            out.wasInAnyOrder(1, 2);
            require(order.isEmpty(), "somebody is left in the line");
        });
    }

    @Test
    void whoEntersWhileTheLineEmptiesIsLetOut() {
        hold(() -> {
            InOrder order = new InOrder(FOR_EVER, new Counters());
            Out out = new Out();
            InOrder.Place first = order.enter("r");
            both(() -> order.leave(first, out.of(1)), () -> order.leave(order.enter("r"), out.of(2)));
            out.was(1, 2);
            require(order.isEmpty(), "somebody is left in the line");
        });
    }

    /** The twin of the line that only one may advance at a time, and that forgets who asked meanwhile. */
    @Test
    void whoDoesNotGoRoundOnceMoreLeavesSomebodyBehind() {
        findOut(() -> {
            Queue<Integer> line = new ConcurrentLinkedQueue<>(List.of(1, 2));
            ConcurrentHashMap<Integer, Boolean> ready = new ConcurrentHashMap<>();
            AtomicBoolean advancing = new AtomicBoolean();
            Out out = new Out();
            Runnable advance = () -> {
                if (!advancing.compareAndSet(false, true)) {
                    return;
                }
                for (Integer first = line.peek(); first != null && ready.containsKey(first); first = line.peek()) {
                    out.of(first).run();
                    line.poll();
                }
                advancing.set(false);
            };
            both(
                    () -> {
                        ready.put(1, true);
                        advance.run();
                    },
                    () -> {
                        ready.put(2, true);
                        advance.run();
                    });
            out.was(1, 2);
        });
    }

    @Test
    void whoeverIsForgottenWasCalledForgottenBefore() {
        hold(() -> {
            Traffic traffic = new Traffic(2);
            traffic.note(TrafficTest.record("a", 100, 50, "commit", "/r"));
            traffic.note(TrafficTest.record("b", 100, 50, "commit", "/r"));
            List<List<Traffic.Passage>> seen = new ArrayList<>();
            boolean[] looked = {false};
            both(() -> traffic.note(TrafficTest.record("c", 100, 50, "commit", "/r")), () -> {
                List<Traffic.Passage> beside =
                        traffic.beside(TrafficTest.record("x", 120, 50, "commit", "/r"), FAMILY, List.of());
                if (beside != null) {
                    seen.add(beside);
                }
                looked[0] = true;
            });
            require(looked[0], "nobody looked");
            for (List<Traffic.Passage> beside : seen) {
                require(
                        beside.stream().anyMatch(passage -> passage.sid().equals("a")),
                        "a is gone and nobody says so: " + beside);
            }
        });
    }

    /** The twin that forgets first and says so afterwards. */
    @Test
    void whoForgetsBeforeHeSaysSoIsFoundOut() {
        findOut(() -> {
            Queue<String> passed = new ConcurrentLinkedQueue<>(List.of("a", "b"));
            AtomicBoolean forgotten = new AtomicBoolean();
            boolean[] wrong = {false};
            both(
                    () -> {
                        passed.add("c");
                        passed.poll();
                        forgotten.set(true);
                    },
                    () -> {
                        boolean there = passed.contains("a");
                        wrong[0] = !there && !forgotten.get();
                    });
            require(!wrong[0], "a is gone and nobody says so");
        });
    }

    /** The twin of the lanes that looks in one step whether a lane is empty, and removes it in another. */
    @Test
    void whoLooksIntoALaneInOneStepAndRemovesItInAnotherLosesATask() {
        findOut(() -> {
            ConcurrentHashMap<String, Queue<Runnable>> lanes = new ConcurrentHashMap<>();
            Out out = new Out();
            lanes.put("lane", new ArrayDeque<>());
            both(
                    () -> {
                        boolean[] empty = {false};
                        lanes.computeIfPresent("lane", (_, lane) -> {
                            empty[0] = lane.isEmpty();
                            return lane;
                        });
                        if (empty[0]) {
                            lanes.remove("lane");
                        }
                    },
                    () -> lanes.compute("lane", (_, known) -> {
                        Queue<Runnable> lane = known == null ? new ArrayDeque<>() : known;
                        lane.add(out.of(1));
                        return lane;
                    }));
            Queue<Runnable> left = lanes.get("lane");
            require(left != null && left.size() == 1, "the task is gone");
        });
    }

    private static final RawPath FAMILY = new RawPath("/r/.git");

    /** Who went out, in which order. */
    private static final class Out {
        private final List<Integer> gone = Collections.synchronizedList(new ArrayList<>());

        Runnable of(int number) {
            return () -> gone.add(number);
        }

        void was(Integer... expected) {
            require(gone.equals(List.of(expected)), gone.toString());
        }

        void wasInAnyOrder(Integer... expected) {
            require(gone.size() == expected.length && gone.containsAll(List.of(expected)), gone.toString());
        }
    }
}
