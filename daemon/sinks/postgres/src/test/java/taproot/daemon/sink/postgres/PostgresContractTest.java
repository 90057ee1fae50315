package taproot.daemon.sink.postgres;

import java.net.InetSocketAddress;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import taproot.daemon.sink.SinkContractTest;
import taproot.daemon.sink.TestRecords;
import taproot.normalizer.FinishedCommand;

class PostgresContractTest extends SinkContractTest {
    private static @Nullable PostgresServer server;

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

    @Override
    protected BackEnd backEnd() throws Exception {
        PostgresServer running = server();
        try (Connection connection = running.connect();
                Statement statement = connection.createStatement()) {
            statement.execute(
                    "DROP TABLE IF EXISTS taproot_commands, taproot_commands_cursors, taproot_commands_schema");
        }
        return new Database(running);
    }

    private record Database(PostgresServer server) implements BackEnd {
        @Override
        public InetSocketAddress address() {
            return server.address();
        }

        @Override
        public List<String> settings(InetSocketAddress at) {
            return List.of(
                    "type=postgres",
                    "url=postgresql://127.0.0.1:" + at.getPort() + "/postgres?sslmode=disable&gssEncMode=disable",
                    "user=taproot",
                    "stalled_after=200ms");
        }

        @Override
        public List<String> arrived() throws SQLException {
            List<String> keys = new ArrayList<>();
            try (Connection connection = server.connect();
                    Statement statement = connection.createStatement();
                    ResultSet rows =
                            statement.executeQuery("SELECT key FROM taproot_commands ORDER BY delivered_at, seq")) {
                while (rows.next()) {
                    keys.add(rows.getString(1));
                }
            }
            return keys;
        }

        /** PostgreSQL's text has no NUL. */
        @Override
        public FinishedCommand refusable(int n) {
            return TestRecords.command(n, List.of("git", "commit", "-m", "\0"));
        }
    }
}
