package taproot.daemon.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** What becomes of those who are connected when the server stops: in a JVM that goes on, nobody else closes their sockets. */
class StopTest extends LoggedServerBase {
    private static final int ROUNDS = 4;

    /** Who streams, who says nothing, who has said half of what he wants, and who comes in that very moment. */
    @Test
    void nobodyIsConnectedAnyMoreWhenItHasStopped() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            List<SocketChannel> clients = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                clients.add(Http.sent(socket, "GET /v1/stream?live=true", ""));
            }
            clients.add(SocketChannel.open(UnixDomainSocketAddress.of(socket)));
            clients.add(Http.sent(socket, "GET /v1/status", "Content-Length: 7\r\n"));
            clients.add(Http.sent(socket, "POST /v1/barrier", "Expect: 100-continue\r\nContent-Le"));
            Awaitility.await().until(() -> server.subscribers() == 5);
            AtomicBoolean stopped = new AtomicBoolean();
            List<SocketChannel> latecomers = new ArrayList<>();
            Thread coming = Thread.ofPlatform().start(() -> comeUntil(stopped, latecomers));
            append(round * 100 + 1, round * 100 + 100);
            settled();

            server.stop();
            stopped.set(true);
            coming.join();

            clients.addAll(latecomers);
            for (SocketChannel client : clients) {
                assertThat(isOver(client)).as("in round %d", round).isTrue();
                client.close();
            }
            assertThat(server.subscribers()).isZero();
            server = ControlServer.start(socket, new Daemon(), log, state, counters);
        }
    }

    private void comeUntil(AtomicBoolean stopped, List<SocketChannel> clients) {
        while (!stopped.get()) {
            try {
                clients.add(Http.sent(socket, "GET /v1/stream", ""));
                LockSupport.parkNanos(200_000);
            } catch (IOException e) {
                Thread.onSpinWait(); // He came too late.
            }
        }
    }

    /** Reads what is there, and does not wait for what may yet come. */
    private static boolean isOver(SocketChannel client) throws IOException {
        client.configureBlocking(false);
        ByteBuffer bytes = ByteBuffer.allocate(8 << 10);
        try {
            int n = client.read(bytes.clear());
            while (n > 0) {
                n = client.read(bytes.clear());
            }
            return n < 0;
        } catch (IOException e) {
            assertThat(e)
                    .as(new String(bytes.array(), StandardCharsets.ISO_8859_1))
                    .hasMessageContaining("reset");
            return true;
        }
    }
}
