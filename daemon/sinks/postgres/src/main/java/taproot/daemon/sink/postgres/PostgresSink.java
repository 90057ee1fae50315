package taproot.daemon.sink.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import taproot.daemon.sink.Batch;
import taproot.daemon.sink.Delivery;
import taproot.daemon.sink.Sink;
import taproot.daemon.sink.SinkException;
import taproot.daemon.sink.SinkRecord;
import taproot.daemon.sink.SinkSettings;

/**
 * Inserts each batch and its cursor in one transaction: whoever commits a key first has it, and everybody else is told.
 *
 * <p>Rows go in by key, so that two daemons with the same keys wait for each other in one direction only. The way of all
 * batches is one statement; if that meets a key which another transaction does not let go, or a record that the server does
 * not take, the batch is done record by record, each behind a savepoint, which costs a round trip each and finds out which.
 */
final class PostgresSink implements Sink {
    /** When keys are tried one by one: the first that is held was waited for already. */
    private static final long HELD_KEY_MS = 100;

    private final SinkSettings settings;
    private final PostgresConnections connections;
    private final Statements statements;
    private final Answers answers;

    PostgresSink(SinkSettings settings, PostgresConnections connections) {
        this.settings = settings;
        this.connections = connections;
        statements = new Statements(settings.get(PostgresSinkFactory.TABLE));
        answers = new Answers(settings.installation());
    }

    /** How far an attempt got: until its commit is sent, nothing of it can be there. */
    private static final class Step {
        private boolean committing;
    }

    @Override
    public Delivery deliver(Batch batch) {
        Step step = new Step();
        int part = batch.id().part();
        try {
            Connection connection = connections.of(part);
            try {
                return deliver(batch, connection, step);
            } catch (SQLException e) {
                return switch (PostgresFailure.of(e)) {
                    case REFUSED, STALLED -> {
                        connection.rollback();
                        yield deliverOneByOne(batch, connection, step);
                    }
                    case LATER -> throw e;
                };
            }
        } catch (SQLException e) {
            connections.drop(part);
            return step.committing
                    ? new Delivery.Unknown("no answer to the commit: " + PostgresFailure.text(e))
                    : new Delivery.Failed(PostgresFailure.text(e));
        } catch (SinkException e) {
            return new Delivery.Failed(String.valueOf(e.getMessage()));
        }
    }

    private Delivery deliver(Batch batch, Connection connection, Step step) throws SQLException {
        List<Row> rows = rows(batch);
        Answers.Tally tally = answers.tally();
        insert(connection, batch.id(), rows, tally);
        return commit(batch, connection, step, tally, List.of());
    }

    private Delivery deliverOneByOne(Batch batch, Connection connection, Step step) throws SQLException {
        List<Delivery.Refusal> refusals = new ArrayList<>();
        Answers.Tally tally = answers.tally();
        try (Statement set = connection.createStatement()) {
            set.execute("SET LOCAL lock_timeout = " + HELD_KEY_MS);
        }
        for (Row row : rows(batch)) {
            Savepoint before = connection.setSavepoint();
            try {
                insert(connection, batch.id(), List.of(row), tally);
                connection.releaseSavepoint(before);
            } catch (SQLException e) {
                PostgresFailure failure = PostgresFailure.of(e);
                Delivery.Kind kind = switch (failure) {
                    case REFUSED -> Delivery.Kind.REFUSED;
                    case STALLED -> Delivery.Kind.STALLED;
                    case LATER -> throw e;
                };
                connection.rollback(before);
                refusals.add(new Delivery.Refusal(row.seq(), kind, PostgresFailure.text(e)));
            }
        }
        return commit(batch, connection, step, tally, refusals);
    }

    private static List<Row> rows(Batch batch) {
        return batch.records().stream()
                .sorted(Comparator.comparing(SinkRecord::key))
                .map(Row::of)
                .toList();
    }

    private void insert(Connection connection, Batch.Id batch, List<Row> rows, Answers.Tally tally)
            throws SQLException {
        Set<String> committed = new HashSet<>();
        try (PreparedStatement insert = connection.prepareStatement(statements.insert())) {
            insert.setString(1, settings.installation());
            insert.setArray(
                    2,
                    connection.createArrayOf(
                            "bigint", rows.stream().map(Row::seq).toArray()));
            insert.setArray(
                    3,
                    connection.createArrayOf(
                            "text", rows.stream().map(Row::digest).toArray()));
            insert.setArray(
                    4,
                    connection.createArrayOf(
                            "text", rows.stream().map(Row::json).toArray()));
            insert.setString(5, batch.logId());
            try (ResultSet keys = insert.executeQuery()) {
                while (keys.next()) {
                    committed.add(keys.getString(1));
                }
            }
        }
        tally.committed(committed.size());
        List<Row> others =
                rows.stream().filter(row -> !committed.contains(row.key())).toList();
        if (!others.isEmpty()) {
            lookAt(connection, others, tally);
        }
    }

    /** Whose the rows are that were there. */
    private void lookAt(Connection connection, List<Row> rows, Answers.Tally tally) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(statements.whose())) {
            select.setArray(
                    1,
                    connection.createArrayOf("text", rows.stream().map(Row::key).toArray()));
            Map<String, Row> byKey = new HashMap<>();
            rows.forEach(row -> byKey.put(row.key(), row));
            try (ResultSet there = select.executeQuery()) {
                while (there.next()) {
                    Row row = byKey.remove(there.getString("key"));
                    if (row != null) {
                        tally.there(row, there.getString("installation"), there.getString("digest"));
                    }
                }
            }
            if (!byKey.isEmpty()) {
                throw new SQLException(
                        "a key was there and is not any more: somebody removes rows; it is tried again", "40001");
            }
        }
    }

    private Delivery commit(
            Batch batch, Connection connection, Step step, Answers.Tally tally, List<Delivery.Refusal> refusals)
            throws SQLException {
        Batch.Id id = batch.id();
        try (PreparedStatement cursor = connection.prepareStatement(statements.cursor())) {
            cursor.setString(1, id.installation());
            cursor.setString(2, id.sink());
            cursor.setInt(3, id.part());
            cursor.setString(4, id.logId());
            cursor.setLong(5, id.last());
            cursor.setString(6, id.text());
            cursor.executeUpdate();
        }
        step.committing = true;
        connection.commit();
        return Delivery.but(answers.add(tally, refusals));
    }

    @Override
    public Map<String, Long> figures() {
        return answers.figures();
    }

    @Override
    public void close() {
        connections.close();
    }
}
