package taproot.daemon.sink;

import java.time.Duration;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import org.jetbrains.lincheck.Lincheck;
import org.junit.jupiter.api.Test;

/**
 * The races for one slot, with Lincheck choosing where one thread stops and the other goes on. What holds after each: the
 * number inside is right, and whoever still waits is inside as soon as there is a slot.
 */
class FlushGateLincheckTest {
    private static final int INTERLEAVINGS = 200;

    @Test
    void aSlotGivenBackGoesToWhoLinesUpAtTheSameMoment() {
        Lincheck.runConcurrentTest(INTERLEAVINGS, () -> {
            Scene scene = new Scene();
            FlushGate.Turn[] second = new FlushGate.Turn[1];
            scene.together(scene.first::leave, () -> second[0] = scene.lineUp());
            Scene.check(Scene.isInside(second[0]));
            scene.grantsOne(second[0]);
        });
    }

    @Test
    void aSlotGivenBackIsNotLostToAWaiterWhoLeavesAtTheSameMoment() {
        Lincheck.runConcurrentTest(INTERLEAVINGS, () -> {
            Scene scene = new Scene();
            FlushGate.Turn second = scene.lineUp();
            FlushGate.Turn third = scene.lineUp();
            scene.together(scene.first::leave, second::leave);
            Scene.check(Scene.isInside(third));
            scene.grantsOne(third);
        });
    }

    @Test
    void aSlotGivenBackIsNotLostToAWaiterWhosePatienceEndsAtTheSameMoment() {
        Lincheck.runConcurrentTest(INTERLEAVINGS, () -> {
            Scene scene = new Scene();
            FlushGate.Turn second = scene.lineUp();
            FlushGate.Turn third = scene.lineUp();
            scene.together(scene.first::leave, second::losePatience);
            // Either of them, not both and not neither.
            Scene.check(Scene.isInside(second) != Scene.isInside(third));
            second.leave();
            scene.grantsOne(third);
        });
    }

    @Test
    void twoWhoLeaveTheSameTurnGiveOneSlotBack() {
        Lincheck.runConcurrentTest(INTERLEAVINGS, () -> {
            Scene scene = new Scene();
            FlushGate.Turn second = scene.lineUp();
            FlushGate.Turn third = scene.lineUp();
            scene.together(scene.first::leave, scene.first::leave);
            Scene.check(Scene.isInside(second) && !Scene.isInside(third));
            second.leave();
            scene.grantsOne(third);
        });
    }

    @Test
    void aResizeAndALeaverLetInAsManyAsThereAreSlots() {
        Lincheck.runConcurrentTest(INTERLEAVINGS, () -> {
            Scene scene = new Scene();
            FlushGate.Turn second = scene.lineUp();
            FlushGate.Turn third = scene.lineUp();
            FlushGate.Turn fourth = scene.lineUp();
            scene.together(scene.first::leave, () -> scene.gate.resize(2));
            Scene.check(Scene.isInside(second) && Scene.isInside(third) && !Scene.isInside(fourth));
        });
    }

    /** A gate of one slot, which {@code first} has. */
    private static final class Scene {
        final FlushGate gate = new FlushGate(1, NO_TIMER, () -> 0);
        final FlushGate.Turn first = lineUp();

        FlushGate.Turn lineUp() {
            return gate.lineUp(Duration.ZERO);
        }

        static boolean isInside(FlushGate.Turn turn) {
            return turn.inside().toCompletableFuture().getNow(false);
        }

        void together(Runnable one, Runnable other) {
            Thread thread = new Thread(other);
            thread.start();
            one.run();
            try {
                thread.join();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }

        /** After {@code last} has left, an idle gate grants one, and only one. */
        void grantsOne(FlushGate.Turn last) {
            last.leave();
            check(isInside(lineUp()));
            check(!isInside(lineUp()));
        }

        static void check(boolean holds) {
            if (!holds) { // AssertJ's assertions are more than Lincheck can follow.
                throw new AssertionError("does not hold");
            }
        }
    }

    private static final ScheduledThreadPoolExecutor NO_TIMER = new ScheduledThreadPoolExecutor(1);
}
