package taproot.daemon.log;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A query's conditions as SQL and the values that go into it. */
final class Conditions {
    private final List<String> terms = new ArrayList<>();
    private final List<Object> values = new ArrayList<>();

    private Conditions() {}

    static Conditions of(CommandQuery query) {
        Conditions all = new Conditions();
        all.inRepository(query.repository());
        all.add("command = ?", query.command());
        all.add("outcome = ?", query.outcome() == null ? null : query.outcome().wire());
        all.add("(outcome <> 'exited' OR exit_code IS NOT 0) = ?", asInt(query.failed()));
        all.add("read_only = ?", asInt(query.readOnly()));
        all.add("started_at >= ?", query.since() == null ? null : Retention.micros(query.since()));
        all.add("started_at < ?", query.until() == null ? null : Retention.micros(query.until()));
        all.add("duration_us >= ?", query.minDurationUs());
        all.add("session = ?", query.session());
        return all;
    }

    private void inRepository(@Nullable String path) {
        if (path == null) {
            return;
        }
        String directory = path.length() > 1 && path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
        String below = directory.equals("/") ? "/" : directory + "/";
        // Everything that begins with "below": from it to where its last character, the slash, is followed by '0'.
        terms.add("(repository = ? OR (repository >= ? AND repository < ?))");
        values.addAll(List.of(directory, below, below.substring(0, below.length() - 1) + '0'));
    }

    private void add(String term, @Nullable Object value) {
        if (value != null) {
            terms.add(term);
            values.add(value);
        }
    }

    private static @Nullable Integer asInt(@Nullable Boolean value) {
        return value == null ? null : value ? 1 : 0;
    }

    String sql() {
        return terms.isEmpty() ? "TRUE" : String.join(" AND ", terms);
    }

    void bind(PreparedStatement statement) throws SQLException {
        for (int i = 0; i < values.size(); i++) {
            statement.setObject(i + 1, values.get(i));
        }
    }
}
