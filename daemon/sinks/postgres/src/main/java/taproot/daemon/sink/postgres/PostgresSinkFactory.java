package taproot.daemon.sink.postgres;

import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import taproot.daemon.config.ConfigKey;
import taproot.daemon.config.ConfigType;
import taproot.daemon.config.Secret;
import taproot.daemon.sink.Sink;
import taproot.daemon.sink.SinkException;
import taproot.daemon.sink.SinkFactory;
import taproot.daemon.sink.SinkSettings;

/** Sinks of type {@code postgres}. */
public final class PostgresSinkFactory implements SinkFactory {
    private static final Pattern SECRET_IN_URL = Pattern.compile("(?i)://[^/?#]*@|[?&](password|user)=");

    static final ConfigKey<String> URL = ConfigKey.required(
            "url",
            ConfigType.text(
                    "a URL such as \"postgresql://host:5432/database?sslmode=verify-full\"", PostgresSinkFactory::url),
            "Where the database is; parameters are those of pgjdbc.");

    static final ConfigKey<String> USER =
            ConfigKey.required("user", ConfigType.text("the name of a role", text -> text), "The role that writes.");

    static final ConfigKey<Secret> PASSWORD =
            new ConfigKey<>("password", ConfigType.secret(), "", false, "Its password, where it needs one.");

    static final ConfigKey<TableName> TABLE = new ConfigKey<>(
            "table",
            ConfigType.text("a table's name, with or without a schema, such as \"git.commands\"", TableName::of),
            "taproot_commands",
            false,
            "The table; those of the cursors and of the schema's version are called after it.");

    static final ConfigKey<Duration> STALLED_AFTER = new ConfigKey<>(
            "stalled_after",
            ConfigType.duration(Duration.ofMillis(1)),
            "2s",
            false,
            "How long to wait for a key that another transaction holds, before the others go on without it.");

    @Override
    public String type() {
        return "postgres";
    }

    @Override
    public List<ConfigKey<?>> keys() {
        return List.of(URL, USER, PASSWORD, TABLE, STALLED_AFTER);
    }

    /** Each part has a connection of its own. */
    @Override
    public int mostParts() {
        return 16;
    }

    @Override
    public void check(SinkSettings settings) throws SinkException {
        Duration stalled = settings.get(STALLED_AFTER);
        if (stalled.multipliedBy(2).compareTo(settings.deliveryTimeout()) > 0) {
            throw new SinkException(
                    "stalled_after of at most half the delivery_timeout, or a stalled key could not be told"
                            + " from a database that does not answer");
        }
    }

    @Override
    public Sink open(SinkSettings settings) throws SinkException {
        PostgresConnections connections = new PostgresConnections(settings);
        try {
            connections.of(0);
            return new PostgresSink(settings, connections);
        } catch (SQLException e) {
            connections.close();
            throw new SinkException(PostgresFailure.text(e), e);
        } catch (SinkException e) {
            connections.close();
            throw e;
        }
    }

    private static String url(String text) throws ConfigType.BadValue {
        String url = text.startsWith("jdbc:") ? text.substring("jdbc:".length()) : text;
        if (!url.toLowerCase(Locale.ROOT).startsWith("postgresql://")) {
            throw new ConfigType.BadValue(text);
        }
        if (SECRET_IN_URL.matcher(url).find()) {
            throw new ConfigType.BadValue("one with a user or a password in it; they have keys of their own");
        }
        return "jdbc:" + url;
    }
}
