package taproot.daemon.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.IoEventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.Socket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import taproot.daemon.metrics.Counter;
import taproot.daemon.metrics.Counters;
import taproot.daemon.roots.ManualTime;
import taproot.daemon.roots.Roots;
import taproot.normalizer.Settings;

/**
 * A connection that the kernel reports as broken is counted and closed. A Unix socket that is only read from never is; one
 * of TCP that its peer resets is the same to whoever reads it.
 */
class ConnectionErrorsTest {
    private final Counters counters = new Counters();
    private final AtomicInteger finished = new AtomicInteger();

    @Test
    void aConnectionThatFailsIsCountedAndClosedAndItsCommandIsLost() throws Exception {
        ManualTime time = new ManualTime(0);
        Roots roots = new Roots(
                Settings.DEFAULTS, 16, 1 << 20, time, counters, time, _ -> finished.incrementAndGet(), Runnable::run);
        try (MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
                ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            // Root's uid is not that of a peer without one; this one has to be taken for ours.
            IngestLoop loop = new IngestLoop((IoEventLoop) group.next(), -1, counters);
            Socket socket = Socket.newSocketStream();
            socket.connect(new InetSocketAddress(server.getInetAddress(), server.getLocalPort()));
            try (java.net.Socket peer = server.accept()) {
                TraceConnection connection =
                        new TraceConnection(1, socket, loop, roots, counters, new Markers(), 4 << 20);
                loop.execute(connection::open);
                peer.getOutputStream()
                        .write(("{\"event\":\"start\",\"sid\":\"20261120T050011.221335Z-H0a7c9cdf-P0000168a\","
                                        + "\"time\":\"2026-11-20T05:00:11.300000Z\",\"argv\":[\"git\",\"push\"]}\n")
                                .getBytes(UTF_8));
                await(() -> roots.live().openings() == 1);
                peer.setSoLinger(true, 0); // A reset instead of an end.
            }
            await(() -> counters.get(Counter.CONNECTIONS_CLOSED) == 1);
            assertThat(counters.get(Counter.CONNECTION_ERRORS)).isEqualTo(1);
            assertThat(roots.live().openings()).isZero();
            time.pass(2_000_000);
            assertThat(finished).hasValue(1);
            assertThat(counters.get(Counter.DEFECTS)).isZero();
        }
    }

    private static void await(java.util.concurrent.Callable<Boolean> condition) {
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(condition);
    }
}
