package taproot.cli.show;

import java.util.List;
import java.util.Locale;

/** A stretch of time on so many columns: where a bar stands, and the scale above it. */
record TimeAxis(long from, long lengthUs, int columns) {
    /** What fills a bar. */
    enum Ink {
        /** A git process. */
        PROCESS("▏▎▍▌▋▊▉█"),
        /** Something git started that is not git. */
        CHILD("░"),
        /** A part of a process's work. */
        REGION("━"),
        /** Whatever has no end that anybody saw. */
        OPEN("╌");

        private final String cells;

        Ink(String cells) {
            this.cells = cells;
        }

        private char full() {
            return cells.charAt(cells.length() - 1);
        }

        /** @param eighths of the cell that are filled, from 1 */
        private char part(int eighths) {
            return cells.length() == 1 ? cells.charAt(0) : cells.charAt(eighths - 1);
        }
    }

    /** A stretch to be drawn. */
    record Bar(long from, long until, Ink ink) {}

    /** The bars in one line; what is shorter than a column still has one. */
    String line(List<Bar> bars) {
        char[] line = " ".repeat(columns).toCharArray();
        for (Bar bar : bars) {
            long eighth = Math.max(lengthUs, 1);
            int begin = Math.clamp((bar.from - from) * columns / eighth, 0, columns - 1);
            long endEighths = Math.clamp((bar.until - from) * columns * 8 / eighth, begin * 8L + 1, columns * 8L);
            for (int column = begin; column * 8L < endEighths; column++) {
                long filled = endEighths - column * 8L;
                line[column] = filled >= 8 ? bar.ink.full() : bar.ink.part((int) filled);
            }
        }
        return new String(line).stripTrailing();
    }

    /** Round times at the columns they belong to. */
    String scale() {
        long step = step();
        StringBuilder scale = new StringBuilder();
        for (long at = 0; at <= lengthUs; at += step) {
            int column = (int) (at * columns / Math.max(lengthUs, 1));
            String text = "│" + text(at, step);
            if (column + text.length() <= columns && column >= scale.length()) {
                scale.append(" ".repeat(column - scale.length())).append(text);
            }
        }
        return scale.toString();
    }

    /** The smallest of 1, 2, 5, 10, 20, … microseconds whose labels have room. */
    private long step() {
        int labels = Math.max(1, columns / 8);
        long least = Math.max(1, Math.ceilDiv(lengthUs, labels));
        long ten = 1;
        while (ten * 10 <= least) {
            ten *= 10;
        }
        for (int factor : new int[] {1, 2, 5}) {
            if (ten * factor >= least) {
                return ten * factor;
            }
        }
        return ten * 10;
    }

    private static String text(long us, long step) {
        if (us == 0) {
            return "0";
        }
        if (step >= 1_000_000) {
            return us / 1_000_000 + " s";
        }
        if (step >= 1_000) {
            return us >= 10_000_000 ? String.format(Locale.ROOT, "%.1f s", us / 1_000_000.0) : us / 1_000 + " ms";
        }
        return String.format(Locale.ROOT, "%.1f ms", us / 1_000.0);
    }
}
