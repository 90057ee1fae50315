package taproot.daemon.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import taproot.daemon.metrics.Counter;
import taproot.daemon.metrics.Counters;
import taproot.daemon.roots.Roots;
import taproot.normalizer.Settings;

/**
 * A number belongs to whoever opened it until he closes it. Who closes one twice closes somebody else's: so sockets that
 * come and go beside the servers look whether they are still themselves.
 */
class DescriptorsTest {
    private static final int SERVERS = 30;
    private static final int CONNECTIONS = 40;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    private final Counters counters = new Counters();
    private final AtomicInteger looked = new AtomicInteger();
    private final AtomicInteger strangers = new AtomicInteger();

    @Test
    void serversThatComeAndGoCloseWhatIsTheirsAndOnce() throws Exception {
        serveAndStop(0); // Whatever is opened once and kept.
        long before = open();
        AtomicBoolean over = new AtomicBoolean();
        List<Thread> watchers = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            watchers.add(Thread.ofPlatform().start(() -> watch(over)));
        }
        for (int n = 1; n <= SERVERS; n++) {
            serveAndStop(n);
        }
        over.set(true);
        for (Thread watcher : watchers) {
            watcher.join();
        }
        assertThat(strangers).as("of %s", looked).hasValue(0);
        assertThat(looked.get()).isGreaterThan(1_000);
        assertThat(counters.get(Counter.CONNECTION_ERRORS)).isZero();
        assertThat(counters.get(Counter.ACCEPTS_FAILED)).isZero();
        assertThat(counters.get(Counter.CONNECTIONS_CLOSED)).isEqualTo(counters.get(Counter.CONNECTIONS_ACCEPTED));
        assertThat(open()).isEqualTo(before);
    }

    @Test
    void whoClosesANumberTwiceIsFoundOut() throws Exception {
        Socket first = Socket.newSocketDomain();
        int number = first.intValue();
        first.close();
        Socket second = Socket.newSocketDomain();
        if (second.intValue() != number) {
            second.close();
        }
        assumeThat(second.intValue())
                .as("free numbers are given away again, the lowest first")
                .isEqualTo(number);
        String self = self(number);
        new FileDescriptor(number).close();
        assertThat(self(number)).isNotEqualTo(self);
    }

    private void serveAndStop(int n) throws Exception {
        Path path = directory.resolve("trace2-" + n + ".sock");
        int uid = (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
        TraceServer server = new TraceServer(1 + n % 3, 1 << 20, uid, counters);
        Roots roots = new Roots(
                Settings.DEFAULTS, 64, 1 << 20, Roots.Clock.SYSTEM, counters, server.timers(), _ -> {}, server::drain);
        server.listen(path, roots);
        AtomicBoolean stop = new AtomicBoolean();
        Thread gits = Thread.ofPlatform().start(() -> connect(path, stop));
        List<SocketChannel> open = new ArrayList<>();
        for (int i = 0; i < CONNECTIONS; i++) {
            SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(path));
            channel.write(ByteBuffer.wrap("{\"event\":\"data\",\"sid\":\"x\"}\n".getBytes(UTF_8)));
            open.add(channel);
        }
        CompletableFuture<Void> drained = new CompletableFuture<>();
        server.drain(() -> drained.complete(null));
        drained.get(30, TimeUnit.SECONDS);
        server.stop(); // While one goes on to connect, and the others have not closed.
        stop.set(true);
        gits.join();
        for (SocketChannel channel : open) {
            channel.close();
        }
    }

    private static void connect(Path path, AtomicBoolean stop) {
        while (!stop.get()) {
            try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
                channel.write(ByteBuffer.wrap("x\n".getBytes(UTF_8)));
            } catch (IOException e) {
                return; // It has stopped.
            }
        }
    }

    private void watch(AtomicBoolean over) {
        while (!over.get()) {
            Socket own = Socket.newSocketDomain();
            String self = self(own.intValue());
            for (int i = 0; i < 50; i++) {
                Thread.onSpinWait();
            }
            if (!self(own.intValue()).equals(self)) {
                strangers.incrementAndGet();
            }
            looked.incrementAndGet();
            try {
                own.close();
            } catch (IOException e) {
                strangers.incrementAndGet();
            }
        }
    }

    /** What is behind the number. */
    private static String self(int number) {
        try {
            return Files.readSymbolicLink(Path.of("/proc/self/fd/" + number)).toString();
        } catch (IOException e) {
            return e.toString();
        }
    }

    private static long open() throws IOException {
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
            return descriptors.count();
        }
    }
}
