package taproot.daemon.sink;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What stands between a sink and its system in a test, and does to it what networks do. It passes chunks as they come, and
 * asks about each.
 */
public final class FaultProxy implements AutoCloseable {
    /** What becomes of a chunk. */
    public enum Fate {
        PASS,
        /** It is read, and nobody gets it. */
        SWALLOW,
        /** Both sides see the connection closed. */
        CUT
    }

    /** Decides; may take its time, which delays this direction of this connection. */
    public interface Rule {
        /**
         * @param answer whether it comes from the system
         * @param chunk its number among all of both directions since the rule was given, from 1
         */
        Fate of(boolean answer, int chunk) throws InterruptedException;
    }

    private final InetSocketAddress system;
    private final ServerSocket server;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final AtomicInteger chunks = new AtomicInteger();
    private volatile Rule rule = (_, _) -> Fate.PASS;
    private volatile boolean down;

    public FaultProxy(InetSocketAddress system) throws IOException {
        this.system = system;
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    public InetSocketAddress address() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getLocalPort());
    }

    public void rule(Rule next) {
        chunks.set(0);
        rule = next;
    }

    public void pass() {
        rule((_, _) -> Fate.PASS);
    }

    /** Chunks since the rule was given. */
    public int chunks() {
        return chunks.get();
    }

    /** Nothing gets through, and what was open is closed. */
    public void down(boolean now) {
        down = now;
        if (now) {
            sockets.forEach(FaultProxy::close);
        }
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket here = server.accept();
                if (down) {
                    close(here);
                    continue;
                }
                Socket there = new Socket(system.getAddress(), system.getPort());
                sockets.add(here);
                sockets.add(there);
                Thread.ofVirtual().start(() -> pump(here, there, false));
                Thread.ofVirtual().start(() -> pump(there, here, true));
            } catch (IOException e) {
                // The system is down, or the proxy is closed: whoever connected finds out.
                continue;
            }
        }
    }

    private void pump(Socket from, Socket to, boolean answer) {
        byte[] buffer = new byte[64 << 10];
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                Fate fate = rule.of(answer, chunks.incrementAndGet());
                if (fate == Fate.CUT) {
                    break;
                }
                if (fate == Fate.PASS) {
                    out.write(buffer, 0, n);
                    out.flush();
                }
            }
        } catch (IOException | InterruptedException e) {
            // One side is gone; the other one is told below.
        }
        close(from);
        close(to);
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        sockets.forEach(FaultProxy::close);
    }
}
