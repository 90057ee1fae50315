package taproot.daemon.ingest;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoEventLoop;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.UnixChannel;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.netty.ChannelBindException;
import reactor.netty.DisposableServer;
import reactor.netty.resources.LoopResources;
import reactor.netty.tcp.TcpServer;
import taproot.daemon.metrics.Counter;
import taproot.daemon.metrics.Counters;
import taproot.daemon.metrics.Part;
import taproot.daemon.roots.Roots;

/**
 * The trace2 socket: accepts everybody and reads everything, on one event loop unless told otherwise. From the bytes
 * to the hand-over of a finished record nothing leaves that loop, and nothing on it waits.
 */
public final class TraceServer {
    private static final Logger LOG = LoggerFactory.getLogger(TraceServer.class);

    /** git's connect blocks when the backlog is full. */
    private static final int BACKLOG = 4096;

    /**
     * How long is waited for others.
     *
     * @param mark after so long a mark that has not arrived will not: somebody else listens at our path
     * @param end what the loops may take to end; one that hangs must not keep the log from being written
     */
    record Patience(Duration mark, Duration end) {
        static final Patience DEFAULT = new Patience(Duration.ofSeconds(10), Duration.ofSeconds(5));
    }

    private final LoopResources resources;
    private final EventLoopGroup group;
    private final Counters counters;
    private final int lineLimit;
    private final Patience patience;
    private final Markers markers = new Markers();

    /** Complete from the start: a drain asks every loop, also one whose first connection is only just being handed to it. */
    private final List<IngestLoop> loops;

    /** Beside the rest of the start; over before anybody is accepted. */
    private final Thread warmUp =
            Thread.ofPlatform().name("ingest-warm-up").daemon().start(ReceiveQueue::warmUp);

    private @Nullable DisposableServer server;
    private @Nullable FileDescriptor adopted;
    private @Nullable Acceptor acceptor;
    private @Nullable Path socket;
    private volatile boolean stopped;

    /** Makes the loops; {@link #listen} makes them work. */
    public TraceServer(int loopCount, int lineLimit, int ownUid, Counters counters) {
        this(loopCount, lineLimit, ownUid, counters, Patience.DEFAULT);
    }

    TraceServer(int loopCount, int lineLimit, int ownUid, Counters counters, Patience patience) {
        this.resources = LoopResources.create("ingest", loopCount, true);
        this.group = resources.onServer(true);
        this.lineLimit = lineLimit;
        this.patience = patience;
        this.counters = counters;
        List<IngestLoop> all = new ArrayList<>();
        group.forEach(executor -> all.add(new IngestLoop((IoEventLoop) executor, ownUid, counters)));
        this.loops = List.copyOf(all);
    }

    /** The loops' own timers. */
    public Roots.Timers timers() {
        return this::after;
    }

    private void after(long micros, Runnable task) {
        try {
            var unused = group.schedule(() -> run(task), micros, TimeUnit.MICROSECONDS);
        } catch (RejectedExecutionException e) {
            // The loops have stopped: what was waited for is finished by the interrupt at the daemon's end.
            LOG.debug("a timer came after the end: {}", e.toString());
        }
    }

