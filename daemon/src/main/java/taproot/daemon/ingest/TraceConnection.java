package taproot.daemon.ingest;

import io.netty.channel.IoEvent;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoEvent;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import taproot.daemon.metrics.Counter;
import taproot.daemon.metrics.Counters;
import taproot.daemon.metrics.Part;
import taproot.daemon.roots.RootId;
import taproot.daemon.roots.Roots;
import taproot.normalizer.ConnectionNumber;
import taproot.normalizer.DropReason;
import taproot.normalizer.Line;
import taproot.normalizer.LineReader;
import taproot.normalizer.ReadLine;
import taproot.normalizer.Sid;

/**
 * One connection of the trace2 socket: reads whatever comes, cuts it into lines and applies them to their roots, all
 * of it on its event loop, before the next read. Never waits to be asked for data, and closes when its peer has.
 *
 * <p>A handle of the loop's own and no channel: nobody writes, decodes or decides behind it, and a pipeline with its
 * promises would cost as much as all the lines of a short command.
 */
final class TraceConnection implements EpollIoHandle, Talkers.Talker, LineFramer.Sink {
    private static final Logger LOG = LoggerFactory.getLogger(TraceConnection.class);

    /** A connection that speaks of more processes than this has the close of the earliest counted early. */
    private static final int MAX_SIDS = 4096;

    /** One that never stops flowing lets the others have their turn. */
    private static final int READS = 4;

    /** While somebody talks, the loop is woken by the end alone, and looks for the rest by itself; see {@link Talkers}. */
    private static final EpollIoOps TALKING = EpollIoOps.EPOLLRDHUP;

    private static final EpollIoOps SILENT = EpollIoOps.EPOLLIN.with(EpollIoOps.EPOLLRDHUP);

    /** After so many looks that found nothing it is silent. */
    private static final int SILENCES = 4;

    /** A third of what a socket holds: who says as much between two looks might have to wait for the next. */
    private static final int MUCH = 12 * 1024;

    private final long ordinal;
    private final Socket socket;
    private final IngestLoop loop;
    private final Roots roots;
    private final Counters counters;
    private final Markers markers;
    private final LineReader reader;
    private final Map<String, Sid> carried = new LinkedHashMap<>(2);
    private final List<Line> batch = new ArrayList<>();

    /** What the roots know it by; see {@link ConnectionNumber}. */
    private long id;

    private LineFramer framer;
    private @Nullable Sid latest;
    private @Nullable IoRegistration registration;
    private boolean foreign;
    private boolean closed;
    private long bytesRead;
    private boolean talking;
    private int silences;

    /** The drains that wait for it, oldest first; null for nearly every connection. */
    private @Nullable Queue<DrainTarget.Pending> pending;

    // Counted per read and added to the shared counters once.
    private int received;
    private int applied;
    private int ignored;

    TraceConnection(
            long ordinal,
            Socket socket,
            IngestLoop loop,
            Roots roots,
            Counters counters,
            Markers markers,
            int lineLimit) {
        this.ordinal = ordinal;
        this.id = ordinal;
        this.socket = socket;
        this.loop = loop;
        this.roots = roots;
        this.counters = counters;
        this.markers = markers;
        this.reader = new LineReader(loop.decoder());
        this.framer = new LineFramer(lineLimit, roots.budget());
    }

    /** It was accepted. What its peer has sent by now is read at once, which under load is all that it will ever send. */
    void open() {
        loop.add(this);
        counters.increment(Counter.CONNECTIONS_ACCEPTED);
        identify();
        if (foreign) {
            counters.increment(Counter.CONNECTIONS_FOREIGN_UID);
            // Cuts its lines to count them, and keeps none: our own lines need the memory.
            framer = new LineFramer(0, roots.budget());
        }
        read(true);
        if (!closed) {
            try {
                registration = loop.register(this, TALKING);
                talks();
            } catch (IOException e) {
                failed(e);
            }
        }
    }

