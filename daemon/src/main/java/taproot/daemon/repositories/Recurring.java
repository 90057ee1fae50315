package taproot.daemon.repositories;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;

/**
 * Work that is done again and again for as long as there is need of it. While there is none no timer runs; each need costs
 * one, however many have it.
 */
final class Recurring {
    private final Duration pace;
    private final BooleanSupplier work;
    private final BiConsumer<Duration, Runnable> later;

    /** Whether somebody will do it. */
    private final AtomicBoolean awaited = new AtomicBoolean();

    /**
     * @param work does it once; whether it will be needed again. May not throw
     * @param later runs something after a while
     */
    Recurring(Duration pace, BooleanSupplier work, BiConsumer<Duration, Runnable> later) {
        this.pace = pace;
        this.work = work;
        this.later = later;
    }

    /** There is need of it from before this call on: it is done within its pace. */
    void isNeeded() {
        if (awaited.compareAndSet(false, true)) {
            later.accept(pace, this::work);
        }
    }

    private void work() {
        awaited.set(false); // Before it looks: whoever comes meanwhile either is seen, or asks for the next time.
        if (work.getAsBoolean()) {
            isNeeded();
        }
    }
}
