package taproot.daemon.sink.iceberg;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.iceberg.CatalogProperties;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.MetadataColumns;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.rest.RESTCatalog;
import org.apache.iceberg.rest.RESTClient;
import org.apache.iceberg.rest.RESTSessionCatalog;
import org.awaitility.Awaitility;

/**
 * A REST catalog of one's own, Iceberg's, in a process of its own with SQLite behind it, and what its tables hold as Iceberg's
 * own reader reads it. In a directory that goes with it.
 */
final class CatalogServer implements AutoCloseable {
    private final Path directory;
    private final int port;
    private Process process;

    private CatalogServer(Path directory, int port) throws IOException {
        this.directory = directory;
        this.port = port;
        process = launch();
    }

    static CatalogServer start() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int port = socket.getLocalPort();
            socket.close();
            CatalogServer server = new CatalogServer(Files.createTempDirectory("taproot-iceberg"), port);
            server.awaitUp();
            return server;
        }
    }

    private Process launch() throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "org.apache.iceberg.rest.RESTCatalogServer")
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("server.log").toFile());
        Map<String, String> environment = builder.environment();
        environment.put(
                "CATALOG_URI", "jdbc:sqlite:file:" + directory + "/catalog.db?busy_timeout=10000&journal_mode=WAL");
        environment.put("CATALOG_WAREHOUSE", warehouse());
        environment.put("CATALOG_IO__IMPL", ServerFileIO.class.getName());
        environment.put("CATALOG_REST_PORT", Integer.toString(port));
        return builder.start();
    }

    private void awaitUp() {
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> {
                    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                        return socket.isConnected();
                    } catch (IOException e) {
                        if (!process.isAlive()) {
                            throw new IllegalStateException(Files.readString(directory.resolve("server.log")), e);
                        }
                        return false;
                    }
                });
    }

    InetSocketAddress address() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    String warehouse() {
        return "file:" + directory + "/warehouse";
    }

    void kill() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor();
    }

    void startAgain() throws IOException {
        process = launch();
        awaitUp();
    }

    /** As anybody would who is not Taproot, but for the way to local files. */
    RESTCatalog catalog() {
        RESTCatalog catalog = new RESTCatalog() {
            @Override
            protected RESTSessionCatalog newSessionCatalog(Function<Map<String, String>, RESTClient> client) {
                return new RESTSessionCatalog(client, (_, _) -> new LocalFileIO());
            }
        };
        catalog.initialize(
                "test",
                Map.of(CatalogProperties.URI, "http://127.0.0.1:" + port, "rest-metrics-reporting-enabled", "false"));
        return catalog;
    }

    void drop(String table) {
        try (RESTCatalog catalog = catalog()) {
            catalog.dropTable(TableIdentifier.parse(table));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What one sees who opens the table. */
    <T> T table(String name, Reader<T> reader) {
        try (RESTCatalog catalog = catalog()) {
            return reader.read(catalog.loadTable(TableIdentifier.parse(name)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What somebody does to it who is not Taproot. */
    void with(String name, Consumer<Table> action) {
        table(name, table -> {
            action.accept(table);
            return name;
        });
    }

    interface Reader<T> {
        T read(Table table) throws IOException;
    }

    /** All rows, with Iceberg's own reader. */
    List<Record> rows(String name) {
        return table(name, table -> {
            List<Record> rows = new ArrayList<>();
            try (CloseableIterable<Record> records = IcebergGenerics.read(table).build()) {
                records.forEach(rows::add);
            }
            return rows;
        });
    }

    /** The keys in the order in which their commits came, and within a commit in that of the log. */
    List<String> keysInOrder(String name) {
        try {
            return table(name, table -> {
                Map<String, Long> commits = new HashMap<>();
                try (CloseableIterable<FileScanTask> files = table.newScan().planFiles()) {
                    files.forEach(file ->
                            commits.put(file.file().location(), file.file().dataSequenceNumber()));
                }
                List<Keyed> keys = new ArrayList<>();
                for (Record row : rows(table)) {
                    Long commit = commits.get(String.valueOf(row.getField("_file")));
                    keys.add(new Keyed(
                            commit == null ? -1 : commit,
                            (Long) row.getField("seq"),
                            String.valueOf(row.getField("key"))));
                }
                keys.sort(Comparator.comparing(Keyed::commit).thenComparing(Keyed::seq));
                return keys.stream().map(Keyed::key).toList();
            });
        } catch (NoSuchTableException e) {
            return List.of();
        }
    }

    private record Keyed(long commit, long seq, String key) {}

    private static List<Record> rows(Table table) throws IOException {
        Schema columns =
                new Schema(table.schema().findField("key"), table.schema().findField("seq"), MetadataColumns.FILE_PATH);
        List<Record> rows = new ArrayList<>();
        try (CloseableIterable<Record> records =
                IcebergGenerics.read(table).project(columns).build()) {
            records.forEach(rows::add);
        }
        return rows;
    }

    /** Data files on disk that the table does not have. */
    List<String> orphans(String name) {
        return table(name, table -> {
            List<String> onDisk = new ArrayList<>();
            try (Stream<Path> files = Files.walk(Path.of(table.location().substring("file:".length()), "data"))) {
                files.filter(Files::isRegularFile).map(file -> "file:" + file).forEach(onDisk::add);
            }
            try (CloseableIterable<FileScanTask> known = table.newScan().planFiles()) {
                known.forEach(file -> onDisk.remove(file.file().location()));
            }
            return onDisk;
        });
    }

    /** How many rows the table says it has, also where files of it are gone. */
    long rowsSaid(String name) {
        return Long.parseLong(snapshots(name).getFirst().summary().get("total-records"));
    }

    List<Snapshot> snapshots(String name) {
        return table(name, table -> {
            List<Snapshot> snapshots = new ArrayList<>();
            Ancestry.of(table).forEach(snapshots::add);
            return snapshots;
        });
    }

    @Override
    public void close() throws Exception {
        kill();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
