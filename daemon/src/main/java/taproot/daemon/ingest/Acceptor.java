package taproot.daemon.ingest;

import io.netty.channel.IoEvent;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import taproot.daemon.metrics.Counter;
import taproot.daemon.metrics.Counters;
import taproot.daemon.metrics.Part;

/**
 * Accepts whoever connects, and gives the connections to the loops in turns. Costs one system call a connection, where a
 * framework's channel would ask six times for the addresses of sockets that have none. On one loop only.
 *
 * <p>When nobody can be accepted because no descriptor is left, it is counted and tried again after
 * {@value #PAUSE_MILLIS} ms. Whoever connects meanwhile stands in the backlog and can write what a socket's buffer holds
 * (about 170 events), so that most git commands do not notice; a longer one waits in {@code write} until it is accepted.
 */
final class Acceptor implements EpollIoHandle {
    private static final Logger LOG = LoggerFactory.getLogger(Acceptor.class);

    /** Those who are connected want to be read, however many connect. */
    private static final int AT_ONCE = 64;

    private static final int PAUSE_MILLIS = 10;
    private static final long QUIET_NANOS = TimeUnit.MINUTES.toNanos(1);

    /** Makes a connection of an accepted socket. */
    interface Connecting {
        TraceConnection connection(long ordinal, Socket accepted, IngestLoop loop);
    }

    private final Socket listening;
    private final List<IngestLoop> loops;
    private final Connecting connecting;
    private final Counters counters;
    private final AtomicLong accepted = new AtomicLong();

    /** Where the kernel would put an address: a length, and as much as Netty has room for. */
    private final byte[] nobodysAddress = new byte[25];

    private long saidAt = System.nanoTime() - QUIET_NANOS;

    /** @param loops the first one is the one that accepts */
    Acceptor(int listening, List<IngestLoop> loops, Connecting connecting, Counters counters) {
        this.listening = new Socket(listening);
        this.loops = loops;
        this.connecting = connecting;
        this.counters = counters;
    }

    /** How many were accepted so far. */
    long accepted() {
        return accepted.get();
    }

    @Override
    public FileDescriptor fd() {
        return listening;
    }

    @Override
    public void handle(IoRegistration registration, IoEvent event) {
        try {
            for (int i = 0; i < AT_ONCE; i++) {
                int descriptor = listening.accept(nobodysAddress);
                if (descriptor < 0) {
                    return;
                }
                hand(new Socket(descriptor));
            }
        } catch (IOException e) {
            pause(registration, e);
        } catch (RuntimeException | Error e) {
            loops.getFirst().defect("accepting", e);
        }
    }

    private void hand(Socket socket) {
        long ordinal = accepted.incrementAndGet();
        int turn = (int) (ordinal % loops.size());
        IngestLoop loop = loops.get(turn);
        TraceConnection connection = connecting.connection(ordinal, socket, loop);
        if (turn == 0) {
            connection.open();
            return;
        }
        try {
            loop.execute(connection::open);
        } catch (RejectedExecutionException e) {
            // The loops are being stopped.
            connection.close();
        }
    }

    /** The next try is certain before this one is given up: whatever fails here, it is not accepting that ends. */
    private void pause(IoRegistration registration, IOException why) {
        counters.increment(Counter.ACCEPTS_FAILED);
        loops.getFirst().afterMicros(PAUSE_MILLIS * 1_000, () -> registration.submit(EpollIoOps.EPOLLIN));
        registration.submit(EpollIoOps.EPOLLERR);
        loops.getFirst().execute(() -> say(why));
    }

    private void say(IOException why) {
        long now = System.nanoTime();
        if (now - saidAt >= QUIET_NANOS) {
            saidAt = now;
            counters.failed(Part.INGEST, "cannot accept connections: " + why);
            LOG.warn(
                    "cannot accept connections: {}. git waits once its socket's buffer is full; raise the limit of"
                            + " descriptors (LimitNOFILE, ulimit -n) if this goes on",
                    why.toString());
        }
    }

    /** The descriptor belongs to the server that was bound. */
    @Override
    public void close() {}
}
