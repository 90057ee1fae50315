package taproot.normalizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Event times decide, not arrival: whatever the order in which the connections of a recording are read. */
class AnyOrderTest {
    private static final int ORDERS = 60;
    private static final int MANY_ORDERS = 3_000;

    /** With this much on a line and as much again on the close, everything still comes within the linger. */
    private static final long IN_TIME = 20_000;

    static List<Recording> recordings() {
        return Recording.all();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("recordings")
    void everyOrderGivesTheSameRecords(Recording recording) {
        playInOrders(recording, ORDERS, 20_261_120L);
    }

    @Tag("long")
    @ParameterizedTest(name = "{0}")
    @MethodSource("recordings")
    void everyOfThousandsOfOrdersGivesTheSameRecords(Recording recording) {
        playInOrders(recording, MANY_ORDERS, System.nanoTime());
    }

    private static void playInOrders(Recording recording, int orders, long firstSeed) {
        Replay expected = new Replay(Settings.DEFAULTS)
                .play(Arrivals.asRecorded(recording.streams()))
                .runOut();
        assertThat(expected.records()).isNotEmpty();
        // A lost owner's life ends when that is noticed: the one thing that arrival decides.
        boolean clockMayStand = expected.records().stream().noneMatch(r -> r.outcome() == Outcome.LOST);
        for (long seed = firstSeed; seed < firstSeed + orders; seed++) {
            assertSame(
                    recording,
                    "delayed",
                    seed,
                    Arrivals.delayed(recording.streams(), IN_TIME, new Random(seed)),
                    expected);
            if (clockMayStand) {
                assertSame(
                        recording,
                        "shuffled",
                        seed,
                        Arrivals.shuffled(recording.streams(), new Random(seed)),
                        expected);
            }
        }
    }

    private static void assertSame(
            Recording recording, String how, long seed, List<Arrivals.Arrival> arrivals, Replay expected) {
        Replay replay = new Replay(Settings.DEFAULTS).play(arrivals).runOut();
        String which = "%s, %s, seed %d".formatted(recording.name(), how, seed);
        assertThat(replay.records()).as(which).isEqualTo(expected.records());
        assertThat(replay.traces()).as(which).isEqualTo(expected.traces());
        assertThat(replay.dropped).as(which).isEqualTo(expected.dropped);
        assertThat(replay.emptySecondLives).as(which).isEqualTo(expected.emptySecondLives);
        assertThat(replay.live()).as(which).isZero();
    }
}
