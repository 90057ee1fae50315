package taproot.daemon.sink;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

class FlushGateTest {
    private static final Duration FOR_EVER = Duration.ZERO;

    private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1);
    private final AtomicLong now = new AtomicLong();

    @AfterEach
    void noTimerStays() {
        timer.shutdownNow();
    }

    private FlushGate gate(int slots) {
        return new FlushGate(slots, timer, now::get);
    }

    private static boolean isInside(FlushGate.Turn turn) {
        return turn.inside().toCompletableFuture().getNow(false);
    }

    private static boolean hasLostPatience(FlushGate.Turn turn) {
        return !turn.inside().toCompletableFuture().getNow(true);
    }

    @Test
    void whoComesFirstIsServedFirstAmongThoseStillWaiting() {
        FlushGate gate = gate(1);
        FlushGate.Turn inside = gate.lineUp(FOR_EVER);
        List<FlushGate.Turn> line = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            line.add(gate.lineUp(FOR_EVER));
        }
        line.get(0).leave();
        line.get(3).losePatience();
        for (FlushGate.Turn next : List.of(line.get(1), line.get(2), line.get(4), line.get(5))) {
            assertThat(isInside(next)).isFalse();
            inside.leave();
            assertThat(isInside(next)).isTrue();
            inside = next;
        }
        inside.leave();
        assertThat(gate.figures().active()).isZero();
    }

    @Test
    void whoLosesPatienceAndLinesUpAgainKeepsHisPlace() {
        FlushGate gate = gate(1);
        FlushGate.Turn inside = gate.lineUp(FOR_EVER);
        FlushGate.Turn first = gate.lineUp(FOR_EVER);
        FlushGate.Turn second = gate.lineUp(FOR_EVER);
        first.losePatience();
        assertThat(hasLostPatience(first)).isTrue();
        FlushGate.Turn again = first.again();
        inside.leave();
        assertThat(isInside(again)).isTrue();
        assertThat(isInside(second)).isFalse();
        assertThat(gate.figures().timeouts()).isEqualTo(1);
    }

    /** With a new number at each attempt, one whose patience always ends before a slot is free would never get it. */
    @Test
    void nobodyWaitsForEverHoweverHisPatienceAndTheFlushesFallTogether() {
        FlushGate gate = gate(1);
        FlushGate.Turn unlucky = gate.lineUp(FOR_EVER);
        unlucky.leave();
        List<FlushGate.Turn> others = new ArrayList<>(List.of(gate.lineUp(FOR_EVER), gate.lineUp(FOR_EVER)));
        unlucky = gate.lineUp(FOR_EVER);
        for (int flush = 0; flush < 3 && !isInside(unlucky); flush++) {
            unlucky.losePatience(); // Just before the slot is given back ...
            unlucky = unlucky.again();
            others.removeFirst().leave();
            others.add(gate.lineUp(FOR_EVER)); // ... by one who wants it again at once.
        }
        assertThat(isInside(unlucky)).isTrue();
    }

    @Test
    void leavingTwiceGivesOneSlotBack() {
        FlushGate gate = gate(1);
        FlushGate.Turn first = gate.lineUp(FOR_EVER);
        FlushGate.Turn second = gate.lineUp(FOR_EVER);
        FlushGate.Turn third = gate.lineUp(FOR_EVER);
        first.leave();
        first.leave();
        assertThat(isInside(second)).isTrue();
        assertThat(isInside(third)).isFalse();
    }

    @Test
    void fourThenOneThenEightSlotsWhileFlushesGoOn() throws Exception {
        FlushGate gate = new FlushGate(4, timer);
        Crowd crowd = new Crowd(gate, 12);
        crowd.mostInside(4);
        gate.resize(1);
        crowd.mostInside(1);
        gate.resize(8);
        crowd.mostInside(8);
        crowd.goHome();
        assertThat(gate.figures().active()).isZero();
        assertThat(gate.figures().waiting()).isZero();
    }

    /** Threads that flush all the time; the number inside is counted inside. */
    private static final class Crowd {
        private final AtomicInteger inside = new AtomicInteger();
        private final AtomicInteger most = new AtomicInteger();
        private final List<Thread> threads = new ArrayList<>();
        private volatile boolean over;

        Crowd(FlushGate gate, int size) {
            for (int i = 0; i < size; i++) {
                threads.add(Thread.ofPlatform().start(() -> {
                    while (!over) {
                        FlushGate.Turn turn = gate.lineUp(FOR_EVER);
                        turn.inside().toCompletableFuture().join();
                        most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                        Thread.yield();
                        inside.decrementAndGet();
                        turn.succeeded();
                        turn.leave();
                    }
                }));
            }
        }

        /** Those that were let in before a change may be some more for a moment. */
        void mostInside(int expected) {
            Awaitility.await().until(() -> inside.get() <= expected);
            most.set(0);
            Awaitility.await().until(() -> most.get() == expected);
            for (int looks = 0; looks < 1_000; looks++) {
                assertThat(most.get()).isLessThanOrEqualTo(expected);
                Thread.yield();
            }
        }

        void goHome() throws InterruptedException {
            over = true;
            for (Thread thread : threads) {
                thread.join();
            }
        }
    }

    /** The same steps in the plainest way to write them down. */
    private static final class Model {
        int slots = 4;
        final List<FlushGate.Turn> inside = new ArrayList<>();
        final List<FlushGate.Turn> line = new ArrayList<>();

        void letIn() {
            while (inside.size() < slots && !line.isEmpty()) {
                inside.add(line.removeFirst());
            }
        }
    }

    @Test
    void aMillionRandomStepsAreThoseOfTheModelAndLeaveAGateThatGrants() {
        FlushGate gate = gate(4);
        Model model = new Model();
        Random random = new Random(42);
        for (int step = 0; step < 1_000_000; step++) {
            int slots = 1 + random.nextInt(8);
            switch (random.nextInt(model.line.size() > 40 ? 1 : 0, 6)) {
                case 0, 1 -> model.line.add(gate.lineUp(FOR_EVER));
                case 2 -> any(model.inside, random).forEach(FlushGate.Turn::leave);
                case 3 -> any(model.line, random).forEach(FlushGate.Turn::leave);
                case 4 -> any(model.line, random).forEach(FlushGate.Turn::losePatience);
                default -> {
                    gate.resize(slots);
                    model.slots = slots;
                }
            }
            model.letIn();
            if (gate.figures().active() != model.inside.size() || gate.figures().waiting() != model.line.size()) {
                throw new AssertionError("after step " + step + ": " + gate.figures());
            }
            if (step % 1_000 == 0) {
                assertThat(model.inside).allMatch(FlushGateTest::isInside);
                assertThat(model.line).noneMatch(FlushGateTest::isInside);
            }
        }
        List.copyOf(model.line).forEach(FlushGate.Turn::leave);
        List.copyOf(model.inside).forEach(FlushGate.Turn::leave);
        grantsAsManyAsItHasSlots(gate, model.slots);
    }

    private static List<FlushGate.Turn> any(List<FlushGate.Turn> turns, Random random) {
        return turns.isEmpty() ? List.of() : List.of(turns.remove(random.nextInt(turns.size())));
    }

    private static void grantsAsManyAsItHasSlots(FlushGate gate, int slots) {
        assertThat(gate.figures().active()).isZero();
        assertThat(gate.figures().waiting()).isZero();
        for (int i = 0; i < slots; i++) {
            assertThat(isInside(gate.lineUp(FOR_EVER))).isTrue();
        }
        assertThat(isInside(gate.lineUp(FOR_EVER))).isFalse();
    }

    /** Leaving, losing patience and being let in race for the same turn; the counter says how often they did. */
    @Test
    void aMillionRacingStepsNeverLetMoreInThanThereAreSlotsAndLeaveAGateThatGrants() throws Exception {
        int slots = 3;
        FlushGate gate = new FlushGate(slots, timer);
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        AtomicInteger races = new AtomicInteger();
        List<Thread> threads = new ArrayList<>();
        CountDownLatch start = new CountDownLatch(1);
        for (int t = 0; t < 4; t++) {
            Random random = new Random(t);
            threads.add(Thread.ofPlatform().start(() -> {
                try {
                    start.await();
                } catch (InterruptedException e) {
                    return;
                }
                List<Guest> guests = new ArrayList<>();
                for (int step = 0; step < 250_000; step++) {
                    if (guests.size() < 3) {
                        Duration patience =
                                random.nextInt(20) == 0 ? Duration.ofNanos(random.nextInt(20_000) + 1) : FOR_EVER;
                        guests.add(new Guest(gate.lineUp(patience), inside, most));
                    } else {
                        Guest guest = guests.remove(random.nextInt(3));
                        if (random.nextInt(3) == 0) {
                            guest.turn.losePatience();
                        }
                        if (guest.leave()) {
                            races.incrementAndGet();
                        }
                    }
                }
                guests.forEach(Guest::leave);
            }));
        }
        start.countDown();
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(most.get()).isLessThanOrEqualTo(slots);
        assertThat(races.get())
                .as("turns left by somebody who did not know whether he was inside")
                .isPositive();
        Awaitility.await().until(() -> gate.figures().active() == 0);
        grantsAsManyAsItHasSlots(gate, slots);
    }

    /** Counts itself from the moment it hears that it is inside to just before it leaves. */
    private static final class Guest {
        private final FlushGate.Turn turn;
        private final AtomicInteger inside;
        private final AtomicInteger state = new AtomicInteger();

        Guest(FlushGate.Turn turn, AtomicInteger inside, AtomicInteger most) {
            this.turn = turn;
            this.inside = inside;
            turn.inside().thenAccept(in -> {
                if (in && state.compareAndSet(0, 1)) {
                    most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                }
            });
        }

        /** True if it left without having heard. */
        boolean leave() {
            int before = state.getAndSet(2);
            if (before == 1) {
                inside.decrementAndGet();
            }
            turn.leave();
            return before == 0;
        }
    }

    @Test
    void patienceIsTheMedianOfTheLastFlushesThatSucceededAndASecondAtLeast() {
        FlushGate gate = gate(1);
        assertThat(gate.patience()).isEqualTo(Duration.ofSeconds(1));
        flush(gate, Duration.ofMillis(10), true);
        assertThat(gate.patience()).isEqualTo(Duration.ofSeconds(1));
        for (int i = 0; i < 33; i++) {
            flush(gate, Duration.ofSeconds(5), true);
            flush(gate, Duration.ofSeconds(90), false);
        }
        assertThat(gate.patience()).isEqualTo(Duration.ofSeconds(5));
        for (int i = 0; i < 33; i++) {
            flush(gate, Duration.ofSeconds(2), true);
        }
        assertThat(gate.patience()).isEqualTo(Duration.ofSeconds(2));
    }

    private void flush(FlushGate gate, Duration duration, boolean succeeds) {
        FlushGate.Turn turn = gate.lineUp(FOR_EVER);
        now.addAndGet(duration.toNanos());
        if (succeeds) {
            turn.succeeded();
        }
        turn.leave();
    }

    @Test
    void aTimeoutIsSaidInTimeAndCounted() throws Exception {
        FlushGate gate = new FlushGate(1, timer);
        FlushGate.Turn inside = gate.lineUp(FOR_EVER);
        FlushGate.Turn waiting = gate.lineUp(Duration.ofMillis(5));
        assertThat(waiting.inside().toCompletableFuture().get()).isFalse();
        assertThat(gate.figures().timeouts()).isEqualTo(1);
        inside.leave();
        assertThat(isInside(waiting.again())).isTrue();
    }

    @Test
    void whoStopsGoesPastTheGateAndIsCounted() {
        FlushGate gate = gate(1);
        FlushGate.Turn inside = gate.lineUp(FOR_EVER);
        FlushGate.Turn past = gate.bypass();
        assertThat(isInside(past)).isTrue();
        assertThat(gate.figures().active()).isEqualTo(2);
        assertThat(gate.figures().bypasses()).isEqualTo(1);
        past.leave();
        inside.leave();
        assertThat(gate.figures().active()).isZero();
    }

    @Test
    void waitingTimesAreCountedByClass() {
        FlushGate gate = gate(1);
        FlushGate.Turn first = gate.lineUp(FOR_EVER);
        FlushGate.Turn second = gate.lineUp(FOR_EVER);
        now.addAndGet(Duration.ofMillis(50).toNanos());
        first.leave();
        second.leave();
        assertThat(gate.figures().waits()).containsExactly(1L, 0L, 1L, 0L, 0L, 0L, 0L);
        assertThat(gate.figures().averageWaitMillis()).isEqualTo(25);
    }

    /** On threads that may not block, which BlockHound watches; a third of the flushes is cancelled in the middle. */
    @Test
    void aGateOnReactorBlocksNobodyAndKeepsNoSlotOfACancelledFlush() {
        FlushGate gate = new FlushGate(4, timer);
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        Mono<Long> flush = Mono.using(
                () -> most.accumulateAndGet(inside.incrementAndGet(), Math::max),
                _ -> Mono.delay(Duration.ofMillis(1)),
                _ -> inside.decrementAndGet());
        Long done = Flux.range(0, 3_000)
                .flatMap(
                        i -> gate.through(flush)
                                .subscribeOn(Schedulers.parallel())
                                .timeout(i % 3 == 0 ? Duration.ofNanos(i * 500L) : Duration.ofMinutes(1))
                                .onErrorComplete(),
                        64)
                .count()
                .block();
        assertThat(done).isBetween(2_000L, 3_000L);
        assertThat(most.get()).isEqualTo(4);
        Awaitility.await()
                .until(() -> gate.figures().active() == 0 && gate.figures().waiting() == 0);
        grantsAsManyAsItHasSlots(gate, 4);
    }
}
