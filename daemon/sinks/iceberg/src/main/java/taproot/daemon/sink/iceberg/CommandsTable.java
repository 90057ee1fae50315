package taproot.daemon.sink.iceberg;

import java.util.HashMap;
import java.util.Map;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.Transaction;
import org.apache.iceberg.UpdateProperties;
import org.apache.iceberg.UpdateSchema;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.apache.iceberg.rest.RESTCatalog;
import org.apache.iceberg.types.Types;
import taproot.daemon.sink.SinkException;

/**
 * The table: how it is made, what it is made with, and how one of an older version gets what it lacks. It comes into being
 * with a first, empty snapshot in the same commit, so that no record is ever in a first commit: there are catalogs that lose
 * one of two that are made at once.
 */
final class CommandsTable {
    /** Repositories share as many files of a day: a build farm may have a work tree of its own for each build. */
    private static final int BUCKETS = 16;

    private static final int LEAST_RETRIES = 20;
    private static final int TRIES = 5;

    /**
     * A conflict costs a round trip, so the pauses are short and their sum is bounded; what is left is tried by the runner,
     * for ever. Snapshots are kept for longer than a batch may be held back ({@code sinks.hold_age}).
     */
    private static final Map<String, String> PROPERTIES = Map.of(
            TableProperties.FORMAT_VERSION,
            "2",
            TableProperties.COMMIT_NUM_RETRIES,
            "50",
            TableProperties.COMMIT_MIN_RETRY_WAIT_MS,
            "10",
            TableProperties.COMMIT_MAX_RETRY_WAIT_MS,
            "200",
            TableProperties.COMMIT_TOTAL_RETRY_TIME_MS,
            "20000",
            TableProperties.MAX_SNAPSHOT_AGE_MS,
            Long.toString(31L * 24 * 60 * 60 * 1000),
            TableProperties.METADATA_DELETE_AFTER_COMMIT_ENABLED,
            "true",
            TableProperties.METADATA_PREVIOUS_VERSIONS_MAX,
            "20",
            TableProperties.METRICS_MODE_COLUMN_CONF_PREFIX + Column.RECORD.columnName(),
            "none");

    private CommandsTable() {}

    /** @param mayChange whether to make it, its first commit and its missing columns; else somebody else has to */
    static Table open(RESTCatalog catalog, TableIdentifier name, boolean mayChange) throws SinkException {
        Table table = loadOrCreate(catalog, name, mayChange);
        if (table.currentSnapshot() == null) {
            if (!mayChange) {
                throw new SinkException(
                        "expected the table " + name + " with its first commit, got one without any: start"
                                + " the daemon whose sink says create = true");
            }
            table.newFastAppend().commit();
        }
        for (int tries = 1; mayChange && lacks(table); tries++) {
            try {
                complete(table);
            } catch (CommitFailedException e) {
                if (tries == TRIES) {
                    throw e;
                }
                table.refresh(); // Another daemon has completed it.
            }
        }
        check(table, name);
        return table;
    }

    private static Table loadOrCreate(RESTCatalog catalog, TableIdentifier name, boolean mayCreate)
            throws SinkException {
        try {
            return catalog.loadTable(name);
        } catch (NoSuchTableException e) {
            if (!mayCreate) {
                throw new SinkException(
                        "expected the table " + name + ", got none: start the daemon whose sink says"
                                + " create = true",
                        e);
            }
        }
        makeNamespace(catalog, name.namespace());
        try {
            Schema schema = Column.schema();
            PartitionSpec days = PartitionSpec.builderFor(schema)
                    .day(Column.STARTED_AT.columnName())
                    .bucket(Column.REPOSITORY.columnName(), BUCKETS)
                    .build();
            Transaction creation = catalog.buildTable(name, schema)
                    .withPartitionSpec(days)
                    .withProperties(PROPERTIES)
                    .createTransaction();
            creation.newFastAppend().commit();
            creation.commitTransaction();
        } catch (AlreadyExistsException | CommitFailedException e) {
            // Another daemon was faster; if it was not that, the table is still missing.
        }
        return catalog.loadTable(name);
    }

    private static void makeNamespace(RESTCatalog catalog, Namespace namespace) {
        if (catalog.namespaceExists(namespace)) {
            return;
        }
        try {
            catalog.createNamespace(namespace);
        } catch (RuntimeException e) {
            // By another daemon, in between: some catalogs say so, others fail inside.
            if (!catalog.namespaceExists(namespace)) {
                throw e;
            }
        }
    }

    private static boolean lacks(Table table) {
        for (Column column : Column.values()) {
            if (table.schema().findField(column.columnName()) == null) {
                return true;
            }
        }
        return retries(table) < LEAST_RETRIES;
    }

    private static int retries(Table table) {
        String given = table.properties().get(TableProperties.COMMIT_NUM_RETRIES);
        return given == null ? TableProperties.COMMIT_NUM_RETRIES_DEFAULT : Integer.parseInt(given);
    }

    private static void complete(Table table) {
        Map<String, String> retries = new HashMap<>();
        if (retries(table) < LEAST_RETRIES) {
            PROPERTIES.forEach((key, value) -> {
                if (key.startsWith("commit.retry.")) {
                    retries.put(key, value);
                }
            });
        }
        if (!retries.isEmpty()) {
            UpdateProperties update = table.updateProperties();
            retries.forEach(update::set);
            update.commit();
        }
        UpdateSchema update = table.updateSchema();
        for (Column column : Column.values()) {
            if (table.schema().findField(column.columnName()) == null) {
                update.addColumn(column.columnName(), column.type(), column.doc()); // Rows that are there have none.
            }
        }
        update.commit();
    }

    private static void check(Table table, TableIdentifier name) throws SinkException {
        for (Types.NestedField field : table.schema().columns()) {
            Column known = Column.named(field.name());
            if (known == null && field.isRequired()) {
                throw new SinkException("expected a table " + name + " of Taproot's, got one with a required column "
                        + field.name() + ": make it optional, or use another table");
            }
            if (known != null && !known.type().toString().equals(field.type().toString())) {
                throw new SinkException("expected the column " + field.name() + " of " + name + " as " + known.type()
                        + ", got " + field.type() + ": use another table");
            }
        }
    }
}