    @Override
    public FileDescriptor fd() {
        return socket;
    }

    @Override
    public void handle(IoRegistration unused, IoEvent event) {
        try {
            handle(((EpollIoEvent) event).ops().contains(EpollIoOps.EPOLLRDHUP));
        } catch (RuntimeException | Error e) {
            loop.defect("reading a connection", e);
        }
    }

    private void handle(boolean toTheEnd) {
        long before = bytesRead;
        read(toTheEnd);
        if (!closed && !talking && bytesRead - before < MUCH) {
            watch(TALKING);
            talks();
        }
    }

    private void watch(EpollIoOps happenings) {
        IoRegistration watched = registration;
        if (watched != null && !closed) {
            try {
                watched.submit(happenings);
            } catch (UncheckedIOException e) {
                failed(e);
            }
        }
    }

    private void talks() {
        talking = true;
        silences = 0;
        loop.talks(this);
    }

    @Override
    public boolean look() {
        long before = bytesRead;
        try {
            read(false);
        } catch (RuntimeException | Error e) {
            // Whoever waited for this read has a defect; those who are looked at after it are not to be forgotten for
            // it.
            loop.defect("looking at a connection", e);
        }
        long said = bytesRead - before;
        silences = said == 0 ? silences + 1 : 0;
        talking = !closed && silences < SILENCES && said < MUCH;
        if (!talking) {
            watch(SILENT);
        }
        return talking;
    }

    /**
     * Reads what there is.
     *
     * @param toTheEnd until there is nothing more; otherwise until a read has emptied the socket as far as one can tell
     */
    private void read(boolean toTheEnd) {
        try {
            for (int i = 0; i < READS && !closed; i++) {
                int n = loop.receive(socket);
                if (n < 0) {
                    close();
                } else if (n > 0) {
                    take(n);
                }
                if (n == 0 || n < IngestLoop.ROOM && !toTheEnd && pending == null) {
                    break;
                }
            }
        } catch (IOException e) {
            failed(e);
        }
        reportProgress();
    }

    private void take(int n) {
        bytesRead += n;
        counters.add(Counter.BYTES_RECEIVED, n);
        try {
            framer.feed(loop.chunk(), 0, n, this);
            apply();
        } catch (RuntimeException | Error e) {
            counters.defect("reading a connection", e);
        } finally {
            count();
        }
    }

    private void failed(Exception why) {
        counters.increment(Counter.CONNECTION_ERRORS);
        counters.failed(Part.INGEST, "reading a connection: " + why);
        LOG.debug("connection {}: {}", ordinal, why.toString());
        close();
    }

    @Override
    public void line(byte[] bytes, int from, int to) {
        if (bytes[from] == Markers.FIRST_BYTE && markers.isMarker(bytes, from, to)) {
            return;
        }
        received++;
        if (foreign) {
            counters.dropped(DropReason.FOREIGN_UID, 1);
            return;
        }
        switch (read(bytes, from, to)) {
            case Line line -> add(line);
            case ReadLine.Ignored _ -> ignored++;
            case ReadLine.Dropped dropped -> drop(closed ? DropReason.TORN : dropped.reason(), dropped.sid());
        }
    }

    /** A line at which our own reader fails costs itself, not the lines behind it. */
    private ReadLine read(byte[] bytes, int from, int to) {
        try {
            return reader.read(bytes, from, to);
        } catch (RuntimeException | StackOverflowError e) {
            counters.defect("reading a line", e);
            return new ReadLine.Dropped(DropReason.DEFECT, null);
        }
    }

    @Override
    public void skipped(DropReason reason, byte[] bytes, int from, int to) {
        received++;
        if (foreign) {
            // Nothing it says may touch a record of ours.
            counters.dropped(DropReason.FOREIGN_UID, 1);
            return;
        }
        drop(reason, reader.sidOf(bytes, from, to));
    }

