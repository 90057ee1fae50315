package taproot.daemon.sink.iceberg;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import org.apache.iceberg.CatalogProperties;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.rest.RESTCatalog;
import org.apache.iceberg.rest.RESTCatalogProperties;
import org.apache.iceberg.rest.RESTClient;
import org.apache.iceberg.rest.RESTSessionCatalog;
import org.apache.iceberg.rest.auth.AuthProperties;
import org.apache.iceberg.rest.auth.OAuth2Properties;
import org.jspecify.annotations.Nullable;
import taproot.daemon.config.Secret;
import taproot.daemon.sink.SinkException;
import taproot.daemon.sink.SinkSettings;

/** The catalog, and the table in it: opened when needed, and anew when something was wrong with it. From any thread. */
final class TableConnection implements Committer.TableSource, AutoCloseable {
    private final SinkSettings settings;
    private final RESTCatalog catalog;
    /** Guarded by this. */
    private @Nullable Table table;

    private TableConnection(SinkSettings settings, RESTCatalog catalog) {
        this.settings = settings;
        this.catalog = catalog;
    }

    static TableConnection open(SinkSettings settings) throws SinkException {
        RESTCatalog catalog = new StoredHere();
        TableConnection connection = new TableConnection(settings, catalog);
        try {
            catalog.initialize("taproot", properties(settings));
            connection.table();
            return connection;
        } catch (SinkException e) {
            connection.close();
            throw e;
        } catch (IOException | RuntimeException e) {
            connection.close();
            throw new SinkException(Reason.of(e), e);
        }
    }

    /** A catalog whose tables' files are reached without Hadoop. */
    private static final class StoredHere extends RESTCatalog {
        @Override
        protected RESTSessionCatalog newSessionCatalog(Function<Map<String, String>, RESTClient> client) {
            return new RESTSessionCatalog(client, (_, properties) -> new Storage(properties));
        }
    }

    private static Map<String, String> properties(SinkSettings settings) throws IOException {
        Map<String, String> properties = new HashMap<>();
        properties.put(CatalogProperties.URI, settings.get(IcebergSinkFactory.URI));
        if (!settings.get(IcebergSinkFactory.WAREHOUSE).isEmpty()) {
            properties.put(CatalogProperties.WAREHOUSE_LOCATION, settings.get(IcebergSinkFactory.WAREHOUSE));
        }
        Duration timeout = settings.deliveryTimeout();
        properties.put("rest.client.connection-timeout-ms", Long.toString(timeout.toMillis()));
        properties.put("rest.client.socket-timeout-ms", Long.toString(timeout.toMillis()));
        properties.put("rest.client.max-retries", "1"); // The least there is: trying again is the runner's business.
        properties.put(RESTCatalogProperties.METRICS_REPORTING_ENABLED, "false");
        properties.put(AuthProperties.AUTH_TYPE, AuthProperties.AUTH_TYPE_NONE);
        secret(properties, OAuth2Properties.TOKEN, settings.get(IcebergSinkFactory.TOKEN));
        secret(properties, OAuth2Properties.CREDENTIAL, settings.get(IcebergSinkFactory.CREDENTIAL));
        if (!settings.get(IcebergSinkFactory.TOKEN_ENDPOINT).isEmpty()) {
            properties.put(OAuth2Properties.OAUTH2_SERVER_URI, settings.get(IcebergSinkFactory.TOKEN_ENDPOINT));
        }
        storage(properties, settings);
        return properties;
    }

    /** In Iceberg's words; what is not given is found as Amazon's clients find it, or given by the catalog. */
    private static void storage(Map<String, String> properties, SinkSettings settings) throws IOException {
        properties.put("http-client.type", "urlconnection");
        // The other factory there is wants Amazon's clients for keys, catalogs and DynamoDB on the class path too.
        properties.put("s3.client-factory-impl", "org.apache.iceberg.aws.s3.DefaultS3FileIOAwsClientFactory");
        properties.put("s3.path-style-access", Boolean.toString(settings.get(IcebergSinkFactory.S3_PATH_STYLE)));
        if (!settings.get(IcebergSinkFactory.S3_ENDPOINT).isEmpty()) {
            properties.put("s3.endpoint", settings.get(IcebergSinkFactory.S3_ENDPOINT));
        }
        if (!settings.get(IcebergSinkFactory.S3_REGION).isEmpty()) {
            properties.put("client.region", settings.get(IcebergSinkFactory.S3_REGION));
        }
        if (settings.get(IcebergSinkFactory.S3_ACCESS_KEY).isGiven()) {
            properties.put(
                    "s3.access-key-id",
                    settings.get(IcebergSinkFactory.S3_ACCESS_KEY).read(System.getenv()));
        }
        if (settings.get(IcebergSinkFactory.S3_SECRET_KEY).isGiven()) {
            properties.put(
                    "s3.secret-access-key",
                    settings.get(IcebergSinkFactory.S3_SECRET_KEY).read(System.getenv()));
        }
    }

    private static void secret(Map<String, String> properties, String property, Secret secret) throws IOException {
        if (secret.isGiven()) {
            properties.put(property, secret.read(System.getenv()));
            properties.put(AuthProperties.AUTH_TYPE, AuthProperties.AUTH_TYPE_OAUTH2);
        }
    }

    @Override
    public synchronized Table table() throws SinkException {
        Table open = table;
        if (open == null) {
            TableIdentifier name = settings.get(IcebergSinkFactory.TABLE);
            open = CommandsTable.open(catalog, name, settings.get(IcebergSinkFactory.CREATE));
            table = open;
        }
        return open;
    }

    @Override
    public synchronized void reopen() {
        table = null;
    }

    @Override
    public void close() {
        try {
            catalog.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