    /** Netty would keep to itself what a scheduled task throws, errors included. */
    private void run(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | Error e) {
            counters.defect("running a timer", e);
        }
    }

    /**
     * Listens at the path; whatever stood there is replaced, so the caller must hold the directory's lock.
     *
     * @throws IOException when it cannot; says why
     */
    public void listen(Path path, Roots roots) throws IOException {
        try {
            server = bind(path, roots);
        } catch (ChannelBindException e) {
            throw new IOException("cannot listen on " + path + ": " + e.getCause(), e);
        }
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
        // The server's channel listens and no more: its loop lets go of it, and its descriptor becomes the acceptor's.
        server.channel().deregister().syncUninterruptibly();
        accept(((UnixChannel) server.channel()).fd().intValue(), path, roots);
    }

    /**
     * Accepts on a socket that listens already at that path, which is neither bound nor removed here.
     *
     * @param descriptor not blocking; closed by {@link #stop}
     */
    public void adopt(int descriptor, Path path, Roots roots) throws IOException {
        adopted = new FileDescriptor(descriptor);
        accept(descriptor, path, roots);
    }

    private DisposableServer bind(Path path, Roots roots) {
        return TcpServer.create()
                .runOn(resources, true)
                .bindAddress(() -> new DomainSocketAddress(path.toString()))
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.AUTO_READ, false)
                .bindNow();
    }

    private void accept(int descriptor, Path path, Roots roots) throws IOException {
        socket = path;
        Acceptor accepts = new Acceptor(
                descriptor,
                loops,
                (ordinal, accepted, loop) ->
                        new TraceConnection(ordinal, accepted, loop, roots, counters, markers, lineLimit),
                counters);
        awaitWarmUp();
        acceptor = accepts;
        accepts.begin();
    }

    private void awaitWarmUp() throws IOException {
        try {
            warmUp.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while beginning to accept");
        }
    }

    /**
     * Runs the action, on a loop, when everything has been read that was sent before the call: when nobody is left to be
     * accepted, every connection opened before is known. On a server that does not listen there is nothing to read, and
     * the action runs at once.
     */
    public void drain(Runnable whenRead) {
        Acceptor accepts = acceptor;
        Path path = socket;
        if (accepts == null || path == null || stopped) {
            whenRead.run();
            return;
        }
        try {
            loops.getFirst().execute(() -> {
                if (isEverybodyAccepted(accepts)) {
                    readAll(whenRead);
                } else {
                    drainBehindMark(path, whenRead);
                }
            });
        } catch (RejectedExecutionException e) {
            LOG.debug("a drain came after the end: {}", e.toString());
            whenRead.run();
        }
    }

    private boolean isEverybodyAccepted(Acceptor accepts) {
        try {
            return accepts.acceptAll();
        } catch (IOException e) {
            LOG.debug("accepting before a drain: {}", e.toString());
        } catch (RuntimeException | Error e) {
            counters.defect("accepting before a drain", e);
        }
        return false;
    }

    /**
     * While many connect a connection to our own socket marks the moment: when it is accepted, every connection opened
     * before it is known.
     */
    private void drainBehindMark(Path path, Runnable whenRead) {
        AtomicReference<@Nullable ScheduledFuture<?>> overdue = new AtomicReference<>();
        byte[] mark = markers.issue(() -> {
            cancel(overdue.get());
            readAll(whenRead);
        });
        try {
            overdue.set(group.schedule(() -> overdue(path, mark), patience.mark.toMillis(), TimeUnit.MILLISECONDS));
        } catch (RejectedExecutionException e) {
            forgo(mark, path, e);
            return;
        }
        sendMark(path, mark);
    }

    private static void cancel(@Nullable ScheduledFuture<?> timer) {
        if (timer != null) {
            timer.cancel(false);
        }
    }

    private void sendMark(Path path, byte[] mark) {
        ChannelFuture connected = new Bootstrap()
                .group(group)
                .channel(EpollDomainSocketChannel.class)
                .handler(new ChannelInboundHandlerAdapter())
                .connect(new DomainSocketAddress(path.toString()));
        connected.addListener((ChannelFutureListener) future -> {
            if (!future.isSuccess()) {
                sendAgain(path, mark, future.cause());
                return;
            }
            future.channel().writeAndFlush(Unpooled.wrappedBuffer(mark)).addListener((ChannelFutureListener) write -> {
                write.channel().close();
                if (!write.isSuccess()) {
                    sendAgain(path, mark, write.cause());
                }
            });
        });
    }

    /** The backlog is full (EAGAIN), and what is in it gets accepted meanwhile; or nobody can connect any more. */
    private void sendAgain(Path path, byte[] mark, Throwable why) {
        if (!path.toFile().exists()) {
            forgo(mark, path, why);
            return;
        }
        try {
            var unused = group.schedule(() -> sendMark(path, mark), 1, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            forgo(mark, path, e);
        }
    }

    private void overdue(Path path, byte[] mark) {
        forgo(mark, path, new IOException("it did not arrive within " + patience.mark.toMillis() + " ms"));
    }

    /** Reads without a mark what those have sent who are known: more cannot be done, and nobody may wait for ever. */
    private void forgo(byte[] mark, Path path, Throwable why) {
        Runnable action = markers.withdraw(mark);
        if (action != null) {
            LOG.warn("cannot reach our own socket {}: {}", path, why.toString());
            action.run();
        }
    }

    private void readAll(Runnable whenRead) {
        DrainTarget target = new DrainTarget(whenRead);
        onEachLoop(target, loop -> loop.readAllTo(target));
    }

    /** Runs the action, on a loop, when every loop has come to the end of what it was doing at the call. */
    public void afterTurn(Runnable action) {
        onEachLoop(new DrainTarget(action), _ -> {});
    }

    private void onEachLoop(DrainTarget target, Consumer<IngestLoop> task) {
        for (IngestLoop loop : loops) {
            target.expect();
            try {
                loop.execute(() -> {
                    try {
                        task.accept(loop);
                    } finally {
                        target.done();
                    }
                });
            } catch (RejectedExecutionException e) {
                // The loop has stopped, and closed what it had.
                target.done();
            }
        }
        target.done();
    }

    /** How many connections were accepted so far. */
    public long accepted() {
        Acceptor accepts = acceptor;
        return accepts == null ? 0 : accepts.accepted();
    }

    /** Accepts nobody any more, and closes what is open; whoever stops the daemon has drained first. */
    public void stop() {
        stopped = true;
        long deadline = System.nanoTime() + patience.end.toNanos();
        stopAccepting(deadline);
        closeConnections(deadline);
        DisposableServer listening = server;
        if (listening != null) {
            end("the listening socket", () -> listening.disposeNow(left(deadline)));
        }
        end(
                "the loops",
                () -> resources.disposeLater(Duration.ZERO, left(deadline)).block(left(deadline)));
        closeAdopted();
    }

    /** Before the descriptor is closed that it accepts on: its number may be somebody else's at once. */
    private void stopAccepting(long deadline) {
        Acceptor accepts = acceptor;
        if (accepts != null) {
            await("accepting", List.of(loops.getFirst()), _ -> accepts.end(), deadline);
        }
    }

    /** A loop that ends closes what it knows of before it runs its last tasks, which may open connections. */
    private void closeConnections(long deadline) {
        await("connections", loops, IngestLoop::closeAll, deadline);
    }

    /** Has each of these loops do something, and waits until all have, or the deadline is over. */
    private void await(String what, List<IngestLoop> some, Consumer<IngestLoop> task, long deadline) {
        CountDownLatch done = new CountDownLatch(some.size());
        for (IngestLoop loop : some) {
            try {
                loop.execute(() -> {
                    task.accept(loop);
                    done.countDown();
                });
            } catch (RejectedExecutionException e) {
                done.countDown(); // It has ended before.
            }
        }
        try {
            if (!done.await(left(deadline).toNanos(), TimeUnit.NANOSECONDS)) {
                didNotEnd(what, "a loop hangs");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            didNotEnd(what, "interrupted");
        }
    }

    private void end(String what, Runnable ending) {
        try {
            ending.run();
        } catch (IllegalStateException e) {
            didNotEnd(what, String.valueOf(e.getMessage()));
        }
    }

    private void didNotEnd(String what, String why) {
        counters.failed(Part.INGEST, what + " did not end in time: " + why);
        LOG.warn("{} did not end in time: {}", what, why);
    }

    private static Duration left(long deadline) {
        return Duration.ofNanos(Math.max(TimeUnit.MILLISECONDS.toNanos(1), deadline - System.nanoTime()));
    }

    private void closeAdopted() {
        try {
            if (adopted != null) {
                adopted.close();
            }
        } catch (IOException e) {
            counters.increment(Counter.CONNECTION_ERRORS);
            LOG.warn("the inherited socket {} does not close: {}", socket, e.toString());
        }
    }
}
