package taproot.daemon.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import taproot.daemon.log.Commands;

/**
 * How long it takes from the hand-over of a record to the log until a subscriber has its first byte, at 1,000 commands/s. One
 * subscriber in each group is timed; the others are read by one thread that throws away what it reads. Prints the figures.
 */
@Tag("long")
class StreamLatencyTest extends LoggedServerBase {
    private static final int RATE = 1_000;
    private static final int SECONDS = 10;

    /** @param filtered the others follow a repository each, as editors do; else all follow everything */
    @ParameterizedTest
    @CsvSource({"1, false", "10, false", "1000, true", "1000, false"})
    void latencyAtAThousandCommandsASecond(int subscribers, boolean filtered) throws Exception {
        try (Http timed = stream("");
                Deaf others = new Deaf(subscribers - 1, filtered)) {
            assertThat(Event.next(timed).name()).isEqualTo("log");
            Thread reading = Thread.ofPlatform().start(others);
            int commands = RATE * SECONDS;
            AtomicLongArray appended = new AtomicLongArray(commands + 1);
            Thread writing = Thread.ofPlatform().start(() -> append(appended));
            long[] micros = new long[commands];
            for (int i = 0; i < commands; i++) {
                Event event = Event.next(timed, "command");
                micros[i] = (System.nanoTime() - appended.get((int) event.seq())) / 1_000;
            }
            writing.join();
            others.stop();
            reading.join();
            Arrays.sort(micros);
            System.out.printf(
                    "%4d subscribers%s: p50 %.2f ms, p99 %.2f ms, max %.1f ms; the others read %d MB%n",
                    subscribers,
                    filtered ? " (a repository each)" : "",
                    micros[commands / 2] / 1e3,
                    micros[commands * 99 / 100] / 1e3,
                    micros[commands - 1] / 1e3,
                    others.bytes >> 20);
            assertThat(counters.get(taproot.daemon.metrics.Counter.RECORDS_QUEUE_FULL))
                    .isZero();
        }
    }

    private void append(AtomicLongArray appended) {
        long begin = System.nanoTime();
        for (int i = 1; i < appended.length(); i++) {
            long due = begin + i * (1_000_000_000L / RATE);
            while (System.nanoTime() < due) {
                LockSupport.parkNanos(due - System.nanoTime());
            }
            appended.set(i, System.nanoTime());
            append(Commands.command("k" + i).in("/src/r" + i % 1_000).finished());
        }
    }

    /** Subscribers of whom nobody wants to know more than how much they were sent. */
    private final class Deaf implements Runnable, AutoCloseable {
        private final Selector selector = Selector.open();
        private final List<SocketChannel> channels = new ArrayList<>();
        private volatile boolean stopping;
        private volatile long bytes;

        Deaf(int subscribers, boolean filtered) throws IOException {
            for (int i = 0; i < subscribers; i++) {
                SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
                String query = filtered ? "?repository=/src/r" + i : "";
                String request = "GET /v1/stream" + query + " HTTP/1.1\r\nHost: taproot\r\n\r\n";
                channel.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.US_ASCII)));
                channel.configureBlocking(false);
                channel.register(selector, SelectionKey.OP_READ);
                channels.add(channel);
            }
        }

        @Override
        public void run() {
            ByteBuffer buffer = ByteBuffer.allocateDirect(256 << 10);
            try {
                while (!stopping) {
                    selector.select(100);
                    for (SelectionKey key : selector.selectedKeys()) {
                        buffer.clear();
                        bytes += Math.max(0, ((SocketChannel) key.channel()).read(buffer));
                    }
                    selector.selectedKeys().clear();
                }
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }

        void stop() {
            stopping = true;
            selector.wakeup();
        }

        @Override
        public void close() throws IOException {
            for (SocketChannel channel : channels) {
                channel.close();
            }
            selector.close();
        }
    }
}
