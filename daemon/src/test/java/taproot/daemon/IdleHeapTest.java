package taproot.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.Objects;
import java.util.Queue;
import org.junit.jupiter.api.Test;

class IdleHeapTest {
    private static final long MIB = 1 << 20;

    private final Queue<Runnable> timers = new ArrayDeque<>();
    private final FakeHeap heap = new FakeHeap();
    private long received;

    IdleHeapTest() {
        IdleHeap.watch((_, task) -> timers.add(task), () -> received, heap);
    }

    @Test
    void whatABusyHourHasLeftIsGivenBackOnceItIsQuiet() {
        received = 1_000;
        heap.bytes = 100 * MIB;
        look();
        assertThat(heap.collections).as("it was busy until now").isZero();
        look();
        assertThat(heap.collections).isOne();
        look();
        assertThat(heap.collections).as("there is nothing more to be had").isOne();
    }

    @Test
    void whoIsBusyIsNotStopped() {
        heap.bytes = 100 * MIB;
        for (int i = 0; i < 10; i++) {
            received++;
            look();
        }
        assertThat(heap.collections).isZero();
    }

    @Test
    void forALittleNobodyIsStopped() {
        heap.bytes += 15 * MIB;
        look();
        look();
        assertThat(heap.collections).isZero();
    }

    @Test
    void whatCannotBeGivenBackIsNotAskedForAgain() {
        heap.bytes = 200 * MIB;
        heap.live = 150 * MIB;
        look();
        look();
        assertThat(heap.collections).isOne();
        heap.bytes = 170 * MIB;
        look();
        assertThat(heap.collections).isEqualTo(2);
    }

    private void look() {
        Objects.requireNonNull(timers.poll(), "it does not look again").run();
    }

    private static final class FakeHeap implements IdleHeap.Heap {
        long bytes = 8 * MIB;
        long live = 8 * MIB;
        int collections;

        @Override
        public long bytes() {
            return bytes;
        }

        @Override
        public void collect() {
            collections++;
            bytes = live;
        }
    }
}