    /** How far this connection has to be read so that nothing is left of what its peer has sent. */
    void readTo(DrainTarget target, ReceiveQueue.Unread unread) {
        switch (unread) {
            case NOTHING -> {}
            case BYTES -> {
                int held = held();
                if (held > 0) {
                    await(target.held(bytesRead, held));
                }
            }
            case END -> await(target.ended());
        }
    }

    private void await(DrainTarget.Pending wait) {
        Queue<DrainTarget.Pending> waits = pending;
        if (waits == null) {
            waits = new ArrayDeque<>();
            pending = waits;
        }
        waits.add(wait);
    }

    int descriptor() {
        return socket.intValue();
    }

    private int held() {
        return closed ? 0 : ReceiveQueue.bytesHeld(socket.intValue());
    }

    private void add(Line line) {
        if (!batch.isEmpty() && !batch.getFirst().sid().root().equals(line.sid().root())) {
            apply();
        }
        batch.add(line);
        Sid sid = line.sid();
        if (sid != latest) {
            latest = sid;
            carry(sid);
        }
    }

    private void carry(Sid sid) {
        carried.putIfAbsent(sid.value(), sid);
        if (carried.size() > MAX_SIDS) {
            apply();
            Sid eldest = carried.remove(carried.keySet().iterator().next());
            if (eldest != null) {
                roots.closed(eldest, id);
            }
        }
    }

    /** Hands the lines gathered to their root, in one step. */
    private void apply() {
        if (batch.isEmpty()) {
            return;
        }
        List<DropReason> reasons = roots.lines(RootId.of(batch.getFirst().sid()), batch, id);
        applied += batch.size() - reasons.size();
        for (DropReason reason : reasons) {
            counters.dropped(reason, 1);
        }
        batch.clear();
    }

    private void drop(DropReason reason, @Nullable Sid sid) {
        counters.dropped(reason, 1);
        if (sid != null) {
            apply();
            roots.unreadable(sid, reason);
        }
    }

    private void count() {
        if (received > 0) {
            counters.add(Counter.EVENTS_RECEIVED, received);
            counters.add(Counter.EVENTS_APPLIED, applied);
            counters.add(Counter.EVENTS_IGNORED, ignored);
            received = 0;
            applied = 0;
            ignored = 0;
        }
    }

    /** Its peer has closed it, or the loop comes to its end. Once, whoever notices first. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            framer.end(this);
            apply();
        } catch (RuntimeException | Error e) {
            counters.defect("closing a connection", e);
        } finally {
            count();
        }
        loop.remove(this);
        release();
        counters.increment(Counter.CONNECTIONS_CLOSED);
        for (Sid sid : carried.values()) {
            roots.closed(sid, id);
        }
        carried.clear();
        reportProgress();
    }

    private void release() {
        try {
            socket.close();
        } catch (IOException e) {
            counters.increment(Counter.CONNECTION_ERRORS);
            LOG.debug("connection {}: {}", ordinal, e.toString());
        }
        if (registration != null) {
            // After the close, which has taken the descriptor out of the kernel's set.
            registration.cancel();
        }
    }

    private void reportProgress() {
        Queue<DrainTarget.Pending> waits = pending;
        if (waits == null) {
            return;
        }
        int held = held();
        for (DrainTarget.Pending wait = waits.peek(); wait != null; wait = waits.peek()) {
            if (!closed && !wait.isOver(bytesRead, held)) {
                return;
            }
            waits.remove();
            wait.target().done();
        }
        pending = null;
    }

    private void identify() {
        try {
            IngestLoop.Peer peer = loop.peer(socket);
            foreign = !peer.ours();
            id = ConnectionNumber.of(ordinal, peer.pid());
        } catch (IOException e) {
            // Without credentials nobody can say whose it is: it is read and discarded.
            LOG.debug("connection {}: no peer credentials: {}", ordinal, e.toString());
            foreign = true;
            id = ConnectionNumber.of(ordinal, 0);
        }
    }
}
