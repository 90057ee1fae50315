package taproot.daemon.sink.iceberg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import taproot.daemon.log.CommandQuery;
import taproot.daemon.log.LogReader;
import taproot.daemon.log.SummaryBy;
import taproot.daemon.log.SummaryRow;
import taproot.daemon.sink.Outlet;
import taproot.daemon.sink.TestRecords;

class IcebergSinkTest {
    private static final CommandQuery EVERYTHING =
            new CommandQuery(null, null, null, null, null, null, null, null, null, null, 0, 0, false);
    private static final AtomicInteger TABLES = new AtomicInteger();
    private static @Nullable CatalogServer server;

    @TempDir
    Path directory;

    private String table = "";
    private @Nullable HttpFaults network;

    @BeforeAll
    static void start() throws Exception {
        server = CatalogServer.start();
    }

    @AfterAll
    static void stop() throws Exception {
        server().close();
    }

    private static CatalogServer server() {
        if (server == null) {
            throw new IllegalStateException("not started");
        }
        return server;
    }

    @BeforeEach
    void aNetworkAndATable() throws Exception {
        network = new HttpFaults(server().address());
        table = "sink.t" + TABLES.incrementAndGet();
    }

    @AfterEach
    void theNetworkIsGone() {
        network().close();
    }

    private HttpFaults network() {
        if (network == null) {
            throw new IllegalStateException("not before the test begins");
        }
        return network;
    }

    private Outlet open(String daemon, String... more) throws Exception {
        List<String> settings = new ArrayList<>(List.of(
                "type=iceberg",
                "uri=" + network().uri(),
                "table=" + table,
                "batch_age=5ms",
                "retry_first=10ms",
                "retry_longest=100ms",
                "delivery_timeout=10s"));
        settings.addAll(List.of(more));
        return Outlet.open(
                directory.resolve(daemon),
                settings.stream().map(setting -> "sinks.ice." + setting).toList());
    }

    private static long figure(Outlet outlet, String name) {
        return outlet.status().figures().getOrDefault(name, 0L);
    }

    private List<String> keys() {
        return server().rows(table).stream()
                .map(row -> String.valueOf(row.getField("key")))
                .sorted()
                .toList();
    }

    private static List<String> keys(int records) {
        return IntStream.range(0, records).mapToObj(TestRecords::key).sorted().toList();
    }

    @Test
    void theTableExplainsItsColumnsAndABatchTouchesOnlyItsDaysAndRepositories() throws Exception {
        try (Outlet outlet = open("one")) {
            outlet.append(0, 20);
            outlet.awaitAllDelivered();
        }
        server().with(table, made -> {
            assertThat(made.spec().fields())
                    .extracting(field -> made.schema().findColumnName(field.sourceId()) + " " + field.transform())
                    .containsExactly("started_at day", "repository bucket[16]");
            assertThat(made.schema().columns())
                    .extracting(Types.NestedField::name)
                    .containsExactlyElementsOf(Arrays.stream(Column.values())
                            .map(Column::columnName)
                            .toList());
            assertThat(made.schema().columns())
                    .allSatisfy(column -> assertThat(column.doc()).isNotBlank());
            assertThat(Integer.parseInt(made.properties().get("commit.retry.num-retries")))
                    .isGreaterThanOrEqualTo(20);
        });
        List<Snapshot> snapshots = server().snapshots(table);
        assertThat(snapshots.getLast().summary()).doesNotContainKey("added-records");
        assertThat(snapshots.getFirst().summary()).containsEntry("changed-partition-count", "3");
    }

    @Test
    void rowsSayWhatTheRecordSays() throws Exception {
        try (Outlet outlet = open("one")) {
            outlet.append(0, 7);
            outlet.awaitAllDelivered();
        }
        Map<String, Record> rows = new HashMap<>();
        server().rows(table).forEach(row -> rows.put(String.valueOf(row.getField("key")), row));
        assertThat(rows).hasSize(7);
        Record row = Objects.requireNonNull(rows.get(TestRecords.key(6)));
        assertThat(row.getField("argv")).isEqualTo(List.of("git", "commit", "-m", "change 6"));
        assertThat(row.getField("started_at")).hasToString("2026-11-20T00:00:06.000001Z");
        assertThat(row.getField("duration_us")).isEqualTo(12345L);
        assertThat(row.getField("exit_code")).isEqualTo(1);
        assertThat(row.getField("signal")).isNull();
        assertThat(row.getField("repository")).isEqualTo("/home/someone/project-0");
        assertThat(row.getField("ancestry")).isEqualTo(List.of("make", "bash"));
        assertThat(row.getField("seq")).isEqualTo(7L);
        assertThat((String) row.getField("record")).contains("\"seq\":7,").contains(TestRecords.key(6));
    }

