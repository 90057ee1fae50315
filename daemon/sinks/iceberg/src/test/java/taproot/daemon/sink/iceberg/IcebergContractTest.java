package taproot.daemon.sink.iceberg;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import taproot.daemon.sink.SinkContractTest;

/** The contract against a real catalog, which makes it the longest of all sinks'; every run has {@link IcebergSinkTest}. */
@Tag("backends")
class IcebergContractTest extends SinkContractTest {
    private static final AtomicInteger TABLES = new AtomicInteger();
    private static @Nullable CatalogServer server;

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

    @Override
    protected BackEnd backEnd() {
        return new Catalog(server(), "contract.t" + TABLES.incrementAndGet());
    }

    private record Catalog(CatalogServer server, String table) implements BackEnd {
        @Override
        public InetSocketAddress address() {
            return server.address();
        }

        @Override
        public List<String> settings(InetSocketAddress at) {
            return List.of("type=iceberg", "uri=http://127.0.0.1:" + at.getPort(), "table=" + table);
        }

        @Override
        public List<String> arrived() {
            List<String> keys = server.keysInOrder(table);
            if (!keys.isEmpty()) {
                assertThat(server.orphans(table)).isEmpty();
            }
            return keys;
        }
    }
}
