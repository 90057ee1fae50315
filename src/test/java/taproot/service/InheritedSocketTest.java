package taproot.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import taproot.daemon.Daemon;
import taproot.daemon.DaemonStartException;
import taproot.daemon.config.Config;
import taproot.daemon.config.ConfigSource;
import taproot.daemon.config.Places;
import taproot.daemon.log.LogReader;
import taproot.daemon.metrics.Counter;

/**
 * A daemon on a socket that somebody else has opened and keeps open, as systemd does: here the test, which hands over a
 * duplicate of its descriptor.
 */
class InheritedSocketTest {
    private static final int FIRST_DESCRIPTOR = 3;

    /** {@code __SO_ACCEPTCON} among the flags in {@code /proc/net/unix}. */
    private static final String LISTENING = "00010000";

    @TempDir
    private Path directory;

    @BeforeEach
    void aRuntimeDirectory() throws IOException {
        Files.createDirectory(
                directory.resolve("run"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }

    @Test
    void theBacklogSurvivesARestart() throws Exception {
        try (ServerSocketChannel systemd = listen(places().traceSocket())) {
            send("first");
            Daemon daemon = start(handOver(systemd, "trace2"));
            assertThat(barrier(daemon)).isEqualTo(1);
            assertThat(daemon.stop(Duration.ofSeconds(5))).isTrue();
            assertThat(places().traceSocket()).as("not ours to remove").exists();
            send("second");
            send("third");
            daemon = start(handOver(systemd, "trace2"));
            assertThat(barrier(daemon)).isEqualTo(3);
            send("fourth");
            assertThat(barrier(daemon)).isEqualTo(4);
            assertThat(daemon.status().counters().get(Counter.DEFECTS)).isZero();
            daemon.stop(Duration.ofSeconds(5));
        }
        try (LogReader log = LogReader.open(places().stateDirectory())) {
            assertThat(log.head()).isEqualTo(4);
        }
    }

    @Test
    void descriptorsMeantForAnotherProcessAreLeftAlone() throws Exception {
        try (ServerSocketChannel systemd = listen(directory.resolve("run/other"))) {
            Map<String, String> environment = handOver(systemd, "trace2");
            environment.put("LISTEN_PID", "1");
            Daemon daemon = start(environment);
            send("first");
            assertThat(barrier(daemon)).isEqualTo(1);
            daemon.stop(Duration.ofSeconds(5));
        }
    }

    @Test
    void aSocketOfAnotherNameIsNotTaken() throws Exception {
        try (ServerSocketChannel systemd = listen(directory.resolve("run/other"))) {
            Daemon daemon = start(handOver(systemd, "taproot.socket"));
            send("first");
            assertThat(barrier(daemon)).isEqualTo(1);
            daemon.stop(Duration.ofSeconds(5));
        }
    }

    @Test
    void aSocketElsewhereIsRefusedBecauseNobodyWouldFindIt() throws Exception {
        Path elsewhere = directory.resolve("run/elsewhere");
        try (ServerSocketChannel systemd = listen(elsewhere)) {
            Map<String, String> environment = handOver(systemd, "trace2");
            assertThatThrownBy(() -> start(environment))
                    .isInstanceOf(DaemonStartException.class)
                    .hasMessageContaining("listens on " + elsewhere)
                    .hasMessageContaining("expected " + places().traceSocket())
                    .hasMessageContaining("ListenStream=");
        }
    }

    @Test
    void whatIsNoListeningSocketIsRefused() throws Exception {
        try (var file = Files.newByteChannel(Files.createFile(directory.resolve("a file")))) {
            Map<String, String> environment = environment(descriptorOf(directory.resolve("a file")), "trace2");
            assertThatThrownBy(() -> start(environment))
                    .isInstanceOf(DaemonStartException.class)
                    .hasMessageContaining("(trace2) cannot be used");
            assertThat(file.isOpen()).isTrue();
        }
    }

    @Test
    void aBadCountIsRefused() {
        Map<String, String> environment = environment(FIRST_DESCRIPTOR, "trace2");
        environment.put("LISTEN_FDS", "many");
        assertThatThrownBy(() -> start(environment)).hasMessageContaining("expected LISTEN_FDS to be a number");
    }

    private Daemon start(Map<String, String> environment) throws Exception {
        return Daemon.start(Config.defaults(), ConfigSource.of(null, List.of()), places(), "test", environment);
    }

    private Places places() {
        return new Places(directory.resolve("run"), directory.resolve("state"), null);
    }

    private static long barrier(Daemon daemon) throws Exception {
        return daemon.barrier().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    private static ServerSocketChannel listen(Path path) throws IOException {
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        return server.bind(UnixDomainSocketAddress.of(path), 100);
    }

    /** A whole command, in a connection that is closed when this returns. */
    private void send(String sid) throws IOException {
        String events = """
                {"event":"version","sid":"$S","thread":"main","time":"2026-01-02T03:04:05.000001Z","evt":"3","exe":"2.39.5"}
                {"event":"start","sid":"$S","thread":"main","time":"2026-01-02T03:04:05.000002Z","t_abs":0.001,"argv":["git","version"]}
                {"event":"cmd_name","sid":"$S","thread":"main","time":"2026-01-02T03:04:05.000003Z","name":"version","hierarchy":"version"}
                {"event":"exit","sid":"$S","thread":"main","time":"2026-01-02T03:04:05.000004Z","t_abs":0.002,"code":0}
                {"event":"atexit","sid":"$S","thread":"main","time":"2026-01-02T03:04:05.000005Z","t_abs":0.003,"code":0}
                """;
        String root = "20260102T030405.000000Z-H" + "%08x".formatted(sid.hashCode()) + "-P00001000";
        try (SocketChannel git = SocketChannel.open(UnixDomainSocketAddress.of(places().traceSocket()))) {
            git.write(ByteBuffer.wrap(events.replace("$S", root).getBytes(StandardCharsets.UTF_8)));
        }
    }

    /** What systemd would say of a descriptor; it counts from 3, so those between have to have names, too. */
    private static Map<String, String> environment(int descriptor, String name) {
        Map<String, String> environment = new HashMap<>();
        environment.put("LISTEN_PID", Long.toString(ProcessHandle.current().pid()));
        environment.put("LISTEN_FDS", Integer.toString(descriptor - FIRST_DESCRIPTOR + 1));
        environment.put("LISTEN_FDNAMES", "other:".repeat(descriptor - FIRST_DESCRIPTOR) + name);
        return environment;
    }

    private static Map<String, String> handOver(ServerSocketChannel systemd, String name) throws IOException {
        return environment(
                duplicate(descriptorOf(((UnixDomainSocketAddress) systemd.getLocalAddress()).getPath())), name);
    }

    private static int duplicate(int descriptor) {
        Linker linker = Linker.nativeLinker();
        FunctionDescriptor dup = FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT);
        try {
            return (int) linker.downcallHandle(linker.defaultLookup().findOrThrow("dup"), dup)
                    .invokeExact(descriptor);
        } catch (Throwable e) {
            throw new AssertionError("dup could not be called", e);
        }
    }

    /** The descriptor of ours behind a file or a listening socket. */
    private static int descriptorOf(Path path) throws IOException {
        String wanted = Files.isRegularFile(path) ? path.toString() : "socket:[" + inode(path) + "]";
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
            return descriptors
                    .filter(descriptor -> wanted.equals(target(descriptor)))
                    .mapToInt(descriptor ->
                            Integer.parseInt(descriptor.getFileName().toString()))
                    .min()
                    .orElseThrow();
        }
    }

    private static String target(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (IOException e) {
            return ""; // That of the directory itself, which is gone by now.
        }
    }

    private static String inode(Path socket) throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc/net/unix"))) {
            return lines.filter(line -> line.endsWith(" " + socket))
                    .map(line -> line.strip().split("\\s+"))
                    .filter(fields -> fields[3].equals(LISTENING)) // Who waits in the backlog has the same name.
                    .map(fields -> fields[6])
                    .findFirst()
                    .orElseThrow();
        }
    }
}
