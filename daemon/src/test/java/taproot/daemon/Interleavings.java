package taproot.daemon;

import org.assertj.core.api.Assertions;
import org.jetbrains.lincheck.Lincheck;
import org.jetbrains.lincheck.LincheckAssertionError;

/** Scenes of two threads, in which Lincheck chooses where one stops and the other goes on. */
public final class Interleavings {
    private static final int COUNT = 200;

    private Interleavings() {}

    /** The scene holds, whatever is chosen. */
    public static void hold(Runnable scene) {
        hold(COUNT, scene);
    }

    public static void hold(int interleavings, Runnable scene) {
        Lincheck.runConcurrentTest(interleavings, scene::run);
    }

    /** One is found in which the scene, a twin that lacks its guard, does not hold. */
    public static void findOut(Runnable scene) {
        Assertions.assertThatThrownBy(() -> hold(scene)).isInstanceOf(LincheckAssertionError.class);
    }

    public static void both(Runnable one, Runnable other) {
        Thread thread = new Thread(other);
        thread.start();
        one.run();
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    public static void require(boolean holds) {
        require(holds, "does not hold");
    }

    /** As an assertion: AssertJ's are more than Lincheck can follow. */
    public static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalStateException(otherwise);
        }
    }
}
