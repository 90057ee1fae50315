package taproot.daemon.ingest;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.unix.PeerCredentials;
import java.io.IOException;
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
 * of it on its event loop, before the next read. Never asks for data (it is always wanted) and never closes.
 */
final class TraceConnection extends ChannelInboundHandlerAdapter implements LineFramer.Sink {
    private static final Logger LOG = LoggerFactory.getLogger(TraceConnection.class);

    /** A connection that speaks of more processes than this has the close of the earliest counted early. */
    private static final int MAX_SIDS = 4096;

    private final long ordinal;
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
    private @Nullable EpollDomainSocketChannel channel;
    private boolean foreign;
    private boolean closed;
    private long bytesRead;

    /** The drains that wait for it, oldest first; null for nearly every connection. */
    private @Nullable Queue<DrainTarget.Pending> pending;

    // Counted per read and added to the shared counters once.
    private int received;
    private int applied;
    private int ignored;

    TraceConnection(long ordinal, IngestLoop loop, Roots roots, Counters counters, Markers markers, int lineLimit) {
        this.ordinal = ordinal;
        this.id = ordinal;
        this.loop = loop;
        this.roots = roots;
        this.counters = counters;
        this.markers = markers;
        this.reader = new LineReader(loop.decoder());
        this.framer = new LineFramer(lineLimit, roots.budget());
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        EpollDomainSocketChannel accepted = (EpollDomainSocketChannel) ctx.channel();
        channel = accepted;
        loop.add(this);
        counters.increment(Counter.CONNECTIONS_ACCEPTED);
        identify(accepted);
        if (foreign) {
            counters.increment(Counter.CONNECTIONS_FOREIGN_UID);
            // Cuts its lines to count them, and keeps none: our own lines need the memory.
            framer = new LineFramer(0, roots.budget());
        }
        accepted.config().setAutoRead(true);
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        // Ends here: behind us nobody may decide when to read, or when to close.
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        try {
            int n = bytes.readableBytes();
            byte[] chunk = loop.chunk(n);
            bytes.readBytes(chunk, 0, n);
            bytesRead += n;
            counters.add(Counter.BYTES_RECEIVED, n);
            framer.feed(chunk, 0, n, this);
            apply();
        } finally {
            bytes.release();
            count();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (pending != null) {
            // Later: when the peer has closed, that comes right after what it had sent, and belongs to it.
            ctx.executor().execute(this::reportProgress);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        close();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        close();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof IOException) {
            counters.increment(Counter.CONNECTION_ERRORS);
            LOG.debug("connection {}: {}", ordinal, cause.toString());
        } else {
            counters.defect("reading a connection", cause);
        }
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
    void readTo(DrainTarget target) {
        int held = held();
        if (held > 0) {
            Queue<DrainTarget.Pending> waits = pending;
            if (waits == null) {
                waits = new ArrayDeque<>();
                pending = waits;
            }
            waits.add(target.held(bytesRead, held));
        }
    }

    private int held() {
        EpollDomainSocketChannel open = channel;
        return closed || open == null || !open.isOpen()
                ? 0
                : ReceiveQueue.bytesHeld(open.fd().intValue());
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

    /** Once, whoever notices first. */
    private void close() {
        if (closed) {
            return;
        }
        closed = true;
        framer.end(this);
        apply();
        count();
        loop.remove(this);
        counters.increment(Counter.CONNECTIONS_CLOSED);
        for (Sid sid : carried.values()) {
            roots.closed(sid, id);
        }
        carried.clear();
        reportProgress();
    }

    private void reportProgress() {
        Queue<DrainTarget.Pending> waits = pending;
        if (waits == null) {
            return;
        }
        int held = held();
        for (DrainTarget.Pending wait = waits.peek(); wait != null; wait = waits.peek()) {
            if (!wait.isOver(bytesRead, held)) {
                return;
            }
            waits.remove();
            wait.target().done();
        }
        pending = null;
    }

    private void identify(EpollDomainSocketChannel accepted) {
        try {
            PeerCredentials peer = accepted.peerCredentials();
            foreign = peer.uid() != loop.ownUid();
            id = ConnectionNumber.of(ordinal, peer.pid());
        } catch (IOException e) {
            // Without credentials nobody can say whose it is: it is read and discarded.
            LOG.debug("connection {}: no peer credentials: {}", ordinal, e.toString());
            foreign = true;
            id = ConnectionNumber.of(ordinal, 0);
        }
    }
}
