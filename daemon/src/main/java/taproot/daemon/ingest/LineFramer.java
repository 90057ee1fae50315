package taproot.daemon.ingest;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import taproot.normalizer.DropReason;
import taproot.normalizer.TraceBudget;

/**
 * Cuts one connection's bytes into lines, however they are torn or glued. A line that came whole is handed on where it
 * lies; only an unfinished one is copied, within the line limit and the budget. Confined to the connection's loop.
 */
final class LineFramer {
    private static final int FIRST = 512;

    /** Takes the lines. */
    interface Sink {
        /** A whole line in {@code bytes[from, to)}, without its newline; the bytes stay as they are until the next feed. */
        void line(byte[] bytes, int from, int to);

        /** A line of which only the first bytes are there; it has been skipped, or will be. */
        void skipped(DropReason reason, byte[] bytes, int from, int to);
    }

    private final int lineLimit;
    private final TraceBudget budget;
    private byte @Nullable [] partial;
    private int length;
    private boolean skipping;

    LineFramer(int lineLimit, TraceBudget budget) {
        this.lineLimit = lineLimit;
        this.budget = budget;
    }

    /** Takes the bytes in {@code chunk[from, to)}. */
    void feed(byte[] chunk, int from, int to, Sink sink) {
        int start = from;
        for (int i = from; i < to; i++) {
            if (chunk[i] == '\n') {
                line(chunk, start, i, sink);
                start = i + 1;
            }
        }
        if (start < to) {
            keep(chunk, start, to, sink);
        }
    }

    /** The connection closed: what is unfinished is all there will be of it. */
    void end(Sink sink) {
        byte[] rest = partial;
        if (rest != null) {
            // Some emitters leave out the last newline; whether the line is whole, its reader can tell.
            partial = null;
            budget.giveBack(rest.length);
            sink.line(rest, 0, length);
        }
        skipping = false;
    }

    private void line(byte[] chunk, int from, int to, Sink sink) {
        if (skipping) {
            skipping = false;
            return;
        }
        byte[] begun = partial;
        if (begun == null) {
            if (to - from > lineLimit) {
                sink.skipped(DropReason.OVERLONG, chunk, from, to);
            } else if (to > from) {
                sink.line(chunk, from, to);
            }
            return;
        }
        if (!append(chunk, from, to, sink)) {
            skipping = false;
            return;
        }
        byte[] whole = partial == null ? begun : partial;
        partial = null;
        budget.giveBack(whole.length);
        sink.line(whole, 0, length);
    }

    private void keep(byte[] chunk, int from, int to, Sink sink) {
        if (skipping) {
            return;
        }
        if (partial == null) {
            length = 0;
        }
        append(chunk, from, to, sink);
    }

    /** Adds to the unfinished line; false where it has to be given up instead. */
    private boolean append(byte[] chunk, int from, int to, Sink sink) {
        int needed = length + (to - from);
        byte[] begun = partial;
        int capacity = begun == null ? 0 : begun.length;
        DropReason reason = null;
        if (needed > lineLimit) {
            reason = DropReason.OVERLONG;
        } else if (needed > capacity) {
            int wanted = Math.min(lineLimit, Math.max(needed, Math.max(FIRST, capacity * 2)));
            if (budget.take(wanted - capacity, false)) {
                begun = begun == null ? new byte[wanted] : Arrays.copyOf(begun, wanted);
            } else {
                reason = DropReason.NO_MEMORY;
            }
        }
        if (reason != null || begun == null) {
            giveUp(reason == null ? DropReason.NO_MEMORY : reason, chunk, from, to, sink);
            return false;
        }
        System.arraycopy(chunk, from, begun, length, to - from);
        length = needed;
        partial = begun;
        return true;
    }

    private void giveUp(DropReason reason, byte[] chunk, int from, int to, Sink sink) {
        byte[] begun = partial;
        skipping = true;
        partial = null;
        if (begun == null) {
            sink.skipped(reason, chunk, from, to);
        } else {
            budget.giveBack(begun.length);
            sink.skipped(reason, begun, 0, length);
        }
    }
}
