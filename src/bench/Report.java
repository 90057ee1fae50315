import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** The benchmark's table: medians and spreads over rounds, and the ratio of each pair of neighbouring rounds. */
final class Report {

    private Report() {}

    /** One round: CPU time and wall time from the first connection until everything is committed. */
    record Round(double cpuMicros, double seconds, long lines, long connections, long peakRssKilobytes) {
        double microsPerEvent() {
            return cpuMicros / lines;
        }

        double eventsPerSecond() {
            return lines / seconds;
        }

        double connectionsPerSecond() {
            return connections / seconds;
        }
    }

    static void print(String workload, List<Round> floors, String name, List<Round> candidates) {
        List<Double> ratios = new ArrayList<>();
        for (int i = 0; i < floors.size(); i++) {
            ratios.add(candidates.get(i).microsPerEvent() / floors.get(i).microsPerEvent());
        }
        System.out.printf(
                "%n%s: %d events in %d connections a round, %d rounds%n",
                workload, floors.getFirst().lines, floors.getFirst().connections, floors.size());
        System.out.printf(
                "%-10s %24s %12s %14s %10s%n", "", "CPU µs/event (spread)", "events/s", "connections/s", "peak RSS");
        printRow("floor", floors);
        printRow(name, candidates);
        System.out.printf("%-10s %24s%n", "ratio", spread(ratios));
        System.out.flush();
    }

    private static void printRow(String name, List<Round> rounds) {
        System.out.printf(
                "%-10s %24s %12s %14s %7.1f MB%n",
                name,
                spread(rounds.stream().map(Round::microsPerEvent).toList()),
                whole(rounds, Round::eventsPerSecond),
                whole(rounds, Round::connectionsPerSecond),
                rounds.getLast().peakRssKilobytes / 1024.0);
    }

    private static String spread(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        return String.format(Locale.ROOT, "%.2f (%.2f–%.2f)", median(sorted), sorted.getFirst(), sorted.getLast());
    }

    private static String whole(List<Round> rounds, ToDoubleFunction<Round> figure) {
        List<Double> sorted =
                rounds.stream().map(figure::applyAsDouble).sorted().toList();
        return String.format(Locale.ROOT, "%,.0f", median(sorted));
    }

    private static double median(List<Double> sorted) {
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }
}
