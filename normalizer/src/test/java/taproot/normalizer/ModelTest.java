package taproot.normalizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The normalizer against {@link Ownership} on invented families. */
class ModelTest {
    private static final int FAMILIES = 20_000;
    private static final int MANY_FAMILIES = 1_000_000;

    /** What a line, or a close, may be late and still come within every waiting time of the grid. */
    private static final long DELAY = 4_000;

    @Test
    void everyProcessOfASmallTreeIsOnTheRecordThatDesignSays() {
        check(FAMILIES, 1);
    }

    @Tag("long")
    @Test
    void everyProcessOfAMillionSmallTreesIsOnTheRecordThatDesignSays() {
        check(MANY_FAMILIES, System.nanoTime());
    }

    private static void check(int families, long firstSeed) {
        long records = 0;
        for (long seed = firstSeed; seed < firstSeed + families; seed++) {
            long fixed = seed;
            Family family = Family.draw(new Random(seed));
            String complaint = complaint(family, fixed);
            if (complaint != null) {
                Family smallest = Family.shrink(family, candidate -> complaint(candidate, fixed) != null);
                fail("seed %d\n%s\n%s".formatted(seed, smallest, complaint(smallest, fixed)));
            }
            records += new Ownership(family).records().size();
        }
        assertThat(records).isGreaterThan(families);
    }

    private static @Nullable String complaint(Family family, long seed) {
        Random random = new Random(seed);
        Map<String, String> expected = new Ownership(family).records();
        String inTime = complaint(expected, "in time", delayed(family, random));
        if (inTime != null || !family.clockMayStand()) {
            return inTime;
        }
        return complaint(expected, "all at once", Arrivals.shuffled(new FamilyStreams(family).streams(), random));
    }

    private static @Nullable String complaint(
            Map<String, String> expected, String how, List<Arrivals.Arrival> arrivals) {
        Replay replay = new Replay(Settings.DEFAULTS).play(arrivals).runOut();
        Map<String, String> actual = new TreeMap<>();
        for (CommandRecord record : replay.records()) {
            String twice = actual.put(record.key(), Ownership.line(record));
            if (twice != null) {
                return how + ": two records with the key " + record.key();
            }
        }
        if (replay.live() > 0) {
            return how + ": something stayed alive, records " + actual;
        }
        if (!replay.dropped.isEmpty()) {
            return how + ": dropped " + replay.dropped;
        }
        return actual.equals(expected) ? null : how + ": expected\n  " + lines(expected) + "\ncame\n  " + lines(actual);
    }

    private static String lines(Map<String, String> records) {
        List<String> lines = new ArrayList<>();
        records.forEach((key, line) -> lines.add(key.substring(Math.max(0, key.lastIndexOf('P'))) + ": " + line));
        return String.join("\n  ", lines);
    }

    private static List<Arrivals.Arrival> delayed(Family family, Random random) {
        List<Recording.ProcessStream> streams = new FamilyStreams(family).streams();
        List<Long> closings = new FamilyStreams(family).closings();
        List<Arrivals.Arrival> arrivals = new ArrayList<>();
        for (int connection = 0; connection < streams.size(); connection++) {
            long at = 0;
            for (Recording.TimedLine line : streams.get(connection).lines()) {
                at = Math.max(at, line.time() + random.nextLong(DELAY));
                arrivals.add(new Arrivals.Arrival(at, connection, line));
            }
            arrivals.add(Arrivals.Arrival.closing(
                    Math.max(at, closings.get(connection) + random.nextLong(DELAY)), connection));
        }
        arrivals.sort(Comparator.comparingLong(Arrivals.Arrival::at));
        return arrivals;
    }
}
