package taproot.daemon.ingest;

import io.netty.channel.IoEventLoop;
import io.netty.channel.IoHandle;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.Socket;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import taproot.daemon.metrics.Counters;
import taproot.normalizer.EventDecoder;

/**
 * What the connections of one event loop share: a decoder, the memory they read into, and who they are. Loop only, but
 * for {@link #execute}.
 */
final class IngestLoop {
    /** What one read takes at most; a socket's buffer does not hold much more. */
    static final int ROOM = 64 * 1024;

    private static final int SOL_SOCKET = 1;
    private static final int SO_PEERCRED = 17;

    private final IoEventLoop eventLoop;
    private final EventDecoder decoder = new EventDecoder();
    private final Set<TraceConnection> connections = Collections.newSetFromMap(new IdentityHashMap<>());
    private final int ownUid;
    private final Counters counters;
    private final MemorySegment received = Arena.ofAuto().allocate(ROOM);
    private final byte[] chunk = new byte[ROOM];
    private final Talkers talkers = new Talkers(this);

    /** {@code struct ucred}: pid, uid, gid. */
    private final ByteBuffer credentials =
            ByteBuffer.allocateDirect(3 * Integer.BYTES).order(ByteOrder.nativeOrder());

    IngestLoop(IoEventLoop eventLoop, int ownUid, Counters counters) {
        this.eventLoop = eventLoop;
        this.ownUid = ownUid;
        this.counters = counters;
    }

    EventDecoder decoder() {
        return decoder;
    }

    /** From any thread. */
    void execute(Runnable task) {
        eventLoop.execute(() -> guarded(task));
    }

    /** Netty would keep to itself what a task throws. */
    private void guarded(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | Error e) {
            counters.defect("doing what a loop was asked for", e);
        }
    }

    void afterMicros(long micros, Runnable task) {
        var unused = eventLoop.schedule(() -> guarded(task), micros, TimeUnit.MICROSECONDS);
    }

    /**
     * Notes a defect that was met in a handle, in a task of its own: nothing may get out of a handle, since an {@link Error}
     * that does ends the loop for good, and nobody would read what git writes.
     */
    void defect(String doing, Throwable why) {
        execute(() -> counters.defect(doing, why));
    }

    /**
     * Tells the handle from now on when one of these happens.
     *
     * @throws IOException when the kernel does not watch it
     */
    IoRegistration register(IoHandle handle, EpollIoOps happenings) throws IOException {
        Future<IoRegistration> registration = eventLoop.register(handle).syncUninterruptibly();
        try {
            registration.getNow().submit(happenings);
        } catch (java.io.UncheckedIOException e) {
            registration.getNow().cancel();
            throw e.getCause();
        }
        return registration.getNow();
    }

    /** Reads what the socket holds into the {@link #chunk}: how many bytes, 0 for nothing yet, below 0 at its end. */
    int receive(Socket socket) throws IOException {
        int n = socket.recvAddress(received.address(), 0, ROOM);
        if (n > 0) {
            MemorySegment.copy(received, ValueLayout.JAVA_BYTE, 0, chunk, 0, n);
        }
        return n;
    }

    /** What was received; until the next time. */
    byte[] chunk() {
        return chunk;
    }

    /** The process that connected, as the kernel knows it. */
    Peer peer(Socket socket) throws IOException {
        credentials.clear();
        socket.getRawOpt(SOL_SOCKET, SO_PEERCRED, credentials);
        return new Peer(credentials.getInt(0), credentials.getInt(Integer.BYTES) == ownUid);
    }

    /** @param ours whether it has our own uid */
    record Peer(int pid, boolean ours) {}

    void add(TraceConnection connection) {
        connections.add(connection);
    }

    /** It has something to say, and is looked at every now and then. */
    void talks(Talkers.Talker talker) {
        talkers.add(talker);
    }

    void remove(TraceConnection connection) {
        connections.remove(connection);
    }

    /** Closes what is open; whoever stops has drained before. */
    void closeAll() {
        List.copyOf(connections).forEach(TraceConnection::close);
    }

    /** Has every open connection read until nothing is left of what its peer has sent, its end included. */
    void readAllTo(DrainTarget target) {
        int count = 0;
        int[] fds = new int[connections.size()];
        for (TraceConnection connection : connections) {
            fds[count++] = connection.descriptor();
        }
        ReceiveQueue.Unread[] unread = ReceiveQueue.unread(fds, count);
        int asked = 0;
        for (TraceConnection connection : connections) {
            connection.readTo(target, unread[asked++]);
        }
        talkers.look();
    }
}
