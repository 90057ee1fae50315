package taproot.daemon.sink.iceberg;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.regex.Pattern;
import org.apache.iceberg.catalog.TableIdentifier;
import taproot.daemon.config.ConfigKey;
import taproot.daemon.config.ConfigType;
import taproot.daemon.config.Secret;
import taproot.daemon.sink.Sink;
import taproot.daemon.sink.SinkException;
import taproot.daemon.sink.SinkFactory;
import taproot.daemon.sink.SinkSettings;

/** Sinks of type {@code iceberg}. */
public final class IcebergSinkFactory implements SinkFactory {
    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*(\\.[A-Za-z_][A-Za-z0-9_]*)+");

    static final ConfigKey<String> URI = ConfigKey.required(
            "uri",
            ConfigType.text("a URL such as \"https://catalog.example.org/iceberg\"", IcebergSinkFactory::url),
            "Where the REST catalog is.");

    static final ConfigKey<String> WAREHOUSE = new ConfigKey<>(
            "warehouse",
            ConfigType.text("the name of a warehouse", text -> text),
            "",
            false,
            "Which warehouse of it, where the catalog has several.");

    static final ConfigKey<TableIdentifier> TABLE = new ConfigKey<>(
            "table",
            ConfigType.text("a namespace and a table's name, such as \"git.commands\"", IcebergSinkFactory::table),
            "taproot.commands",
            false,
            "The table, with its namespace.");

    static final ConfigKey<Boolean> CREATE = new ConfigKey<>(
            "create",
            ConfigType.bool(),
            "true",
            false,
            "Whether this daemon makes the table, its first commit and columns that it lacks; where a catalog loses"
                    + " concurrent first commits, of all daemons one.");

    static final ConfigKey<Secret> TOKEN = new ConfigKey<>(
            "token", ConfigType.secret(), "", false, "A bearer token for the catalog, where it needs one.");

    static final ConfigKey<Secret> CREDENTIAL = new ConfigKey<>(
            "credential",
            ConfigType.secret(),
            "",
            false,
            "Or ID:SECRET of OAuth 2, for which the catalog gives tokens.");

    static final ConfigKey<String> TOKEN_ENDPOINT = new ConfigKey<>(
            "token_endpoint",
            ConfigType.text("a URL", text -> text.isEmpty() ? text : url(text)),
            "",
            false,
            "Where those tokens are had, where it is not the catalog.");

    static final ConfigKey<String> S3_ENDPOINT = new ConfigKey<>(
            "s3_endpoint",
            ConfigType.text("a URL", text -> text.isEmpty() ? text : url(text)),
            "",
            false,
            "Where S3 is, where it is not Amazon's.");

    static final ConfigKey<String> S3_REGION = new ConfigKey<>(
            "s3_region", ConfigType.text("the name of a region", text -> text), "", false, "Its region.");

    static final ConfigKey<Boolean> S3_PATH_STYLE = new ConfigKey<>(
            "s3_path_style",
            ConfigType.bool(),
            "false",
            false,
            "Whether the bucket stands in the path and not in the host's name.");

    static final ConfigKey<Secret> S3_ACCESS_KEY = new ConfigKey<>(
            "s3_access_key",
            ConfigType.secret(),
            "",
            false,
            "The key's id, where neither the catalog nor the machine provides one.");

    static final ConfigKey<Secret> S3_SECRET_KEY =
            new ConfigKey<>("s3_secret_key", ConfigType.secret(), "", false, "The key.");

    /** By catalog and table. Never emptied: there are as many as were ever configured. */
    private static final ConcurrentMap<String, Committer.Gate> GATES = new ConcurrentHashMap<>();

    private final Recognition recognition;

    public IcebergSinkFactory() {
        this(Recognition.BY_SUMMARY);
    }

    IcebergSinkFactory(Recognition recognition) {
        this.recognition = recognition;
    }

    @Override
    public String type() {
        return "iceberg";
    }

    @Override
    public List<ConfigKey<?>> keys() {
        return List.of(
                URI,
                WAREHOUSE,
                TABLE,
                CREATE,
                TOKEN,
                CREDENTIAL,
                TOKEN_ENDPOINT,
                S3_ENDPOINT,
                S3_REGION,
                S3_PATH_STYLE,
                S3_ACCESS_KEY,
                S3_SECRET_KEY);
    }

    /** Their files are written at once, and they are committed together. */
    @Override
    public int mostParts() {
        return 16;
    }

    @Override
    public void check(SinkSettings settings) throws SinkException {
        if (settings.get(TOKEN).isGiven() && settings.get(CREDENTIAL).isGiven()) {
            throw new SinkException("either a token or a credential to get one with");
        }
        if (settings.get(S3_ACCESS_KEY).isGiven() != settings.get(S3_SECRET_KEY).isGiven()) {
            throw new SinkException("both s3_access_key and s3_secret_key, or none of them");
        }
    }

    @Override
    public Sink open(SinkSettings settings) throws SinkException {
        atHome();
        TableConnection connection = TableConnection.open(settings);
        return new IcebergSink(connection, gate(settings), recognition);
    }

    /**
     * Iceberg, Hadoop and Amazon's clients look for some of their own classes by the loader of the thread, which is the
     * sink's own, as its classes are.
     */
    static void atHome() {
        Thread.currentThread().setContextClassLoader(IcebergSinkFactory.class.getClassLoader());
    }

    private static Committer.Gate gate(SinkSettings settings) {
        String address = settings.get(URI) + " " + settings.get(WAREHOUSE) + " " + settings.get(TABLE);
        return GATES.computeIfAbsent(address, _ -> new Committer.Gate());
    }

    private static TableIdentifier table(String text) throws ConfigType.BadValue {
        if (!NAME.matcher(text).matches()) {
            throw new ConfigType.BadValue(text);
        }
        return TableIdentifier.parse(text);
    }

    private static String url(String text) throws ConfigType.BadValue {
        try {
            URI url = new URI(text);
            if (url.getUserInfo() != null) {
                throw new ConfigType.BadValue("one with a user or a password in it; secrets have keys of their own");
            }
            if (url.getHost() != null && ("http".equals(url.getScheme()) || "https".equals(url.getScheme()))) {
                return text;
            }
        } catch (URISyntaxException e) {
            throw new ConfigType.BadValue(text);
        }
        throw new ConfigType.BadValue(text);
    }
}
