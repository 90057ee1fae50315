package taproot.daemon.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RuntimeLockTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    @Test
    void aSecondOneInTheSameProcessIsRefusedUntilTheFirstIsClosed() throws Exception {
        RuntimeLock first = acquire();
        assertThatThrownBy(this::acquire)
                .isInstanceOf(RuntimeLock.HeldException.class)
                .hasMessageContaining("pid " + ProcessHandle.current().pid());
        first.close();
        acquire().close();
    }

    @Test
    void theRefusalOfASecondOneDoesNotCostTheFirstItsLock() throws Exception {
        try (RuntimeLock first = acquire()) {
            assertThatThrownBy(this::acquire).isInstanceOf(RuntimeLock.HeldException.class);
            Process other = holder();
            assertThat(read(other)).contains("pid " + ProcessHandle.current().pid());
            assertThat(other.waitFor()).isEqualTo(1);
            assertThat(first).isNotNull();
        }
    }

    @Test
    void theDirectoryIsTheSameUnderAnyName() throws Exception {
        Path link = directory.resolveSibling(directory.getFileName() + "-link");
        Files.createSymbolicLink(link, directory);
        try (RuntimeLock first = acquire()) {
            assertThatThrownBy(() -> RuntimeLock.acquire(link, link.resolve("trace2.sock")))
                    .isInstanceOf(RuntimeLock.HeldException.class);
            assertThat(first).isNotNull();
        } finally {
            Files.delete(link);
        }
    }

    @Test
    void anotherProcessHoldsItUntilItIsKilled() throws Exception {
        Process holder = holder();
        assertThat(read(holder)).isEqualTo("held");
        assertThatThrownBy(this::acquire)
                .isInstanceOf(RuntimeLock.HeldException.class)
                .hasMessageContaining("pid " + holder.pid());
        holder.destroyForcibly().waitFor();
        // Its files are still there.
        assertThat(directory.resolve("taproot.pid")).hasContent(Long.toString(holder.pid()));
        try (RuntimeLock ours = acquire()) {
            assertThat(directory.resolve("taproot.pid"))
                    .hasContent(Long.toString(ProcessHandle.current().pid()));
            assertThat(ours).isNotNull();
        }
    }

    @Test
    void aStaleSocketIsNoObstacle() throws Exception {
        try (ServerSocketChannel stale = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            stale.bind(UnixDomainSocketAddress.of(socket()));
        }
        assertThat(socket()).exists();
        acquire().close();
    }

    @Test
    void somebodyElsesListenerIsRefusedAlsoWhenItsBacklogIsFull() throws Exception {
        List<SocketChannel> waiting = new ArrayList<>();
        try (ServerSocketChannel foreign = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            foreign.bind(UnixDomainSocketAddress.of(socket()), 1);
            fill(waiting);
            org.junit.jupiter.api.Assertions.assertTimeoutPreemptively(
                    Duration.ofSeconds(10),
                    () -> assertThatThrownBy(this::acquire)
                            .isInstanceOf(RuntimeLock.HeldException.class)
                            .hasMessageContaining("without the lock"));
        } finally {
            for (SocketChannel client : waiting) {
                client.close();
            }
        }
        // The refusal kept nothing.
        Files.delete(socket());
        acquire().close();
    }

    /** Connects until the backlog takes nobody more. */
    private void fill(List<SocketChannel> waiting) throws IOException {
        while (true) {
            SocketChannel client = SocketChannel.open(StandardProtocolFamily.UNIX);
            waiting.add(client);
            client.configureBlocking(false);
            try {
                client.connect(UnixDomainSocketAddress.of(socket()));
            } catch (SocketException full) {
                return;
            }
        }
    }

    private RuntimeLock acquire() throws IOException {
        return RuntimeLock.acquire(directory, socket());
    }

    private Path socket() {
        return directory.resolve("trace2.sock");
    }

    private Process holder() throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Holder.class.getName(),
                        directory.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    private static String read(Process process) throws IOException {
        BufferedReader reader = process.inputReader(StandardCharsets.UTF_8);
        return String.valueOf(reader.readLine());
    }

    /** Another process that takes the lock and keeps it, or says why it cannot. */
    static final class Holder {
        public static void main(String[] args) throws Exception {
            Path directory = Path.of(args[0]);
            try (RuntimeLock lock = RuntimeLock.acquire(directory, directory.resolve("trace2.sock"))) {
                System.out.println(lock == null ? "nothing" : "held");
                // Until it is killed, or its parent ends.
                var unused = System.in.read();
            } catch (RuntimeLock.HeldException e) {
                System.out.println(e.getMessage());
                System.exit(1);
            }
        }
    }
}
