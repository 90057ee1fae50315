package taproot.daemon.repositories;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import taproot.daemon.metrics.Counter;
import taproot.daemon.metrics.Counters;

/** Who is let out when. */
@Timeout(30)
class InOrderTest {
    private static final Duration FOR_EVER = Duration.ofHours(1);

    private final Counters counters = new Counters();
    private final List<Integer> out = new ArrayList<>();

    @Test
    void whoIsReadyWaitsForThoseBeforeHim() {
        InOrder order = new InOrder(FOR_EVER, counters);
        InOrder.Place first = order.enter("r");
        InOrder.Place second = order.enter("r");
        order.leave(second, () -> out.add(2));
        assertThat(out).isEmpty();
        order.leave(first, () -> out.add(1));
        assertThat(out).containsExactly(1, 2);
        assertThat(order.isEmpty()).isTrue();
    }

    @Test
    void whoTakesTooLongIsPassedAndGoesWhenHeIsReady() {
        InOrder order = new InOrder(Duration.ZERO, counters);
        InOrder.Place first = order.enter("r");
        order.leave(order.enter("r"), () -> out.add(2));
        assertThat(out).containsExactly(2);
        order.leave(first, () -> out.add(1));
        assertThat(out).containsExactly(2, 1);
    }

    @Test
    void nobodyWaitsForOneWhoIsKnownToHang() {
        InOrder order = new InOrder(FOR_EVER, counters);
        InOrder.Place hanging = InOrder.beside();
        order.leave(order.enter("r"), () -> out.add(2));
        order.leave(hanging, () -> out.add(1));
        assertThat(out).containsExactly(2, 1);
    }

    @Test
    void atTheEndNobodyWaitsForAnybody() {
        InOrder order = new InOrder(FOR_EVER, counters);
        order.enter("r");
        order.leave(order.enter("r"), () -> out.add(2));
        order.end();
        assertThat(out).containsExactly(2);
    }

    @Test
    void oneThatFailsCostsNobodyElse() {
        InOrder order = new InOrder(FOR_EVER, counters);
        InOrder.Place first = order.enter("r");
        order.leave(order.enter("r"), () -> out.add(2));
        order.leave(first, () -> {
            throw new IllegalStateException("nobody takes it");
        });
        assertThat(out).containsExactly(2);
        assertThat(counters.get(Counter.DEFECTS)).isEqualTo(1);
    }

    @Test
    void nobodyWaitsForAnotherFamily() {
        InOrder order = new InOrder(FOR_EVER, counters);
        order.enter("r");
        assertThat(order.isEmpty("s")).isTrue();
        order.leave(order.enter("s"), () -> out.add(2));
        assertThat(out).containsExactly(2);
        assertThat(order.isEmpty()).isFalse();
    }

    @Test
    void whoIsFoundToBeOfAnotherFamilyIsWaitedForThere() {
        InOrder order = new InOrder(FOR_EVER, counters);
        InOrder.Place before = order.enter("a-name");
        InOrder.Place behind = order.enter("a-name");
        InOrder.Place found = order.enter("family");
        order.vacate(before);
        order.leave(behind, () -> out.add(2));
        assertThat(out).containsExactly(2);
        order.leave(order.enter("family"), () -> out.add(3));
        order.leave(found, () -> out.add(1));
        assertThat(out).containsExactly(2, 1, 3);
    }

    /**
     * One enters three lines in turn, three make ready in whatever order they come to it: all are out once, and of each line
     * in the order of entering. Lines come to an end and begin again all the time.
     */
    @Test
    void inWhateverOrderTheyAreReadyTheOrderOfEachLineIsKept() throws Exception {
        int all = 200_000;
        int families = 3;
        InOrder order = new InOrder(FOR_EVER, counters);
        // By whoever is in charge of the line: one at a time.
        List<List<Integer>> seen = List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        LongAdder byOthers = new LongAdder();
        LongAdder begun = new LongAdder();
        ConcurrentLinkedQueue<Runnable> ready = new ConcurrentLinkedQueue<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            Future<?> entering = threads.submit(() -> {
                for (int i = 0; i < all; i++) {
                    int number = i;
                    String family = "family-" + i % families;
                    if (order.isEmpty(family)) {
                        begun.increment();
                    }
                    InOrder.Place place = order.enter(family);
                    ready.add(() -> {
                        Thread own = Thread.currentThread();
                        order.leave(place, () -> {
                            seen.get(number % families).add(number);
                            if (Thread.currentThread() != own) {
                                byOthers.increment();
                            }
                        });
                    });
                }
            });
            List<Future<?>> ends = new ArrayList<>(List.of(entering));
            for (int thread = 0; thread < 3; thread++) {
                ends.add(threads.submit(() -> {
                    while (!entering.isDone() || !ready.isEmpty()) {
                        Runnable next = ready.poll();
                        if (next != null) {
                            next.run();
                        }
                    }
                }));
            }
            for (Future<?> end : ends) {
                end.get();
            }
        }
        for (int family = 0; family < families; family++) {
            int first = family;
            assertThat(seen.get(family))
                    .isEqualTo(IntStream.range(0, all)
                            .filter(i -> i % families == first)
                            .boxed()
                            .toList());
        }
        assertThat(order.isEmpty()).isTrue();
        assertThat(byOthers.sum())
                .as("let out by another than who made it ready")
                .isPositive();
        assertThat(begun.sum()).as("lines that began again").isGreaterThan(families);
    }
}
