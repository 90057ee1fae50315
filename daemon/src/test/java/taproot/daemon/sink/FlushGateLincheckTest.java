package taproot.daemon.sink;

import static taproot.daemon.Interleavings.both;
import static taproot.daemon.Interleavings.hold;
import static taproot.daemon.Interleavings.require;

import java.time.Duration;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import org.junit.jupiter.api.Test;

/**
 * The races for one slot, with Lincheck choosing where one thread stops and the other goes on. What holds after each: the
 * number inside is right, and whoever still waits is inside as soon as there is a slot.
 */
class FlushGateLincheckTest {
    @Test
    void aSlotGivenBackGoesToWhoLinesUpAtTheSameMoment() {
        hold(() -> {
            Scene scene = new Scene();
            FlushGate.Turn[] second = new FlushGate.Turn[1];
            both(scene.first::leave, () -> second[0] = scene.lineUp());
            require(Scene.isInside(second[0]));
            scene.grantsOne(second[0]);
        });
    }

    @Test
    void aSlotGivenBackIsNotLostToAWaiterWhoLeavesAtTheSameMoment() {
        hold(() -> {
            Scene scene = new Scene();
            FlushGate.Turn second = scene.lineUp();
            FlushGate.Turn third = scene.lineUp();
            both(scene.first::leave, second::leave);
            require(Scene.isInside(third));
            scene.grantsOne(third);
        });
    }

    @Test
    void aSlotGivenBackIsNotLostToAWaiterWhosePatienceEndsAtTheSameMoment() {
        hold(() -> {
            Scene scene = new Scene();
            FlushGate.Turn second = scene.lineUp();
            FlushGate.Turn third = scene.lineUp();
            both(scene.first::leave, second::losePatience);
            // Either of them, not both and not neither.
            require(Scene.isInside(second) != Scene.isInside(third));
            second.leave();
            scene.grantsOne(third);
        });
    }

    @Test
    void twoWhoLeaveTheSameTurnGiveOneSlotBack() {
        hold(() -> {
            Scene scene = new Scene();
            FlushGate.Turn second = scene.lineUp();
            FlushGate.Turn third = scene.lineUp();
            both(scene.first::leave, scene.first::leave);
            require(Scene.isInside(second) && !Scene.isInside(third));
            second.leave();
            scene.grantsOne(third);
        });
    }

    @Test
    void aResizeAndALeaverLetInAsManyAsThereAreSlots() {
        hold(() -> {
            Scene scene = new Scene();
            FlushGate.Turn second = scene.lineUp();
            FlushGate.Turn third = scene.lineUp();
            FlushGate.Turn fourth = scene.lineUp();
            both(scene.first::leave, () -> scene.gate.resize(2));
            require(Scene.isInside(second) && Scene.isInside(third) && !Scene.isInside(fourth));
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

        /** After {@code last} has left, an idle gate grants one, and only one. */
        void grantsOne(FlushGate.Turn last) {
            last.leave();
            require(isInside(lineUp()));
            require(!isInside(lineUp()));
        }
    }

    private static final ScheduledThreadPoolExecutor NO_TIMER = new ScheduledThreadPoolExecutor(1);
}
