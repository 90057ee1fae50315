package taproot.normalizer;

import java.util.Arrays;

/** The raw lines of one life, gathered as they come and given up when a budget says so. Inside the compute only. */
final class Scratch {
    /** What stands in for the scratch of a life that has gathered nothing; never written to. */
    static final Scratch NONE = new Scratch();

    private static final byte[] NOTHING = {};

    private byte[] bytes = NOTHING;
    private int length;
    private boolean shed;

    /**
     * Appends {@code source[from, to)} and a newline; the caller has asked the budget.
     *
     * @param expected how much will come before long, with this: room is made for all of it at once
     */
    void append(byte[] source, int from, int to, int expected) {
        int needed = length + (to - from) + 1;
        if (needed > bytes.length) {
            int grown = bytes.length + bytes.length / 2;
            bytes = Arrays.copyOf(bytes, Math.max(grown, Math.max(needed, length + expected)));
        }
        System.arraycopy(source, from, bytes, length, to - from);
        bytes[needed - 1] = '\n';
        length = needed;
    }

    /** Notes that a line was not gathered. */
    void shed() {
        shed = true;
    }

    boolean isWhole() {
        return !shed;
    }

    int length() {
        return length;
    }

    /** Everything that was gathered; nothing may be appended any more. */
    byte[] toBytes() {
        return bytes.length == length ? bytes : Arrays.copyOf(bytes, length);
    }

    int copyTo(byte[] target, int at) {
        System.arraycopy(bytes, 0, target, at, length);
        return at + length;
    }
}
