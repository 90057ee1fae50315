package taproot.daemon.api;

import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.unix.DomainSocketAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.netty.ChannelBindException;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import reactor.netty.resources.LoopResources;
import taproot.daemon.config.LoopbackAddress;
import taproot.daemon.log.CommandLog;
import taproot.daemon.metrics.Counters;
import taproot.daemon.stream.CommandStream;
import taproot.daemon.stream.LogReads;

/**
 * The control socket: HTTP/1.1 on a Unix socket that only its owner may open. One event-loop thread of its own, so that
 * nobody who asks ever delays git.
 *
 * <p>Whatever lies at the path is replaced: the caller has made sure that no other daemon lives there.
 */
public final class ControlServer {
    private static final Logger LOG = LoggerFactory.getLogger(ControlServer.class);

    /** Unix socket paths hold 108 bytes, the terminating zero included. */
    private static final int LONGEST_PATH = 107;

    /** Proxies and people take a connection for dead after 30 s of silence. */
    private static final Duration HEARTBEAT = Duration.ofSeconds(15);

    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(1);

    private final Path socket;
    private final LoopResources loop;
    /** Whoever is connected. */
    private final ChannelGroup open;

    private final DisposableServer server;
    private final Endpoints endpoints;
    private final LogReads reads;
    private final CommandStream stream;
    /** Only where the configuration asks for it. */
    private @Nullable DisposableServer tcp;

    private ControlServer(
            Path socket,
            LoopResources loop,
            ChannelGroup open,
            DisposableServer server,
            Endpoints endpoints,
            LogReads reads,
            CommandStream stream) {
        this.socket = socket;
        this.endpoints = endpoints;
        this.stream = stream;
        this.reads = reads;
        this.loop = loop;
        this.open = open;
        this.server = server;
    }

    /**
     * Returns once it listens. Blocks, so not to be called on an event loop.
     *
     * @param log to be followed
     * @param stateDirectory where its database is, to be read
     * @throws IOException when it cannot listen there; says why
     */
    public static ControlServer start(
            Path socket, Control control, CommandLog log, Path stateDirectory, Counters counters) throws IOException {
        int length = socket.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8).length;
        if (length > LONGEST_PATH) {
            throw new IOException("the path of a socket has at most " + LONGEST_PATH + " bytes, " + socket + " has "
                    + length + ": choose a shorter --runtime-dir");
        }
        LoopResources loop = LoopResources.create("control", 1, true);
        LogReads reads = new LogReads(stateDirectory, counters);
        CommandStream stream = new CommandStream(
                log,
                reads,
                () -> LiveEndpoint.running(control),
                loop.onServer(true).next(),
                HEARTBEAT,
                counters);
        ChannelGroup open =
                new DefaultChannelGroup("control", loop.onServer(true).next(), true);
        Endpoints endpoints = new Endpoints(control, log, reads, stream, new Metrics(counters));
        DisposableServer server = null;
        try {
            server = HttpServer.create()
                    .bindAddress(() -> new DomainSocketAddress(socket.toFile()))
                    .runOn(loop, true)
                    .doOnChannelInit((_, channel, _) -> open.add(channel))
                    .handle(endpoints::answer)
                    .bindNow();
            Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-------"));
            return new ControlServer(socket, loop, open, server, endpoints, reads, stream);
        } catch (ChannelBindException e) {
            loop.dispose();
            throw new IOException("cannot listen on " + socket + ": " + e.getCause(), e);
        } catch (IOException e) {
            if (server != null) {
                server.disposeNow(STOP_TIMEOUT);
            }
            loop.dispose();
            throw e;
        }
    }

    /**
     * Serves the same on a loopback address, to whoever knows the token. Blocks until it listens.
     *
     * @return the port, which is another than the given one if that is 0
     * @throws IOException when it cannot, or the token's file is not private; says why
     */
    public int listen(LoopbackAddress address, Path tokenFile) throws IOException {
        BearerToken token = BearerToken.read(tokenFile);
        InetAddress host = InetAddress.getByName(address.host());
        if (!host.isLoopbackAddress()) {
            throw new IOException("expected a loopback address, got " + host + ": nothing listens on a network");
        }
        try {
            DisposableServer listening = HttpServer.create()
                    .bindAddress(() -> new InetSocketAddress(host, address.port()))
                    .runOn(loop, true)
                    .doOnChannelInit((_, channel, _) -> open.add(channel))
                    .handle((request, response) -> endpoints.answer(token, request, response))
                    .bindNow();
            tcp = listening;
            return listening.port();
        } catch (ChannelBindException e) {
            throw new IOException("cannot listen on " + address + ": " + e.getCause(), e);
        }
    }

    /** How many follow the log at the moment. */
    public int subscribers() {
        return stream.size();
    }

    /**
     * Stops listening, closes what is open and removes the socket. Blocks some seconds at most.
     *
     * <p>Each connection is closed by name: a loop that ends leaves them to the end of the process, and who follows the log
     * would wait for ever if that does not come.
     */
    public void stop() throws IOException {
        if (tcp != null) {
            DisposableServer listening = tcp;
            end(() -> listening.disposeNow(STOP_TIMEOUT));
        }
        end(() -> server.disposeNow(STOP_TIMEOUT));
        open.close().awaitUninterruptibly(STOP_TIMEOUT.toMillis());
        reads.stop();
        end(() -> loop.disposeLater(Duration.ZERO, STOP_TIMEOUT).block(STOP_TIMEOUT.plusSeconds(1)));
        Files.deleteIfExists(socket);
    }

    /** Who is served slowly must not keep the rest of the daemon from its end. */
    private static void end(Runnable ending) {
        try {
            ending.run();
        } catch (IllegalStateException e) {
            LOG.warn("the control socket did not end in time: {}", e.toString());
        }
    }
}
