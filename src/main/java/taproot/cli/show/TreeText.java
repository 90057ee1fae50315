package taproot.cli.show;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import taproot.cli.terminal.Screen;
import taproot.cli.text.Durations;
import taproot.cli.text.Ending;

/** A forest as a table: when each thing began, how long it took, how it ended, and a tree of what ran. */
final class TreeText {
    private final Screen screen;
    private final long origin;
    private final List<Row> rows = new ArrayList<>();

    private TreeText(Screen screen, long origin) {
        this.screen = screen;
        this.origin = origin;
    }

    private record Row(String start, String duration, Ending ending, String stem, Node node) {}

    /**
     * The lines of the table, its head first.
     *
     * @param origin the time that is 0.000, in microseconds since the epoch
     */
    static List<String> lines(List<Node> forest, long origin, Screen screen) {
        TreeText text = new TreeText(screen, origin);
        for (Node node : forest) {
            text.add(node, "", "");
        }
        return text.table();
    }

    private void add(Node node, String stem, String stemBelow) {
        rows.add(new Row(offset(node.startedAt()), duration(node.durationUs()), node.ending(), stem, node));
        List<Node> children = node.children();
        for (int i = 0; i < children.size(); i++) {
            boolean last = i == children.size() - 1;
            add(children.get(i), stemBelow + (last ? "└─ " : "├─ "), stemBelow + (last ? "   " : "│  "));
        }
    }

    private String offset(@Nullable Long startedAt) {
        return startedAt == null ? "" : String.format(Locale.ROOT, "%.3f", (startedAt - origin) / 1_000_000.0);
    }

    private static String duration(@Nullable Long micros) {
        return micros == null ? "" : Durations.human(micros);
    }

    private List<String> table() {
        int start = 7;
        int duration = 8;
        int exit = 4;
        for (Row row : rows) {
            start = Math.max(start, row.start.length());
            duration = Math.max(duration, row.duration.length());
            exit = Math.max(exit, row.ending.text().length());
        }
        List<String> lines = new ArrayList<>();
        lines.add(screen.dim(
                right("start", start) + "  " + right("duration", duration) + "  " + right("exit", exit) + "  command"));
        for (Row row : rows) {
            String before = right(row.start, start) + "  " + right(row.duration, duration) + "  ";
            String ending = right(row.ending.text(), exit);
            int left = screen.width() == 0
                    ? 0
                    : Math.max(10, screen.width() - before.length() - exit - 2 - row.stem.length());
            String label = new Screen(left, false).cut(row.node.label());
            lines.add(before
                    + (row.ending.bad() ? screen.red(ending) : screen.dim(ending))
                    + "  "
                    + screen.dim(row.stem)
                    + (row.node.git() ? label : screen.dim(label)));
        }
        return lines;
    }

    private static String right(String text, int width) {
        return " ".repeat(Math.max(0, width - text.length())) + text;
    }
}
