package taproot.daemon.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Upgrades: a log that an earlier version has written is brought forward, with all that is in it. */
class SchemaTest extends LogTestBase {

    @Test
    void aLogOfTheFirstSchemaIsBroughtForwardWithAllThatIsInIt() throws Exception {
        aLogOf("schema-1.sql");
        CommandLog log = open();
        log.opened().toCompletableFuture().get(10, TimeUnit.SECONDS);
        assertThat(log.status().head()).isEqualTo(3);
        append(log, Commands.plain("a"));
        assertThat(settled(log)).isEqualTo(4);
        List<String> records = new ArrayList<>();
        try (LogReader reader = LogReader.open(state)) {
            reader.query(
                    CommandQuery.where().after(0, 0),
                    stored -> records.add(new String(stored.json(), StandardCharsets.UTF_8)));
        }
        assertThat(records).hasSize(4);
        assertThat(records.getFirst()).contains("\"command\":\"init\"", "\"outcome\":\"exited\"");
        log.close(GRACE);
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + state.resolve("log.db"))) {
            assertThat(Schema.version(connection)).isEqualTo(Schema.VERSION);
            assertThat(Schema.number(connection, "SELECT count(*) FROM traces WHERE seq <= 3"))
                    .isEqualTo(3);
            assertThat(Schema.number(connection, "SELECT sum(count) FROM read_only_buckets"))
                    .isEqualTo(7);
        }
    }

    private void aLogOf(String script) throws Exception {
        Files.createDirectory(
                state, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + state.resolve("log.db"));
                Statement statement = connection.createStatement()) {
            statement.executeUpdate("PRAGMA auto_vacuum = INCREMENTAL");
            for (String sql : text(script).split(";\\n")) {
                statement.executeUpdate(sql);
            }
        }
    }

    private static String text(String resource) throws IOException {
        try (InputStream in = Objects.requireNonNull(SchemaTest.class.getResourceAsStream(resource), resource)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
