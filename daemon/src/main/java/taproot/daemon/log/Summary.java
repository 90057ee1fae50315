package taproot.daemon.log;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Counts and durations of the records that match, put together by one of their properties; what was folded into buckets is
 * in it. Reads the log in stretches, so that no snapshot is held for long; a row costs two microseconds.
 */
final class Summary {
    /** Places of the log that one statement looks at. */
    private static final int STRETCH = 16_384;

    private static final long MINUTES = 60;
    private static final long HOUR_US = 3_600_000_000L;
    /** What most commands in a class of a bucket's histogram took: the middle of a doubling. */
    private static final double MIDDLE = Math.sqrt(2);

    private final Connection connection;
    private final SummaryBy by;
    private final Map<String, Group> groups = new HashMap<>();

    private Summary(Connection connection, SummaryBy by) {
        this.connection = connection;
        this.by = by;
    }

    /** The rows, the longest total first; hours in their order. */
    static List<SummaryRow> of(Connection connection, CommandQuery query, SummaryBy by) throws SQLException {
        Summary summary = new Summary(connection, by);
        summary.records(Conditions.of(query));
        summary.buckets(Conditions.ofBuckets(query));
        return summary.rows();
    }

    private void records(Conditions conditions) throws SQLException {
        long head = Schema.number(connection, Schema.HEAD);
        String sql = "SELECT " + column() + ", " + Conditions.FAILED
                + ", duration_us FROM commands WHERE $conditions AND seq > ";
        for (long at = Schema.number(connection, "SELECT coalesce(min(seq), 1) - 1 FROM commands");
                at < head;
                at += STRETCH) {
            try (PreparedStatement select = conditions.prepare(connection, sql + at + " AND seq <= " + (at + STRETCH));
                    ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    Group group = group(rows.getString(1));
                    group.count++;
                    group.failures += rows.getInt(2);
                    long micros = rows.getLong(3);
                    if (!rows.wasNull()) {
                        group.took(micros);
                    }
                }
            }
        }
    }

    private String column() {
        return switch (by) {
            case COMMAND -> "command";
            case REPOSITORY -> "repository";
            case CALLER -> "caller";
            case OUTCOME -> "outcome";
            case HOUR -> "started_at / " + HOUR_US;
        };
    }

    private void buckets(Conditions conditions) throws SQLException {
        try (PreparedStatement select =
                        conditions.prepare(connection, "SELECT * FROM read_only_buckets WHERE $conditions");
                ResultSet rows = select.executeQuery()) {
            while (rows.next()) {
                bucket(rows);
            }
        }
    }

    private void bucket(ResultSet row) throws SQLException {
        long count = row.getLong("count");
        long failures = row.getLong("failures");
        String name = switch (by) {
            case COMMAND -> row.getString("command");
            case REPOSITORY -> row.getString("repository");
            case CALLER -> row.getString("caller");
            case HOUR -> Long.toString(row.getLong("minute") / MINUTES);
            case OUTCOME -> "exited";
        };
        Group group = group(name);
        if (by == SummaryBy.OUTCOME) {
            Group unknown = group(null); // A bucket remembers that they failed, and not how.
            unknown.count += failures;
            unknown.failures += failures;
            group.count += count - failures;
        } else {
            group.count += count;
            group.failures += failures;
        }
        group.totalUs += row.getLong("total_duration_us");
        for (int i = 0; i <= ReadOnlyBucket.BOUNDS_US.size(); i++) {
            long least = i == 0 ? ReadOnlyBucket.BOUNDS_US.getFirst() / 2 : ReadOnlyBucket.BOUNDS_US.get(i - 1);
            long n = row.getLong("d" + i);
            if (n > 0) {
                group.durations.add(Math.round(least * MIDDLE), n);
            }
        }
    }

    private Group group(@Nullable String name) {
        return groups.computeIfAbsent(name == null ? "" : name, n -> new Group());
    }

    private List<SummaryRow> rows() {
        List<SummaryRow> rows = new ArrayList<>();
        groups.forEach((name, group) -> {
            if (group.count > 0) {
                rows.add(group.row(name(name)));
            }
        });
        rows.sort(
                by == SummaryBy.HOUR
                        ? Comparator.comparing(row -> String.valueOf(row.name()))
                        : Comparator.comparingLong(SummaryRow::totalUs).reversed());
        return rows;
    }

    private @Nullable String name(String name) {
        if (name.isEmpty()) {
            return null;
        }
        return by == SummaryBy.HOUR
                ? Instant.ofEpochSecond(Long.parseLong(name) * 3_600).toString()
                : name;
    }

    /** What is known of those that share a name. */
    private static final class Group {
        private final DurationHistogram durations = new DurationHistogram();
        private long count;
        private long failures;
        private long totalUs;

        void took(long micros) {
            totalUs += micros;
            durations.add(micros, 1);
        }

        SummaryRow row(@Nullable String name) {
            return new SummaryRow(
                    name,
                    count,
                    failures,
                    totalUs,
                    durations.percentile(0.50),
                    durations.percentile(0.95),
                    durations.percentile(0.99));
        }
    }
}
