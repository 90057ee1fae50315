package taproot.daemon.replay;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import taproot.daemon.metrics.Counter;
import taproot.daemon.metrics.Counters;
import taproot.daemon.roots.RootId;
import taproot.daemon.roots.Roots;
import taproot.normalizer.ConnectionNumber;
import taproot.normalizer.DropReason;
import taproot.normalizer.EventDecoder;
import taproot.normalizer.Line;
import taproot.normalizer.LineReader;
import taproot.normalizer.ReadLine;
import taproot.normalizer.Sid;

/**
 * One file under replay: stands for the connection, or the connections, that would have carried what is in it. It is
 * always at the next line, whose time is known; opened when its turn comes.
 */
final class Recording implements Comparable<Recording> {
    private final RecordedFile file;
    private final long connection;
    private final FileLines lines;
    private final LineReader reader;
    private final Map<String, Sid> carried = new LinkedHashMap<>(2);
    private long time;
    private boolean begun;

    /** @param ordinal tells it from all others */
    Recording(RecordedFile file, int ordinal, int lineLimit, EventDecoder decoder) {
        this.file = file;
        this.connection = ConnectionNumber.of(ordinal, 0);
        this.lines = new FileLines(file.path(), file.size(), lineLimit);
        this.reader = new LineReader(decoder);
        this.time = file.begins();
    }

    /** The time of its next line, as far as lines in this file tell; it never goes back. */
    long time() {
        return time;
    }

    /** Earlier ones first. */
    @Override
    public int compareTo(Recording other) {
        return Long.compare(time, other.time);
    }

    /** Goes on to the next line; false when there is none. */
    boolean next() throws IOException {
        begun = true;
        if (!lines.next()) {
            return false;
        }
        time = Math.max(time, EventTime.of(lines.bytes(), lines.from(), lines.to()));
        return true;
    }

    boolean isBegun() {
        return begun;
    }

    Path path() {
        return file.path();
    }

    /** How many of its bytes have been read. */
    long position() {
        return lines.position();
    }

    /** Applies the line it is at to its root. */
    void apply(Roots roots, Counters counters) {
        counters.increment(Counter.EVENTS_RECEIVED);
        byte[] bytes = lines.bytes();
        if (lines.isOverlong()) {
            drop(DropReason.OVERLONG, reader.sidOf(bytes, lines.from(), lines.to()), roots, counters);
            return;
        }
        switch (reader.read(bytes, lines.from(), lines.to())) {
            case Line line -> apply(line, roots, counters);
            case ReadLine.Ignored _ -> counters.increment(Counter.EVENTS_IGNORED);
            case ReadLine.Dropped dropped ->
                drop(lines.isTorn() ? DropReason.TORN : dropped.reason(), dropped.sid(), roots, counters);
        }
    }

    private void apply(Line line, Roots roots, Counters counters) {
        Sid sid = line.sid();
        carried.putIfAbsent(sid.value(), sid);
        List<DropReason> reasons = roots.lines(RootId.of(sid), List.of(line), connection);
        counters.add(Counter.EVENTS_APPLIED, 1 - reasons.size());
        reasons.forEach(reason -> counters.dropped(reason, 1));
        closeIfLast(sid, roots);
    }

    private void drop(DropReason reason, @Nullable Sid sid, Roots roots, Counters counters) {
        counters.dropped(reason, 1);
        if (sid != null) {
            roots.unreadable(sid, reason);
            closeIfLast(sid, roots);
        }
    }

    /** Of several processes in a file, each has its connection closed behind its own last line. */
    private void closeIfLast(Sid sid, Roots roots) {
        if (!file.lastLines().isEmpty()) {
            Long last = file.lastLines().get(RecordedFile.hash(sid.value()));
            if (last != null && last <= lines.position()) {
                carried.remove(sid.value());
                roots.closed(sid, connection);
            }
        }
    }

    /** Nothing more is in it. */
    void end(Roots roots) {
        for (Sid sid : carried.values()) {
            roots.closed(sid, connection);
        }
        carried.clear();
    }
}