    /** As `taproot summary --by command` and `--by repository` say it. */
    @Test
    void anotherReaderComesToTheSumsOfTheSummary() throws Exception {
        try (Outlet outlet = open("one", "batch_records=100")) {
            outlet.append(0, 500);
            outlet.awaitAllDelivered();
        }
        try (LogReader log = LogReader.open(directory.resolve("one"))) {
            for (SummaryBy by : List.of(SummaryBy.COMMAND, SummaryBy.REPOSITORY)) {
                Map<String, String> here = new HashMap<>();
                for (SummaryRow row : log.summary(EVERYTHING, by)) {
                    here.put(String.valueOf(row.name()), row.count() + " " + row.failures() + " " + row.totalUs());
                }
                assertThat(summed(by == SummaryBy.COMMAND ? "command" : "repository"))
                        .isEqualTo(here);
            }
        }
    }

    private Map<String, String> summed(String column) {
        Map<String, long[]> sums = new HashMap<>();
        for (Record row : server().rows(table)) {
            long[] sum = sums.computeIfAbsent(String.valueOf(row.getField(column)), _ -> new long[3]);
            sum[0]++;
            sum[1] += Integer.valueOf(0).equals(row.getField("exit_code")) ? 0 : 1;
            sum[2] += (Long) row.getField("duration_us");
        }
        Map<String, String> texts = new HashMap<>();
        sums.forEach((name, sum) -> texts.put(name, sum[0] + " " + sum[1] + " " + sum[2]));
        return texts;
    }

    @Test
    void daemonsThatCommitAtOnceConflictAndNobodyHearsOfIt() throws Exception {
        int records = 300;
        List<Outlet> outlets = new ArrayList<>();
        try {
            for (int daemon = 0; daemon < 3; daemon++) {
                outlets.add(open("daemon" + daemon, "batch_records=10"));
            }
            List<CompletableFuture<Void>> fed = new ArrayList<>();
            for (int daemon = 0; daemon < 3; daemon++) {
                Outlet outlet = outlets.get(daemon);
                int from = daemon * records / 3;
                fed.add(CompletableFuture.runAsync(() -> feed(outlet, from, from + records / 3)));
            }
            for (CompletableFuture<Void> one : fed) {
                one.get(60, TimeUnit.SECONDS);
            }
            for (Outlet outlet : outlets) {
                outlet.awaitAllDelivered();
                assertThat(outlet.status().failures() + outlet.status().unknown())
                        .as(() -> String.valueOf(outlet.status().lastError()))
                        .isZero();
            }
        } finally {
            for (Outlet outlet : outlets) {
                outlet.close();
            }
        }
        assertThat(keys()).isEqualTo(keys(records));
        assertThat(server().orphans(table)).isEmpty();
    }

