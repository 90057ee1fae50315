package taproot.endtoend;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/**
 * Threads that send one short command after the other, each on a connection of its own, whether somebody listens or not.
 * Remembers the SID of each that was sent to its end.
 */
final class Load implements AutoCloseable {
    /** Between two commands of a thread: git takes longer, and the daemon shares the processor with us. */
    private static final long PAUSE = 1_000_000;

    private final UnixDomainSocketAddress socket;
    private final List<Thread> threads = new ArrayList<>();
    private final Set<String> sent = ConcurrentHashMap.newKeySet();
    private volatile boolean over;
    private volatile boolean heard = true;

    Load(Path socket, int threadCount) {
        this.socket = UnixDomainSocketAddress.of(socket);
        for (int i = 0; i < threadCount; i++) {
            threads.add(Thread.ofPlatform().name("load").start(this::run));
        }
    }

    private void run() {
        while (!over) {
            Events command = Events.command("git", "commit");
            try (SocketChannel connection = SocketChannel.open(StandardProtocolFamily.UNIX)) {
                connection.connect(socket);
                ByteBuffer bytes = ByteBuffer.wrap(command.bytes());
                while (bytes.hasRemaining()) {
                    connection.write(bytes);
                }
                sent.add(command.sid);
                heard = true;
            } catch (IOException e) {
                heard = false; // Nobody listens; git would go on without him.
            }
            LockSupport.parkNanos(PAUSE);
        }
    }

    /** Those that were sent to their ends up to now. */
    Set<String> sent() {
        return Set.copyOf(sent);
    }

    /** Whether somebody listened to the last one. */
    boolean isHeard() {
        return heard;
    }

    @Override
    public void close() throws InterruptedException {
        over = true;
        for (Thread thread : threads) {
            thread.join();
        }
    }
}
