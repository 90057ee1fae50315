package taproot.daemon.sink.postgres;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/**
 * A PostgreSQL of one's own: that of the machine where it has one, else that of the test's class path. On a free port of
 * loopback, in a directory that goes with it.
 */
final class PostgresServer implements AutoCloseable {
    private static final String NOBODY = "65534";

    private final Path directory;
    private final Path bin;
    private final int port;
    private Process process;

    private PostgresServer(Path directory, Path bin, int port) throws IOException {
        this.directory = directory;
        this.bin = bin;
        this.port = port;
        process = launch();
    }

    static PostgresServer start() throws Exception {
        Path directory = directory();
        Path installed = installed();
        return start(directory, installed != null ? installed : unpacked(directory));
    }

    /** That of the test's class path, whatever the machine has. */
    static PostgresServer startUnpacked() throws Exception {
        Path directory = directory();
        return start(directory, unpacked(directory));
    }

    private static Path directory() throws IOException {
        Path directory = Files.createTempDirectory("taproot-postgres");
        return Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static PostgresServer start(Path directory, Path bin) throws Exception {
        Path data = Files.createDirectory(directory.resolve("data"));
        if (isRoot()) {
            run(directory, List.of("chown", NOBODY, data.toString()));
        }
        run(
                directory,
                asSomebodyElse(
                        bin.resolve("initdb").toString(),
                        "-D",
                        data.toString(),
                        "-U",
                        "taproot",
                        "-A",
                        "trust",
                        "--no-sync",
                        "--encoding=UTF8",
                        "--locale=C"));
        PostgresServer server = new PostgresServer(directory, bin, freePort());
        server.awaitUp();
        return server;
    }

    private Process launch() throws IOException {
        return new ProcessBuilder(asSomebodyElse(
                        bin.resolve("postgres").toString(),
                        "-D",
                        directory.resolve("data").toString(),
                        "-p",
                        Integer.toString(port),
                        "-c",
                        "listen_addresses=127.0.0.1",
                        "-c",
                        "unix_socket_directories=",
                        "-c",
                        "fsync=off"))
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("server.log").toFile())
                .start();
    }

    private void awaitUp() {
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> {
                    try (Connection connection = connect()) {
                        return connection.isValid(1);
                    } catch (SQLException e) {
                        return false;
                    }
                });
    }

    /** PostgreSQL refuses to run as root. */
    private static List<String> asSomebodyElse(String... command) {
        List<String> words = new ArrayList<>();
        if (isRoot()) {
            words.addAll(List.of("setpriv", "--reuid=" + NOBODY, "--regid=" + NOBODY, "--clear-groups"));
        }
        words.addAll(List.of(command));
        return words;
    }

    private static boolean isRoot() {
        return "root".equals(System.getProperty("user.name"));
    }

    /** The newest; null where there is none. */
    private static @Nullable Path installed() throws IOException {
        Path versions = Path.of("/usr/lib/postgresql");
        if (!Files.exists(versions)) {
            return null;
        }
        try (Stream<Path> found = Files.list(versions)) {
            return found.sorted(
                            Comparator.comparing(version -> Integer.parseInt(String.valueOf(version.getFileName()))))
                    .map(version -> version.resolve("bin"))
                    .filter(bin ->
                            Files.isExecutable(bin.resolve("postgres")) && Files.isExecutable(bin.resolve("initdb")))
                    .reduce((_, newer) -> newer)
                    .orElse(null);
        }
    }

    private static Path unpacked(Path directory) throws Exception {
        String name =
                "/postgres-linux-" + (System.getProperty("os.arch").equals("aarch64") ? "arm_64" : "x86_64") + ".txz";
        Path archive = directory.resolve("postgres.txz");
        try (InputStream in = PostgresServer.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("no PostgreSQL in /usr/lib/postgresql, and no " + name
                        + " on the test's class path: apt install postgresql");
            }
            Files.copy(in, archive, StandardCopyOption.REPLACE_EXISTING);
        }
        Path to = Files.createDirectory(directory.resolve("unpacked"));
        run(directory, List.of("tar", "-xJf", archive.toString(), "-C", to.toString()));
        return to.resolve("bin");
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static void run(Path directory, List<String> command) throws Exception {
        Path output = directory.resolve("output");
        Process ran = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        if (!ran.waitFor(1, TimeUnit.MINUTES) || ran.exitValue() != 0) {
            throw new IllegalStateException(command + " failed: " + Files.readString(output));
        }
    }

    InetSocketAddress address() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    Connection connect() throws SQLException {
        return DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:" + port + "/postgres?connectTimeout=5", "taproot", "");
    }

    /** As a power cut does it. */
    void kill() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor();
    }

    void startAgain() throws Exception {
        process = launch();
        awaitUp();
    }

    @Override
    public void close() throws Exception {
        process.destroy(); // SIGTERM waits for clients, and those of a failed test may still be there.
        if (!process.waitFor(2, TimeUnit.SECONDS)) {
            kill();
        }
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
