package taproot.daemon.ingest;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
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

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long LOWEST_BITS = 0x0101010101010101L;
    private static final long HIGHEST_BITS = LOWEST_BITS << 7;
    private static final long NEWLINES = LOWEST_BITS * '\n';

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
        for (int end = newline(chunk, start, to); end >= 0; end = newline(chunk, start, to)) {
            line(chunk, start, end, sink);
            start = end + 1;
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

    /** The first newline's place, −1 for none; looks at eight bytes at a time, which takes a third of one by one. */
    private static int newline(byte[] bytes, int from, int to) {
        int i = from;
        for (; i <= to - Long.BYTES; i += Long.BYTES) {
            // A byte that is a newline becomes 0, and a byte that is 0 borrows from its own highest bit.
            long word = (long) LONGS.get(bytes, i) ^ NEWLINES;
            long found = (word - LOWEST_BITS) & ~word & HIGHEST_BITS;
            if (found != 0) {
                return i + Long.numberOfTrailingZeros(found) / Byte.SIZE;
            }
        }
        for (; i < to; i++) {
            if (bytes[i] == '\n') {
                return i;
            }
        }
        return -1;
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
