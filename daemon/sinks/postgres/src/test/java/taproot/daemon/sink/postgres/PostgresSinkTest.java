package taproot.daemon.sink.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import taproot.daemon.sink.Outlet;
import taproot.daemon.sink.TestRecords;

class PostgresSinkTest {
    private static @Nullable PostgresServer server;

    @TempDir
    Path directory;

    @BeforeAll
    static void start() throws Exception {
        server = PostgresServer.start();
    }

    @AfterAll
    static void stop() throws Exception {
        server().close();
    }

    private static PostgresServer server() {
        if (server == null) {
            throw new IllegalStateException("not started");
        }
        return server;
    }

    @BeforeEach
    void empty() throws Exception {
        sql("DROP TABLE IF EXISTS taproot_commands, taproot_commands_cursors, taproot_commands_schema");
    }

    private static void sql(String sql) throws SQLException {
        try (Connection connection = server().connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static long number(String sql) throws SQLException {
        try (Connection connection = server().connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            return rows.next() ? rows.getLong(1) : -1;
        }
    }

    private static long rows() throws SQLException {
        return number("SELECT count(*) FROM taproot_commands");
    }

    private static List<String> settings(String... more) {
        List<String> settings = new ArrayList<>(List.of(
                "sinks.pg.type=postgres",
                "sinks.pg.url=postgresql://127.0.0.1:" + server().address().getPort() + "/postgres",
                "sinks.pg.user=taproot",
                "sinks.pg.stalled_after=200ms",
                "sinks.pg.batch_age=5ms",
                "sinks.pg.retry_first=10ms",
                "sinks.pg.retry_longest=200ms",
                "sinks.pg.delivery_timeout=5s"));
        for (String setting : more) {
            settings.add("sinks.pg." + setting);
        }
        return settings;
    }

    private Outlet open(String daemon, String... more) throws Exception {
        return Outlet.open(directory.resolve(daemon), settings(more));
    }

    private static long figure(Outlet outlet, String name) {
        return outlet.status().figures().getOrDefault(name, 0L);
    }

    @Test
    void twoDaemonsThatHearTheSameCommandsMakeOneRowOfEach() throws Exception {
        int roots = 10_000;
        try (Outlet one = open("one", "batch_records=100");
                Outlet other = open("other", "batch_records=100")) {
            CompletableFuture<Void> first = CompletableFuture.runAsync(() -> feed(one, roots));
            CompletableFuture<Void> second = CompletableFuture.runAsync(() -> feedBackwards(other, roots));
            CompletableFuture.allOf(first, second).get(60, TimeUnit.SECONDS);
            one.awaitAllDelivered();
            other.awaitAllDelivered();
            Awaitility.await().until(() -> figure(one, "committed") + figure(one, "lost") == roots);
            Awaitility.await().until(() -> figure(other, "committed") + figure(other, "lost") == roots);

            long wins = figure(one, "committed") + figure(other, "committed");
            long losses = figure(one, "lost") + figure(other, "lost");
            System.out.println("wins " + wins + ", losses " + losses + ": "
                    + one.status().figures() + ", " + other.status().figures());
            assertThat(rows()).isEqualTo(roots);
            assertThat(wins).isEqualTo(roots);
            assertThat(wins + losses).isEqualTo(2L * roots);
            assertThat(figure(one, "committed")).isPositive();
            assertThat(figure(other, "committed")).isPositive();
            assertThat(figure(one, "conflicting") + figure(other, "conflicting"))
                    .isZero();
            assertThat(one.status().figures().keySet()).anyMatch(name -> name.startsWith("lost_to_"));
        }
    }

    private static void feed(Outlet outlet, int roots) {
        try {
            outlet.append(0, roots);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** Each has some first, however the two are scheduled. */
    private static void feedBackwards(Outlet outlet, int roots) {
        try {
            for (int n = roots - 1; n >= 0; n--) {
                outlet.append(TestRecords.command(n));
                if (n % 1_000 == 0) {
                    outlet.committed();
                }
            }
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void theCursorIsWrittenWithTheRowsAndSaysWhoGotHowFar() throws Exception {
        try (Outlet outlet = open("one")) {
            outlet.append(0, 42);
            outlet.awaitAllDelivered();
        }
        assertThat(number("SELECT seq FROM taproot_commands_cursors")).isEqualTo(42);
        assertThat(number("SELECT count(*) FROM taproot_commands c JOIN taproot_commands_cursors USING (installation)"
                        + " WHERE record->>'key' = c.key AND argv[2] = 'commit' AND command = 'commit' AND duration_us = 12345"
                        + " AND repository LIKE '/home/someone/project-%' AND finished_at - started_at = '12.345 ms'"))
                .isEqualTo(42);
    }

    @Test
    void aStalledKeyDelaysNoOther() throws Exception {
        try (Outlet outlet = open("one")) {
            outlet.append(100, 101);
            outlet.awaitAllDelivered(); // The table is there.
            try (Connection rival = server().connect();
                    Statement statement = rival.createStatement()) {
                rival.setAutoCommit(false);
                statement.execute(
                        "INSERT INTO taproot_commands (key, installation, log_id, seq, digest, started_at, argv,"
                                + " outcome, read_only, record) VALUES ('" + TestRecords.key(3)
                                + "', gen_random_uuid(),"
                                + " gen_random_uuid(), 1, '', now(), '{}', 'exited', false, '{}')");
                outlet.append(0, 10);
                outlet.await(status -> status.cursor() == 11 && status.aside() == 1);
                assertThat(rows()).isEqualTo(10);
                outlet.append(10, 20);
                outlet.await(status -> status.cursor() == 21);
                assertThat(rows()).isEqualTo(20);
                rival.rollback();
            }
            outlet.await(status -> status.aside() == 0);
            assertThat(rows()).isEqualTo(21);
        }
    }

    @Test
    void theSameKeyWithDifferentContentIsAnAlarmAndTheFirstStays() throws Exception {
        try (Outlet one = open("one");
                Outlet clone = open("clone")) {
            one.append(0, 3);
            one.awaitAllDelivered();
            clone.append(TestRecords.command(1, List.of("git", "push")));
            clone.append(TestRecords.command(2));
            clone.awaitAllDelivered();
            clone.await(status -> status.aside() == 1);
            Awaitility.await().until(() -> figure(clone, "conflicting") == 1 && figure(clone, "lost") == 1);
        }
        assertThat(number("SELECT count(*) FROM taproot_commands WHERE argv[2] = 'commit'"))
                .isEqualTo(3);
    }

    @Test
    void aBackfillDuringLiveTrafficConvergesToTheSameRows() throws Exception {
        try (Outlet outlet = open("one", "batch_records=20")) {
            CompletableFuture<Void> traffic = CompletableFuture.runAsync(() -> feed(outlet, 3_000));
            for (int i = 0; i < 3; i++) {
                long passed = i * 100L;
                outlet.await(status -> status.cursor() > passed);
                outlet.sinks().backfill("pg", 1).toCompletableFuture().get(10, TimeUnit.SECONDS);
            }
            traffic.get(60, TimeUnit.SECONDS);
            outlet.awaitAllDelivered();
            Awaitility.await().until(() -> figure(outlet, "already_mine") > 0);
            assertThat(figure(outlet, "committed")).isEqualTo(3_000);
        }
        assertThat(rows()).isEqualTo(3_000);
        assertThat(number("SELECT count(DISTINCT key) FROM taproot_commands")).isEqualTo(3_000);
    }

    @Test
    void aServerThatIsKilledAndStartedAgainGetsEverything() throws Exception {
        try (Outlet outlet = open("one", "batch_records=50")) {
            CompletableFuture<Void> traffic = CompletableFuture.runAsync(() -> feed(outlet, 5_000));
            outlet.await(status -> status.delivered() > 500);
            server().kill();
            outlet.await(status -> status.failures() + status.unknown() >= 2);
            server().startAgain();
            traffic.get(60, TimeUnit.SECONDS);
            outlet.awaitAllDelivered();
        }
        assertThat(rows()).isEqualTo(5_000);
    }

    @Test
    void partsOfABatchGoInAtOnce() throws Exception {
        try (Outlet outlet = open("one", "parts=4", "batch_records=400")) {
            outlet.append(0, 2_000);
            outlet.awaitAllDelivered();
        }
        assertThat(rows()).isEqualTo(2_000);
        assertThat(number("SELECT count(*) FROM taproot_commands_cursors")).isEqualTo(4);
    }

    @Test
    void tenDaemonsThatStartOnAnEmptyDatabaseMakeOneTable() throws Exception {
        List<Outlet> outlets = new ArrayList<>();
        try {
            for (int i = 0; i < 10; i++) {
                Outlet outlet = open("daemon" + i);
                outlets.add(outlet);
                outlet.append(TestRecords.command(i));
            }
            for (Outlet outlet : outlets) {
                outlet.awaitAllDelivered();
            }
        } finally {
            for (Outlet outlet : outlets) {
                outlet.close();
            }
        }
        assertThat(rows()).isEqualTo(10);
        assertThat(outlets)
                .allSatisfy(outlet -> assertThat(outlet.status().failures()).isZero());
        assertThat(number("SELECT count(*) FROM taproot_commands_schema")).isEqualTo(1);
    }

    @Test
    void aRoleThatMayOnlyWriteIsEnoughWhereTheTableIsThere() throws Exception {
        try (Outlet owner = open("owner")) {
            owner.append(0, 1);
            owner.awaitAllDelivered();
        }
        sql("DROP ROLE IF EXISTS writer");
        sql("CREATE ROLE writer LOGIN");
        sql("GRANT SELECT, INSERT ON taproot_commands TO writer");
        sql("GRANT SELECT, INSERT, UPDATE ON taproot_commands_cursors TO writer");
        sql("GRANT SELECT ON taproot_commands_schema TO writer");
        try (Outlet writer = open("writer", "user=writer")) {
            writer.append(1, 5);
            writer.awaitAllDelivered();
        }
        assertThat(rows()).isEqualTo(5);
        sql("DROP TABLE taproot_commands, taproot_commands_cursors, taproot_commands_schema");
        sql("DROP ROLE writer");
    }

    @Test
    void aNewerSchemaIsLeftAloneAndSaidToBe() throws Exception {
        try (Outlet outlet = open("one")) {
            outlet.append(0, 1);
            outlet.awaitAllDelivered();
        }
        sql("INSERT INTO taproot_commands_schema VALUES (7)");
        try (Outlet outlet = open("two")) {
            outlet.append(1, 2);
            outlet.await(status -> status.failures() >= 1);
            assertThat(outlet.status().lastError()).contains("schema 7, this version knows 1");
        }
    }

    @Test
    void aTableThatWasDroppedIsMadeAgain() throws Exception {
        try (Outlet outlet = open("one")) {
            outlet.append(0, 10);
            outlet.awaitAllDelivered();
            empty();
            outlet.append(10, 20);
            outlet.awaitAllDelivered();
            assertThat(rows()).isEqualTo(10);
        }
    }

    @Test
    void whatIsWrongWithTheConfigurationIsSaid() {
        assertThatThrownBy(() -> open("one", "url=mysql://x/y"))
                .hasMessageContaining("sinks.pg.url: expected a URL such as");
        assertThatThrownBy(() -> open("one", "url=postgresql://me:hunter2@x/y"))
                .hasMessageContaining("keys of their own")
                .hasMessageNotContaining("hunter2");
        assertThatThrownBy(() -> open("one", "table=a b")).hasMessageContaining("sinks.pg.table");
        assertThatThrownBy(() -> open("one", "stalled_after=1m")).hasMessageContaining("half the delivery_timeout");
    }

    @Test
    @Tag("backends")
    void theServerFromMavenCentralWillDoWhereTheMachineHasNone() throws Exception {
        try (PostgresServer unpacked = PostgresServer.startUnpacked();
                Outlet outlet = open(
                        "one",
                        "url=postgresql://127.0.0.1:" + unpacked.address().getPort() + "/postgres")) {
            outlet.append(0, 100);
            outlet.awaitAllDelivered();
            try (Connection connection = unpacked.connect();
                    Statement statement = connection.createStatement();
                    ResultSet count = statement.executeQuery("SELECT count(*), version() FROM taproot_commands")) {
                assertThat(count.next()).isTrue();
                assertThat(count.getLong(1)).isEqualTo(100);
                assertThat(count.getString(2)).startsWith("PostgreSQL 18");
            }
        }
    }
}
