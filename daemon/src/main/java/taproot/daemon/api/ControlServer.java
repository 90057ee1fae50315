package taproot.daemon.api;

import io.netty.channel.unix.DomainSocketAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import reactor.netty.ChannelBindException;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import reactor.netty.resources.LoopResources;

/**
 * The control socket: HTTP/1.1 on a Unix socket that only its owner may open. One event-loop thread of its own, so that
 * nobody who asks ever delays git.
 *
 * <p>Whatever lies at the path is replaced: the caller has made sure that no other daemon lives there.
 */
public final class ControlServer {
    /** Unix socket paths hold 108 bytes, the terminating zero included. */
    private static final int LONGEST_PATH = 107;

    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(1);

    private final Path socket;
    private final LoopResources loop;
    private final DisposableServer server;

    private ControlServer(Path socket, LoopResources loop, DisposableServer server) {
        this.socket = socket;
        this.loop = loop;
        this.server = server;
    }

    /**
     * Returns once it listens. Blocks, so not to be called on an event loop.
     *
     * @throws IOException when it cannot listen there; says why
     */
    public static ControlServer start(Path socket, Control control) throws IOException {
        int length = socket.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8).length;
        if (length > LONGEST_PATH) {
            throw new IOException("the path of a socket has at most " + LONGEST_PATH + " bytes, " + socket + " has "
                    + length + ": choose a shorter --runtime-dir");
        }
        Endpoints endpoints = new Endpoints(control);
        LoopResources loop = LoopResources.create("control", 1, true);
        DisposableServer server = null;
        try {
            server = HttpServer.create()
                    .bindAddress(() -> new DomainSocketAddress(socket.toFile()))
                    .runOn(loop, true)
                    .handle(endpoints::answer)
                    .bindNow();
            Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-------"));
            return new ControlServer(socket, loop, server);
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

    /** Stops listening, closes what is open and removes the socket. Blocks a second at most. */
    public void stop() throws IOException {
        server.disposeNow(STOP_TIMEOUT);
        loop.disposeLater(Duration.ZERO, STOP_TIMEOUT).block(STOP_TIMEOUT.plusSeconds(1));
        Files.deleteIfExists(socket);
    }
}
