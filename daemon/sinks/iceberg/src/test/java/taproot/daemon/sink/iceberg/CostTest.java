package taproot.daemon.sink.iceberg;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.rest.RESTCatalog;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import taproot.daemon.sink.Batch;
import taproot.daemon.sink.Outlet;
import taproot.daemon.sink.SinkRecord;
import taproot.daemon.sink.TestRecords;
import taproot.normalizer.CommandRecord;
import taproot.normalizer.RecordJson;

/** What a commit costs: by the rows that are there already, and by the commits. Prints what the RATIONALE says. */
@Tag("backends")
class CostTest {
    @TempDir
    Path directory;

    private final CatalogServer server;
    private final HttpFaults network;

    CostTest() throws Exception {
        server = CatalogServer.start();
        network = new HttpFaults(server.address());
    }

    @AfterEach
    void stop() throws Exception {
        network.close();
        server.close();
    }

    /** Of one commit of 50 records: requests to the catalog, bytes of their bodies, files written and their bytes. */
    private record Cost(long requests, long restBytes, long files, long fileBytes) {}

    @Test
    void aCommitCostsTheSameAtAThousandRowsAndAtAMillion() throws Exception {
        Cost few = costOf("cost.few", 10, 100);
        Cost many = costOf("cost.many", 10, 100_000);
        System.out.println("a commit at 10^3 rows: " + few);
        System.out.println("a commit at 10^6 rows: " + many);

        assertThat(many.requests()).isEqualTo(few.requests());
        assertThat(many.files()).isEqualTo(few.files());
        assertThat((double) many.restBytes()).isCloseTo(few.restBytes(), Percentage.withPercentage(3));
        assertThat((double) many.fileBytes()).isCloseTo(few.fileBytes(), Percentage.withPercentage(3));
    }

    @Test
    void whatEachCommitThatHasNotExpiredAddsToTheNext() throws Exception {
        Cost few = costOf("cost.young", 10, 1);
        Cost many = costOf("cost.old", 110, 1);
        System.out.printf(
                "a snapshot that has not expired adds %,d bytes to what a commit says and hears, %,d to what it writes%n",
                (many.restBytes() - few.restBytes()) / 100, (many.fileBytes() - few.fileBytes()) / 100);
        assertThat(many.requests()).isEqualTo(few.requests());
    }

    private Cost costOf(String name, int commits, int rows) throws Exception {
        try (Outlet outlet = open(name)) {
            outlet.append(0, 50);
            outlet.awaitAllDelivered();
            fill(name, commits, rows);
            outlet.append(50, 100); // The sink hears of the new head by a conflict.
            outlet.awaitAllDelivered();
            long requests = network.requests();
            long bytes = network.bytes();
            List<Long> before = files(name);
            outlet.append(100, 150);
            outlet.awaitAllDelivered();
            List<Long> after = files(name);
            return new Cost(
                    network.requests() - requests,
                    network.bytes() - bytes,
                    after.size() - before.size(),
                    after.stream().mapToLong(size -> size).sum()
                            - before.stream().mapToLong(size -> size).sum());
        }
    }

    private Outlet open(String name) throws Exception {
        return Outlet.open(
                directory.resolve(name),
                List.of(
                        "sinks.ice.type=iceberg",
                        "sinks.ice.uri=" + network.uri(),
                        "sinks.ice.table=" + name,
                        "sinks.ice.batch_records=50",
                        "sinks.ice.batch_age=10s"));
    }

    /** The sizes of Taproot's and Iceberg's own files; what the catalog writes is its own affair. */
    private List<Long> files(String name) {
        return server.table(name, table -> {
            List<Long> sizes = new ArrayList<>();
            try (Stream<Path> files = Files.walk(Path.of(table.location().substring("file:".length())))) {
                for (Path file : files.filter(Files::isRegularFile)
                        .filter(file -> !file.toString().endsWith(".metadata.json"))
                        .toList()) {
                    sizes.add(Files.size(file));
                }
            }
            return sizes;
        });
    }

    private void fill(String name, int commits, int rows) throws IOException {
        CommandRecord command = TestRecords.command(0).record();
        byte[] json = RecordJson.write(command);
        BatchFiles files = new BatchFiles();
        try (RESTCatalog catalog = server.catalog()) {
            Table table = catalog.loadTable(TableIdentifier.parse(name));
            for (int commit = 0; commit < commits; commit++) {
                List<SinkRecord> records = new ArrayList<>();
                for (int row = 1; row <= rows; row++) {
                    records.add(new SinkRecord((long) commit * rows + row, command.key(), json, command));
                }
                Batch.Id id = new Batch.Id(
                        "11111111-1111-1111-1111-111111111111",
                        "22222222-2222-2222-2222-222222222222",
                        "ice",
                        (long) commit * rows + 1,
                        (long) (commit + 1) * rows,
                        0,
                        1,
                        0);
                AppendFiles append = table.newFastAppend().set("taproot.batch." + id.text(), "filled");
                files.write(table, new Batch(id, 1, false, records), BatchMark.next(id))
                        .forEach(append::appendFile);
                append.commit();
            }
        }
    }
}