    private static void feed(Outlet outlet, int from, int to) {
        try {
            outlet.append(from, to);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void partsOfABatchShareASnapshot() throws Exception {
        try (Outlet outlet = open("one", "parts=5", "batch_records=100")) {
            outlet.append(0, 500);
            outlet.awaitAllDelivered();
        }
        assertThat(keys()).isEqualTo(keys(500));
        assertThat(server().snapshots(table)).hasSizeLessThan(26);
    }

    @Test
    void anAnswerThatIsSwallowedOrAnErrorLeavesNothingTwiceAndNoFileBehind() throws Exception {
        int records = 0;
        try (Outlet outlet = open("one", "delivery_timeout=2s")) {
            outlet.append(0, 5);
            outlet.awaitAllDelivered();
            records = 5;
            for (HttpFaults.Fate fate : List.of(
                    new HttpFaults.Fate.Swallow(),
                    new HttpFaults.Fate.Answer500(true),
                    new HttpFaults.Fate.Answer500(false))) {
                network().rule(commit -> commit == 1 ? fate : HttpFaults.PASS);
                outlet.append(records, records + 5);
                records += 5;
                outlet.awaitAllDelivered();
            }
            assertThat(outlet.status().unknown()).isGreaterThanOrEqualTo(2);
        }
        assertThat(keys()).isEqualTo(keys(records));
        assertThat(server().orphans(table)).isEmpty();
    }

    @Test
    void withoutTheLookTheSameIsThereTwice() throws Exception {
        try (Outlet outlet = open("one", "type=iceberg-unguarded", "delivery_timeout=2s")) {
            outlet.append(0, 5);
            outlet.awaitAllDelivered();
            network().rule(commit -> commit == 1 ? new HttpFaults.Fate.Swallow() : HttpFaults.PASS);
            outlet.append(5, 10);
            outlet.awaitAllDelivered();
        }
        assertThat(server().rowsSaid(table)).isEqualTo(15);
    }

    @Test
    void aBatchWhoseSnapshotHasExpiredIsKnownByItsFiles() throws Exception {
        try (Outlet outlet = open("one", "delivery_timeout=2s")) {
            outlet.append(0, 5);
            outlet.awaitAllDelivered();
            network()
                    .rule(commit -> commit == 1 ? new HttpFaults.Fate.Swallow() : new HttpFaults.Fate.Answer500(false));
            outlet.append(5, 10);
            outlet.await(status -> status.unknown() >= 1);
        }
        server().with(table, made -> {
            made.newFastAppend().commit();
            made.expireSnapshots()
                    .expireOlderThan(System.currentTimeMillis())
                    .retainLast(1)
                    .commit();
        });
        assertThat(server().snapshots(table)).hasSize(1);
        network().rule(_ -> HttpFaults.PASS);
        try (Outlet again = open("one")) {
            again.awaitAllDelivered();
        }
        assertThat(keys()).isEqualTo(keys(10));
    }

    @Test
    void aTableOfAnOlderVersionGetsTheColumnsItLacks() throws Exception {
        try (Outlet outlet = open("one")) {
            outlet.append(0, 5);
            outlet.awaitAllDelivered();
        }
        server().with(table, made -> {
            made.updateSchema()
                    .deleteColumn("pid")
                    .addColumn("note", Types.StringType.get())
                    .commit();
        });
        try (Outlet outlet = open("one")) {
            outlet.append(5, 10);
            outlet.awaitAllDelivered();
        }
        List<Record> rows = server().rows(table);
        assertThat(rows).hasSize(10);
        assertThat(rows).filteredOn(row -> row.getField("pid") != null).hasSize(5);
        assertThat(rows).allSatisfy(row -> assertThat(row.getField("note")).isNull());
    }

    @Test
    void whoMayNotMakeTheTableWaitsForTheOneWhoMay() throws Exception {
        try (Outlet waiting = open("one", "create=false")) {
            waiting.append(0, 5);
            waiting.await(status -> status.failures() >= 2);
            assertThat(waiting.status().lastError()).contains("expected the table " + table, "create = true");
            try (Outlet maker = open("other")) {
                maker.append(5, 6);
                maker.awaitAllDelivered();
            }
            waiting.awaitAllDelivered();
        }
        assertThat(keys()).isEqualTo(keys(6));
    }

    @Test
    void aTableThatWasDroppedIsMadeAgain() throws Exception {
        try (Outlet outlet = open("one")) {
            outlet.append(0, 5);
            outlet.awaitAllDelivered();
            server().drop(table);
            outlet.append(5, 10);
            outlet.awaitAllDelivered();
        }
        assertThat(keys()).hasSize(5);
    }

    @Test
    void whatIsWrongWithTheConfigurationIsSaid() {
        assertThatThrownBy(() -> open("one", "uri=jdbc:sqlite:x"))
                .hasMessageContaining("sinks.ice.uri: expected a URL");
        assertThatThrownBy(() -> open("one", "uri=https://me:hunter2@x/y"))
                .hasMessageContaining("keys of their own")
                .hasMessageNotContaining("hunter2");
        assertThatThrownBy(() -> open("one", "table=commands")).hasMessageContaining("a namespace and a table's name");
        assertThatThrownBy(() -> open("one", "token=env:A", "credential=env:B")).hasMessageContaining("either a token");
    }
}
