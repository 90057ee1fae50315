package taproot.daemon.sink.postgres;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.postgresql.Driver;
import taproot.daemon.sink.SinkException;
import taproot.daemon.sink.SinkSettings;

/** A connection for each part, opened when it is needed. Any thread may close them all, whatever they are doing. */
final class PostgresConnections implements AutoCloseable {
    private final SinkSettings settings;
    private final @Nullable Connection[] ofParts;
    /** Guarded by this, as the array is: a connection is only used by the thread that delivers its part. */
    private boolean closed;

    PostgresConnections(SinkSettings settings) {
        this.settings = settings;
        ofParts = new Connection[settings.parts()];
    }

    /** The part's connection, in a transaction that has just begun. */
    Connection of(int part) throws SQLException, SinkException {
        Connection known;
        synchronized (this) {
            known = ofParts[part];
        }
        if (known != null && !known.isClosed()) {
            return known;
        }
        Connection made = connect();
        synchronized (this) {
            if (!closed) {
                ofParts[part] = made;
                return made;
            }
        }
        made.close();
        throw new SinkException("closed while it was being opened");
    }

    /** Lets go of a connection of which it is not known what state it is in. */
    void drop(int part) {
        Connection dropped;
        synchronized (this) {
            dropped = ofParts[part];
            ofParts[part] = null;
        }
        abort(dropped);
    }

    private Connection connect() throws SQLException, SinkException {
        Duration timeout = settings.deliveryTimeout();
        String seconds = Long.toString(Math.max(1, timeout.toSeconds()));
        Properties properties = new Properties();
        properties.setProperty("user", settings.get(PostgresSinkFactory.USER));
        properties.setProperty("ApplicationName", "taproot " + settings.name());
        properties.setProperty("connectTimeout", seconds);
        properties.setProperty("loginTimeout", seconds);
        // What the server does not end by itself: the network is gone, or the server stopped.
        properties.setProperty("socketTimeout", Long.toString(timeout.toSeconds() + 1));
        properties.setProperty("tcpKeepAlive", "true");
        properties.setProperty(
                "options",
                "-c statement_timeout=" + timeout.toMillis() + " -c lock_timeout="
                        + settings.get(PostgresSinkFactory.STALLED_AFTER).toMillis()
                        + " -c idle_in_transaction_session_timeout=" + timeout.toMillis());
        try {
            if (settings.get(PostgresSinkFactory.PASSWORD).isGiven()) {
                properties.setProperty(
                        "password", settings.get(PostgresSinkFactory.PASSWORD).read(System.getenv()));
            }
        } catch (IOException e) {
            throw new SinkException("password: " + e.getMessage(), e);
        }
        Connection made = new Driver().connect(settings.get(PostgresSinkFactory.URL), properties);
        if (made == null) {
            throw new SinkException("url: expected one for PostgreSQL's driver");
        }
        try {
            made.setAutoCommit(false);
            // For each connection: the table may be gone, or the database another one, behind the same address.
            PostgresSchema.migrate(made, settings.get(PostgresSinkFactory.TABLE));
            return made;
        } catch (SQLException | SinkException e) {
            abort(made);
            throw e;
        }
    }

    private static void abort(@Nullable Connection connection) {
        try {
            if (connection != null) {
                connection.abort(Runnable::run); // Does not wait for whoever uses it: closes its socket.
            }
        } catch (SQLException e) {
            throw new IllegalStateException("a connection that cannot even be given up: " + PostgresFailure.text(e), e);
        }
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        for (int part = 0; part < ofParts.length; part++) {
            drop(part);
        }
    }
}
