package taproot.cli.show;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import taproot.cli.terminal.Screen;
import taproot.cli.text.Durations;
import taproot.cli.text.ShellText;
import taproot.normalizer.CommandRecord;
import taproot.normalizer.trace.Region;
import taproot.normalizer.trace.Strand;
import taproot.normalizer.trace.Trace;

/**
 * The processes, children and regions of one command on a time axis as wide as the terminal. Siblings that are called the
 * same share a line when they are many, so that what a command does a thousand times stays one line.
 */
final class Waterfall {
    private static final int NOT_A_TERMINAL = 100;
    private static final int DURATION = 8;
    /** So many siblings of one name have a line each. */
    private static final int APART = 3;

    private final Trace trace;
    private final Screen screen;
    private final long from;
    private final long until;
    private final List<Row> rows = new ArrayList<>();

    private Waterfall(Trace trace, Screen screen, long from, long until) {
        this.trace = trace;
        this.screen = screen;
        this.from = from;
        this.until = until;
    }

    private record Row(
            int depth, String label, @Nullable Long durationUs, List<TimeAxis.Bar> bars, boolean bad, boolean dim) {}

    /** Something below a process, by when it began. */
    private record Item(long startedAt, Runnable add) {}

    /** The lines of the picture, the scale first. */
    static List<String> lines(CommandRecord c, Trace trace, Screen screen) {
        List<Node> forest = Forest.of(List.of(c), false);
        Waterfall waterfall = new Waterfall(trace, screen, c.startedAt(), end(c, forest));
        forest.forEach(node -> waterfall.add(node, 0));
        return waterfall.picture();
    }

    private static long end(CommandRecord c, List<Node> nodes) {
        long end = c.durationUs() != null
                ? c.startedAt() + c.durationUs()
                : c.finishedAt() != null ? c.finishedAt() : c.startedAt() + 1;
        for (Node node : nodes) {
            if (node.startedAt() != null) {
                end = Math.max(end, node.startedAt() + (node.durationUs() == null ? 0 : node.durationUs()));
            }
            end = Math.max(end, end(c, node.children()));
        }
        return end;
    }

    private void add(Node node, int depth) {
        TimeAxis.Ink ink = node.git() ? TimeAxis.Ink.PROCESS : TimeAxis.Ink.CHILD;
        List<TimeAxis.Bar> bars =
                node.startedAt() == null ? List.of() : List.of(bar(node.startedAt(), node.durationUs(), ink));
        String ending =
                node.ending().text().isEmpty() ? "" : "  [" + node.ending().text() + "]";
        rows.add(new Row(
                depth,
                node.label() + ending,
                node.durationUs(),
                bars,
                node.ending().bad(),
                !node.git()));
        List<Item> items = new ArrayList<>();
        Collection<Strand> strands = trace.strands(node.sid());
        strands.stream().filter(Strand::isMain).forEach(main -> items.addAll(regions(main.regions(), depth + 1)));
        items.addAll(threads(strands.stream().filter(strand -> !strand.isMain()).toList(), depth + 1));
        for (Node child : node.children()) {
            items.add(new Item(child.startedAt() == null ? until : child.startedAt(), () -> add(child, depth + 1)));
        }
        items.sort(Comparator.comparingLong(Item::startedAt));
        items.forEach(item -> item.add.run());
    }

    private List<Item> regions(List<Region> regions, int depth) {
        List<Item> items = new ArrayList<>();
        for (List<Region> alike : byName(regions, Region::name)) {
            if (alike.size() <= APART) {
                alike.forEach(one -> items.add(new Item(one.startedAt(), () -> add(List.of(one), depth))));
            } else {
                items.add(new Item(alike.getFirst().startedAt(), () -> add(alike, depth)));
            }
        }
        items.sort(Comparator.comparingLong(Item::startedAt));
        return items;
    }

