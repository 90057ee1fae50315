import java.util.List;
import java.util.Locale;

/** Tables for people: the median of a figure's rounds, and between which values they lay. */
final class Report {

    private Report() {}

    static void title(String format, Object... values) {
        System.out.printf(Locale.ROOT, "%n" + format + "%n", values);
    }

    static void row(String format, Object... values) {
        System.out.printf(Locale.ROOT, format + "%n", values);
        System.out.flush();
    }

    static String spread(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        return String.format(Locale.ROOT, "%.2f (%.2f–%.2f)", median(values), sorted.getFirst(), sorted.getLast());
    }

    /** The same for figures of which nobody needs the fractions. */
    static String whole(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        return String.format(Locale.ROOT, "%.0f (%.0f–%.0f)", median(values), sorted.getFirst(), sorted.getLast());
    }

    static double median(List<Double> values) {
        return quantile(values, 0.5);
    }

    static double quantile(List<Double> values, double q) {
        List<Double> sorted = values.stream().sorted().toList();
        if (sorted.isEmpty()) {
            return Double.NaN;
        }
        double place = q * (sorted.size() - 1);
        int below = (int) place;
        int above = Math.min(below + 1, sorted.size() - 1);
        return sorted.get(below) + (place - below) * (sorted.get(above) - sorted.get(below));
    }
}
