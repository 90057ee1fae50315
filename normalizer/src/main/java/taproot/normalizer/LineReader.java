package taproot.normalizer;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads the lines of one connection: finds event and SID in the first bytes, and decodes the rest only where a record
 * needs it. Costs about 40 ns for a line that is only kept, ten times that for one that is decoded.
 *
 * <p>git writes {@code {"event":"…","sid":"…"} first; any other order is legal and takes a slower path. Consecutive
 * lines with the same SID share one {@link Sid}. Confined to one thread.
 */
public final class LineReader {
    private static final byte[] EVENT = "{\"event\":\"".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] SID = "\",\"sid\":\"".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] ANNOTATION = "\"taproot\"".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] ANNOTATION_SHIFTS = shifts(ANNOTATION);
    private static final byte[] NO_BYTES = {};

    private final EventDecoder decoder;
    private byte[] sidBytes = NO_BYTES;
    private @Nullable Sid sid;

    /** It has neither control characters nor bytes beyond ASCII, of which Jackson has its own opinion. */
    private boolean sidIsPlain;

    /** One decoder may serve all connections of a thread. */
    public LineReader(EventDecoder decoder) {
        this.decoder = decoder;
    }

    /** Reads the line in {@code bytes[from, to)}, without its newline. The answer refers to the array. */
    public ReadLine read(byte[] bytes, int from, int to) {
        if (to - from < 2 || bytes[to - 1] != '}') {
            return new ReadLine.Dropped(DropReason.MALFORMED, sidOf(bytes, from, to));
        }
        int eventFrom = from + EVENT.length;
        int eventTo = startsWith(EVENT, bytes, from, to) ? quote(bytes, eventFrom, to) : -1;
        if (eventTo < 0 || !startsWith(SID, bytes, eventTo, to)) {
            return readSlowly(bytes, from, to);
        }
        int sidFrom = eventTo + SID.length;
        int sidTo = quote(bytes, sidFrom, to);
        if (sidTo < 0) {
            return readSlowly(bytes, from, to);
        }
        if (eventTo == eventFrom || sidTo == sidFrom || sidTo - sidFrom > Sid.MAX_LENGTH) {
            return new ReadLine.Dropped(DropReason.UNADDRESSED, null);
        }
        Sid lineSid = sid(bytes, sidFrom, sidTo);
        if (lineSid == null) {
            return new ReadLine.Dropped(DropReason.UNADDRESSED, null);
        }
        int rest = sidIsPlain ? sidTo + 1 : -1;
        return decode(EventKind.named(bytes, eventFrom, eventTo), lineSid, bytes, from, rest, to);
    }

    /** Whose line it is of which only the beginning is there; null where that says too little. */
    public @Nullable Sid sidOf(byte[] bytes, int from, int to) {
        int eventTo = startsWith(EVENT, bytes, from, to) ? quote(bytes, from + EVENT.length, to) : -1;
        if (eventTo < 0 || !startsWith(SID, bytes, eventTo, to)) {
            return null;
        }
        int sidFrom = eventTo + SID.length;
        int sidTo = quote(bytes, sidFrom, to);
        return sidTo <= sidFrom || sidTo - sidFrom > Sid.MAX_LENGTH ? null : sid(bytes, sidFrom, sidTo);
    }

    /** For lines whose first fields are not event and sid, or hold escapes. */
    private ReadLine readSlowly(byte[] bytes, int from, int to) {
        String line = new String(bytes, from, to - from, StandardCharsets.UTF_8);
        String event = EventDecoder.topLevelText("event", line);
        String sidText = EventDecoder.topLevelText("sid", line);
        if (event == null || event.isEmpty() || sidText == null || sidText.isEmpty()) {
            return new ReadLine.Dropped(line.startsWith("{") ? DropReason.UNADDRESSED : DropReason.MALFORMED, null);
        }
        if (sidText.length() > Sid.MAX_LENGTH) {
            return new ReadLine.Dropped(DropReason.UNADDRESSED, null);
        }
        Sid lineSid = Sid.of(sidText);
        if (lineSid.isTooDeep()) {
            return new ReadLine.Dropped(DropReason.UNADDRESSED, null);
        }
        byte[] name = event.getBytes(StandardCharsets.UTF_8);
        return decode(EventKind.named(name, 0, name.length), lineSid, bytes, from, -1, to);
    }

    private ReadLine decode(@Nullable EventKind kind, Sid lineSid, byte[] bytes, int from, int rest, int to) {
        if (kind == null) {
            return ReadLine.Ignored.UNKNOWN_EVENT;
        }
        EventKind.Reader reader = kind.reader();
        if (reader == null || (kind == EventKind.DATA && !containsAnnotation(bytes, from, to))) {
            return new Line(lineSid, kind, null, bytes, from, to);
        }
        try {
            return new Line(lineSid, kind, decoder.decode(reader, bytes, from, rest, to), bytes, from, to);
        } catch (MalformedEventException e) {
            return new ReadLine.Dropped(DropReason.MALFORMED, lineSid);
        }
    }

    /** Null where it has too many components. */
    private @Nullable Sid sid(byte[] bytes, int from, int to) {
        Sid known = sid;
        if (known != null && Arrays.equals(sidBytes, 0, sidBytes.length, bytes, from, to)) {
            return known;
        }
        byte[] text = Arrays.copyOfRange(bytes, from, to);
        Sid fresh = Sid.of(new String(text, StandardCharsets.UTF_8));
        if (fresh.isTooDeep()) {
            return null;
        }
        sidBytes = text;
        sidIsPlain = isPlain(text);
        sid = fresh;
        return fresh;
    }

    private static boolean startsWith(byte[] prefix, byte[] bytes, int from, int to) {
        return to - from >= prefix.length && Arrays.equals(prefix, 0, prefix.length, bytes, from, from + prefix.length);
    }

    /** Where the string that began at {@code from} ends; −1 where it does not, or holds an escape. */
    private static int quote(byte[] bytes, int from, int to) {
        for (int i = from; i < to; i++) {
            if (bytes[i] == '"') {
                return i;
            }
            if (bytes[i] == '\\') {
                return -1;
            }
        }
        return -1;
    }

    private static boolean isPlain(byte[] text) {
        for (byte b : text) {
            if (b < ' ') {
                return false;
            }
        }
        return true;
    }

    /** Horspool's search: the byte under the needle's end says how far the needle can go on at least. */
    private static boolean containsAnnotation(byte[] bytes, int from, int to) {
        int last = ANNOTATION.length - 1;
        int i = from + last;
        while (i < to) {
            byte b = bytes[i];
            if (b == ANNOTATION[last] && startsWith(ANNOTATION, bytes, i - last, to)) {
                return true;
            }
            i += b < 0 ? ANNOTATION.length : ANNOTATION_SHIFTS[b];
        }
        return false;
    }

    private static byte[] shifts(byte[] needle) {
        byte[] shifts = new byte[Byte.MAX_VALUE + 1];
        Arrays.fill(shifts, (byte) needle.length);
        for (int i = 0; i < needle.length - 1; i++) {
            shifts[needle[i]] = (byte) (needle.length - 1 - i);
        }
        return shifts;
    }
}