    private void add(List<Region> alike, int depth) {
        Region first = alike.getFirst();
        String message = alike.size() > 1 || first.message().isEmpty() ? "" : " " + first.message();
        rows.add(new Row(
                depth,
                ShellText.oneLine(first.name() + message) + times(alike.size()),
                sum(alike, Region::durationUs),
                alike.stream()
                        .map(r -> bar(r.startedAt(), r.durationUs(), TimeAxis.Ink.REGION))
                        .toList(),
                false,
                true));
        List<Region> inner = alike.stream().flatMap(r -> r.inner().stream()).toList();
        regions(inner, depth + 1).forEach(item -> item.add.run());
    }

    private List<Item> threads(List<Strand> strands, int depth) {
        List<Item> items = new ArrayList<>();
        for (List<Strand> alike : byName(strands, Strand::name)) {
            Long began = alike.getFirst().startedAt();
            items.add(new Item(began == null ? until : began, () -> {
                rows.add(new Row(
                        depth,
                        "thread " + ShellText.oneLine(alike.getFirst().name()) + times(alike.size()),
                        sum(alike, Strand::durationUs),
                        alike.stream()
                                .filter(s -> s.startedAt() != null)
                                .map(s -> bar(
                                        s.startedAt() == null ? from : s.startedAt(),
                                        s.durationUs(),
                                        TimeAxis.Ink.REGION))
                                .toList(),
                        false,
                        true));
                List<Region> inner =
                        alike.stream().flatMap(s -> s.regions().stream()).toList();
                regions(inner, depth + 1).forEach(item -> item.add.run());
            }));
        }
        return items;
    }

    private static <T> Collection<List<T>> byName(List<T> things, Function<T, String> name) {
        Map<String, List<T>> groups = new LinkedHashMap<>();
        for (T thing : things) {
            groups.computeIfAbsent(name.apply(thing), n -> new ArrayList<>()).add(thing);
        }
        return groups.values();
    }

    private static <T> @Nullable Long sum(List<T> things, Function<T, @Nullable Long> duration) {
        long sum = 0;
        for (T thing : things) {
            Long one = duration.apply(thing);
            if (one == null) {
                return null;
            }
            sum += one;
        }
        return sum;
    }

    private static String times(int n) {
        return n == 1 ? "" : "  ×" + n;
    }

    private TimeAxis.Bar bar(long startedAt, @Nullable Long durationUs, TimeAxis.Ink ink) {
        return durationUs == null
                ? new TimeAxis.Bar(startedAt, until, TimeAxis.Ink.OPEN)
                : new TimeAxis.Bar(startedAt, startedAt + durationUs, ink);
    }

    private List<String> picture() {
        int width = screen.width() == 0 ? NOT_A_TERMINAL : screen.width();
        int longest = 0;
        for (Row row : rows) {
            longest = Math.max(longest, row.depth * 2 + row.label.codePointCount(0, row.label.length()));
        }
        int labels = Math.min(longest, Math.max(16, width * 2 / 5));
        TimeAxis axis = new TimeAxis(from, until - from, Math.max(10, width - labels - DURATION - 4));
        List<String> lines = new ArrayList<>();
        lines.add(screen.dim(" ".repeat(labels + DURATION + 4) + axis.scale()));
        for (Row row : rows) {
            String label = new Screen(labels, false).cut("  ".repeat(row.depth) + row.label);
            String padded = label + " ".repeat(labels - label.codePointCount(0, label.length()));
            String duration = row.durationUs == null ? "" : duration(row.durationUs);
            lines.add((row.bad ? screen.red(padded) : row.dim ? screen.dim(padded) : padded)
                    + "  " + " ".repeat(Math.max(0, DURATION - duration.length())) + duration
                    + "  " + axis.line(row.bars));
        }
        return lines;
    }

    /** Regions are often shorter than a tenth of a millisecond. */
    private static String duration(long us) {
        return us < 1_000 ? us + " µs" : Durations.human(us);
    }
}
