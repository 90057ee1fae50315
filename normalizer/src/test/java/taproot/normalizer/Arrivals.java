package taproot.normalizer;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * When the lines and closes of some connections are read: the order of one connection is kept, everything else is up to
 * whoever makes it.
 */
final class Arrivals {
    /** What is read from one connection at one time: a line, or, without one, its end. */
    record Arrival(long at, int connection, Recording.@Nullable TimedLine line) {
        static Arrival closing(long at, int connection) {
            return new Arrival(at, connection, null);
        }
    }

    private Arrivals() {}

    /** Each line when it was written, each connection closed with its last line. */
    static List<Arrival> asRecorded(List<Recording.ProcessStream> streams) {
        List<Arrival> arrivals = new ArrayList<>();
        for (int connection = 0; connection < streams.size(); connection++) {
            List<Recording.TimedLine> lines = streams.get(connection).lines();
            for (Recording.TimedLine line : lines) {
                arrivals.add(new Arrival(line.time(), connection, line));
            }
            arrivals.add(Arrival.closing(lines.isEmpty() ? 0 : lines.getLast().time(), connection));
        }
        // Stable: a connection's lines, and its end, stay in their order.
        arrivals.sort(Comparator.comparingLong(Arrival::at));
        return arrivals;
    }

    /** One connection after the other, each read to its end. */
    static List<Arrival> oneAfterTheOther(List<Recording.ProcessStream> streams) {
        List<Arrival> arrivals = new ArrayList<>();
        for (int connection = 0; connection < streams.size(); connection++) {
            for (Recording.TimedLine line : streams.get(connection).lines()) {
                arrivals.add(new Arrival(line.time(), connection, line));
            }
            arrivals.add(Arrival.closing(0, connection));
        }
        return arrivals;
    }

    /** The same order, everything at the last time in it. */
    static List<Arrival> atOnce(List<Arrival> arrivals) {
        long last = arrivals.stream().mapToLong(Arrival::at).max().orElse(0);
        return arrivals.stream()
                .map(arrival -> new Arrival(last, arrival.connection(), arrival.line()))
                .toList();
    }

    /**
     * All connections at random, and all at the same time: the last at which anything was written. Now line by line,
     * now whole stretches of one connection; closes come with the last line or long after it.
     */
    static List<Arrival> shuffled(List<Recording.ProcessStream> streams, RandomGenerator random) {
        long last = lastTime(streams);
        int[] next = new int[streams.size()];
        List<Integer> open = new ArrayList<>();
        for (int i = 0; i < streams.size(); i++) {
            open.add(i);
        }
        List<Integer> unclosed = new ArrayList<>();
        int stretch = random.nextBoolean() ? 1 : 1 + random.nextInt(60);
        boolean closesAtOnce = random.nextBoolean();
        List<Arrival> arrivals = new ArrayList<>();
        while (!open.isEmpty() || !unclosed.isEmpty()) {
            if (!unclosed.isEmpty() && (open.isEmpty() || random.nextInt(8) == 0)) {
                arrivals.add(Arrival.closing(last, unclosed.remove(random.nextInt(unclosed.size()))));
                continue;
            }
            int connection = open.get(random.nextInt(open.size()));
            List<Recording.TimedLine> lines = streams.get(connection).lines();
            for (int n = 1 + random.nextInt(stretch); n > 0 && next[connection] < lines.size(); n--) {
                arrivals.add(new Arrival(last, connection, lines.get(next[connection]++)));
            }
            if (next[connection] == lines.size()) {
                open.remove((Integer) connection);
                if (closesAtOnce) {
                    arrivals.add(Arrival.closing(last, connection));
                } else {
                    unclosed.add(connection);
                }
            }
        }
        return arrivals;
    }

    /** Each connection is read up to {@code most} microseconds after it was written, and its end later still. */
    static List<Arrival> delayed(List<Recording.ProcessStream> streams, long most, RandomGenerator random) {
        List<Arrival> arrivals = new ArrayList<>();
        for (int connection = 0; connection < streams.size(); connection++) {
            long at = 0;
            for (Recording.TimedLine line : streams.get(connection).lines()) {
                at = Math.max(at, line.time() + random.nextLong(most + 1));
                arrivals.add(new Arrival(at, connection, line));
            }
            arrivals.add(Arrival.closing(at + random.nextLong(most + 1), connection));
        }
        arrivals.sort(Comparator.comparingLong(Arrival::at));
        return arrivals;
    }

    static long lastTime(List<Recording.ProcessStream> streams) {
        return streams.stream()
                .flatMap(stream -> stream.lines().stream())
                .mapToLong(Recording.TimedLine::time)
                .max()
                .orElse(0);
    }
}
