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
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import taproot.daemon.metrics.Counter;
import taproot.daemon.metrics.Counters;
import taproot.daemon.metrics.Part;

/**
 * Accepts whoever connects, and gives the connections to the loops in turns. Costs one system call a connection, where a
 * framework's channel would ask six times for the addresses of sockets that have none. On one loop only.
 *
 * <p>The first to connect wakes the loop, which looks within a millisecond, and goes on looking for as long as somebody
 * comes; see {@link Talkers}. Whoever connects meanwhile wakes nobody. In its first millisecond git does not write the 170
 * lines that its socket holds.
 *
 * <p>When nobody can be accepted because no descriptor is left, it is counted and tried again after
 * {@value #PAUSE_MILLIS} ms. Whoever connects meanwhile stands in the backlog and can write what a socket's buffer holds
 * (about 170 events), so that most git commands do not notice; a longer one waits in {@code write} until it is accepted.
 */
final class Acceptor implements EpollIoHandle, Talkers.Talker {
    private static final Logger LOG = LoggerFactory.getLogger(Acceptor.class);

    /** Those who are connected want to be read, however many connect. */
    static final int AT_ONCE = 64;

    /** The kernel tells who connects. */
    private static final EpollIoOps WATCHED = EpollIoOps.EPOLLIN;

    /** Nobody is told. */
    private static final EpollIoOps LOOKED_AT = EpollIoOps.EPOLLERR;

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

    private @Nullable IoRegistration registration;

    /** More had connected than are accepted at once, when somebody last looked. */
    private boolean crowded;

    /** The descriptor may be closed by now, and its number be somebody else's. */
    private boolean over;

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

    /** Begins to accept. */
    void begin() throws IOException {
        registration = loops.getFirst().register(this, WATCHED);
    }

    /** Accepts nobody any more. On its loop. */
    void end() {
        over = true;
        if (registration != null) {
            registration.cancel();
        }
    }

    /** Somebody has connected: nobody waits for the next look behind a crowd. */
    @Override
    public void handle(IoRegistration watched, IoEvent event) {
        try {
            registration = watched; // Somebody may connect before whoever registers comes back.
            watched.submit(LOOKED_AT);
            if (!crowded) {
                talkAfter(Talkers.PAUSE_MICROS);
            } else if (accept()) {
                loops.getFirst().talks(this);
            }
        } catch (RuntimeException | Error e) {
            loops.getFirst().defect("accepting", e);
        }
    }

    @Override
    public boolean look() {
        try {
            return accept();
        } catch (RuntimeException | Error e) {
            loops.getFirst().defect("accepting", e);
            return true;
        }
    }

    /** Whether it is to be looked again. */
    private boolean accept() {
        long before = accepted();
        try {
            crowded = !acceptAll();
        } catch (IOException e) {
            pause(e);
            return false;
        }
        boolean goesOn = !crowded && accepted() > before;
        if (!goesOn && registration != null && !over) {
            registration.submit(WATCHED);
        }
        return goesOn;
    }

    /**
     * Accepts those who have connected, up to a number.
     *
     * @return whether that is everybody who had connected before the call
     * @throws IOException when somebody has connected and cannot be accepted
     */
    boolean acceptAll() throws IOException {
        for (int i = 0; i < AT_ONCE && !over; i++) {
            int descriptor = listening.accept(nobodysAddress);
            if (descriptor < 0) {
                return true;
            }
            hand(new Socket(descriptor));
        }
        return over;
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
    private void pause(IOException why) {
        talkAfter(PAUSE_MILLIS * 1_000);
        counters.increment(Counter.ACCEPTS_FAILED);
        loops.getFirst().execute(() -> say(why));
    }

    private void talkAfter(long micros) {
        loops.getFirst().afterMicros(micros, () -> loops.getFirst().talks(this));
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
