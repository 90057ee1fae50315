package taproot.normalizer;

import org.jspecify.annotations.Nullable;

/** One readable line of a root: whose it is, what it says where a record needs it, and its bytes, which are borrowed. */
public final class Line implements ReadLine {
    private final Sid sid;
    final EventKind kind;
    final @Nullable Event event;
    final byte[] bytes;
    final int from;
    final int to;

    Line(Sid sid, EventKind kind, @Nullable Event event, byte[] bytes, int from, int to) {
        this.sid = sid;
        this.kind = kind;
        this.event = event;
        this.bytes = bytes;
        this.from = from;
        this.to = to;
    }

    public Sid sid() {
        return sid;
    }

    /** How many bytes it takes in a raw trace. */
    public int size() {
        return to - from + 1;
    }

    boolean isAnnotation() {
        return event instanceof AnnotationEvent;
    }
}
