package taproot.daemon.ingest;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import reactor.netty.ChannelBindException;
import reactor.netty.DisposableServer;
import reactor.netty.resources.LoopResources;
import reactor.netty.tcp.TcpServer;
import taproot.daemon.metrics.Counters;
import taproot.daemon.roots.Roots;

/**
 * The trace2 socket: accepts everybody and reads everything, on one event loop unless told otherwise. From the bytes
 * to the hand-over of a finished record nothing leaves that loop, and nothing on it waits.
 */
public final class TraceServer {
    /** git's connect blocks when the backlog is full. */
    private static final int BACKLOG = 4096;

    private static final int READ_SIZE = 16 * 1024;
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final LoopResources resources;
    private final EventLoopGroup group;
    private final Counters counters;
    private final int lineLimit;
    private final int ownUid;
    private final Markers markers = new Markers();
    private final AtomicLong connections = new AtomicLong();
    private final Map<EventLoop, IngestLoop> loops = new ConcurrentHashMap<>();
    private @Nullable DisposableServer server;
    private @Nullable Path socket;

    /** Makes the loops; {@link #listen} makes them work. */
    public TraceServer(int loopCount, int lineLimit, int ownUid, Counters counters) {
        this.resources = LoopResources.create("ingest", loopCount, true);
        this.group = resources.onServer(true);
        this.lineLimit = lineLimit;
        this.ownUid = ownUid;
        this.counters = counters;
    }

    /** The loops' own timers. */
    public ScheduledExecutorService timers() {
        return group;
    }

    /**
     * Listens at the path; whatever stood there is replaced, so the caller must hold the directory's lock.
     *
     * @throws IOException when it cannot; says why
     */
    public void listen(Path path, Roots roots) throws IOException {
        ReceiveQueue.warmUp();
        try {
            server = bind(path, roots);
        } catch (ChannelBindException e) {
            throw new IOException("cannot listen on " + path + ": " + e.getCause(), e);
        }
        socket = path;
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
    }

    private DisposableServer bind(Path path, Roots roots) {
        return TcpServer.create()
                .runOn(resources, true)
                .bindAddress(() -> new DomainSocketAddress(path.toString()))
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .childOption(ChannelOption.RCVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(READ_SIZE))
                .doOnChannelInit((_, channel, _) -> accept(channel, roots))
                .bindNow();
    }

    private void accept(Channel channel, Roots roots) {
        IngestLoop loop = loops.computeIfAbsent(channel.eventLoop(), _ -> new IngestLoop(ownUid));
        channel.pipeline()
                .addFirst(
                        new TraceConnection(connections.incrementAndGet(), loop, roots, counters, markers, lineLimit));
    }

    /**
     * Runs the action when everything has been read that was sent before the call. A connection to our own socket
     * marks the moment: when it is accepted, every connection opened before it is known.
     */
    public void drain(Runnable whenRead) {
        DisposableServer listening = server;
        Path path = socket;
        if (listening == null || path == null || listening.isDisposed()) {
            whenRead.run();
            return;
        }
        byte[] mark = markers.issue(() -> readAll(whenRead));
        sendMark(path, mark);
    }

    private void sendMark(Path path, byte[] mark) {
        ChannelFuture connected = new Bootstrap()
                .group(group)
                .channel(EpollDomainSocketChannel.class)
                .handler(new ChannelInboundHandlerAdapter())
                .connect(new DomainSocketAddress(path.toString()));
        connected.addListener((ChannelFutureListener) future -> {
            if (future.isSuccess()) {
                future.channel().writeAndFlush(Unpooled.wrappedBuffer(mark)).addListener(ChannelFutureListener.CLOSE);
            } else if (path.toFile().exists()) {
                // The backlog is full (EAGAIN): what is in it gets accepted meanwhile.
                var unused = group.schedule(() -> sendMark(path, mark), 1, TimeUnit.MILLISECONDS);
            } else {
                // Somebody removed the socket: nobody can connect any more, and those who have are known.
                Runnable action = markers.withdraw(mark);
                if (action != null) {
                    action.run();
                }
            }
        });
    }

    private void readAll(Runnable whenRead) {
        DrainTarget target = new DrainTarget(whenRead);
        loops.forEach((eventLoop, loop) -> {
            target.expect();
            eventLoop.execute(() -> {
                loop.readAllTo(target);
                target.done();
            });
        });
        target.done();
    }

    /** How many connections were accepted so far. */
    public long accepted() {
        return connections.get();
    }

    /** Accepts nobody any more, and closes what is open; whoever stops the daemon has drained first. */
    public void stop() {
        DisposableServer listening = server;
        if (listening != null) {
            listening.disposeNow(PATIENCE);
        }
        resources.disposeLater(Duration.ZERO, PATIENCE).block(PATIENCE);
    }
}
