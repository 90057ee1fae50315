package taproot.daemon.repositories;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a reflog says behind a cursor. Costs a stat where nothing was added, else a read of what was. Used up from the
 * front by those who made it; one thread only.
 */
final class Reflog {
    private static final int MOST = 1 << 20;

    /** Without a cursor only the end is looked at. */
    private static final int TAIL = 64 << 10;

    /** What can be said of its being read. */
    enum State {
        /** There is none: the repository keeps no reflogs, or this ref has none. */
        ABSENT,
        /** It goes on behind the cursor. */
        CONTINUED,
        /** It was never read before, or only so long ago that too much was added. */
        FIRST_SEEN,
        /** What the cursor stood behind is not there any more: truncated, expired or rewritten. */
        REWRITTEN
    }

    final RawPath path;
    final State state;

    /** When it was last written to, in microseconds since the epoch. */
    final long modified;

    final Deque<ReflogEntry> entries;
    private final @Nullable Cursor end;

    /** Behind what was taken. */
    private @Nullable Cursor cursor;

    private Reflog(
            RawPath path,
            State state,
            long modified,
            Deque<ReflogEntry> entries,
            @Nullable Cursor cursor,
            @Nullable Cursor end) {
        this.path = path;
        this.state = state;
        this.modified = modified;
        this.entries = entries;
        this.cursor = cursor;
        this.end = end;
    }

    /** Reads what stands behind the cursor. */
    static Reflog read(RawPath path, @Nullable Cursor cursor) throws IOException {
        FileStatus status = FileCalls.status(path);
        if (status == null || !status.isFile()) {
            return new Reflog(path, State.ABSENT, 0, new ArrayDeque<>(), null, null);
        }
        long modified = status.modified() / 1_000;
        if (cursor != null && cursor.inode() == status.inode() && cursor.offset() == status.size()) {
            // Nothing was added; what was there may have been exchanged for as much, which is found out with the next.
            return new Reflog(path, State.CONTINUED, modified, new ArrayDeque<>(), cursor, cursor);
        }
        State state = cursor == null ? State.FIRST_SEEN : State.REWRITTEN;
        if (cursor != null && cursor.inode() == status.inode() && cursor.offset() < status.size()) {
            long from = cursor.offset() - cursor.lastLength();
            byte[] bytes = FileCalls.read(path, from, (int) Math.min(MOST, status.size() - from));
            if (bytes != null && stands(bytes, cursor)) {
                if (bytes.length < MOST) {
                    Deque<ReflogEntry> entries = entries(bytes, cursor.lastLength(), from);
                    return new Reflog(path, State.CONTINUED, modified, entries, cursor, end(entries, cursor));
                }
                state = State.FIRST_SEEN;
            }
        }
        long from = Math.max(0, status.size() - TAIL);
        byte[] bytes = FileCalls.read(path, from, (int) (status.size() - from));
        int start = bytes == null || from == 0 ? 0 : behindNewline(bytes);
        Deque<ReflogEntry> entries = bytes == null ? new ArrayDeque<>() : entries(bytes, start, from);
        Cursor beginning = new Cursor(status.inode(), 0, 0, 0);
        return new Reflog(path, state, modified, entries, null, end(entries, beginning));
    }

    private static boolean stands(byte[] bytes, Cursor cursor) {
        if (cursor.lastLength() == 0) {
            return true;
        }
        if (bytes.length < cursor.lastLength() || bytes[cursor.lastLength() - 1] != '\n') {
            return false;
        }
        String line = new String(bytes, 0, cursor.lastLength() - 1, StandardCharsets.ISO_8859_1);
        return line.hashCode() == cursor.lastHash();
    }

    private static int behindNewline(byte[] bytes) {
        int i = 0;
        while (i < bytes.length && bytes[i] != '\n') {
            i++;
        }
        return Math.min(i + 1, bytes.length);
    }

    /** Whole lines only: git appends a line in one write, but nobody promises that it is read as one. */
    private static Deque<ReflogEntry> entries(byte[] bytes, int start, long offset) {
        Deque<ReflogEntry> entries = new ArrayDeque<>();
        int from = start;
        for (int i = start; i < bytes.length; i++) {
            if (bytes[i] == '\n') {
                String line = new String(bytes, from, i - from, StandardCharsets.ISO_8859_1);
                ReflogEntry entry = ReflogEntry.of(line, offset + i + 1);
                if (entry != null) {
                    entries.add(entry);
                }
                from = i + 1;
            }
        }
        return entries;
    }

    private static Cursor end(Deque<ReflogEntry> entries, Cursor before) {
        ReflogEntry last = entries.peekLast();
        return last == null ? before : new Cursor(before.inode(), last.end(), last.length(), last.hash());
    }

    /** Takes the first n entries: they are accounted for. */
    List<ReflogEntry> take(int n) {
        List<ReflogEntry> taken = new ArrayList<>(n);
        for (int i = 0; i < n; i++) {
            taken.add(entries.removeFirst());
        }
        if (n > 0 && end != null) {
            ReflogEntry last = taken.getLast();
            cursor = new Cursor(end.inode(), last.end(), last.length(), last.hash());
        }
        return taken;
    }

    /** Whose they are will not be known any more. */
    void skip() {
        entries.clear();
        cursor = end;
    }

    /** Where to read on: behind what was accounted for; null where nothing was. */
    @Nullable
    Cursor cursor() {
        return entries.isEmpty() ? end : cursor;
    }
}
