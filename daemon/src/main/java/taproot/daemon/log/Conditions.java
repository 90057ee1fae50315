package taproot.daemon.log;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiPredicate;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import taproot.normalizer.CommandRecord;
import taproot.normalizer.Outcome;

/**
 * A query's conditions, each of them twice: as SQL for what is in the database, and as a predicate for a record that was
 * only just committed. They stand side by side here, and a test holds the one against the other.
 */
final class Conditions {
    private static final long MINUTE = 60_000_000;

    private final List<String> terms = new ArrayList<>();
    private final List<Object> values = new ArrayList<>();
    private Predicate<CommandFacts> predicate = _ -> true;

    private Conditions() {}

    /** Over the table of commands. */
    static Conditions of(CommandQuery query) {
        Conditions all = new Conditions();
        all.inRepository(query, true);
        all.add("command = ?", query.command(), (name, facts) -> name.equals(facts.command()));
        Outcome outcome = query.outcome();
        all.add("outcome = ?", outcome == null ? null : outcome.wire(), (_, facts) -> facts.outcome() == outcome);
        Boolean failed = query.failed();
        all.add(FAILED + " = ?", asInt(failed), (_, facts) -> failed(facts) == Boolean.TRUE.equals(failed));
        Boolean readOnly = query.readOnly();
        all.add("read_only = ?", asInt(readOnly), (_, facts) -> facts.readOnly() == Boolean.TRUE.equals(readOnly));
        all.add("started_at >= ?", micros(query.since()), (since, facts) -> facts.startedAt() >= since);
        all.add("started_at < ?", micros(query.until()), (until, facts) -> facts.startedAt() < until);
        all.add("duration_us >= ?", query.minDurationUs(), Conditions::tookAtLeast);
        all.add("session = ?", query.session(), (id, facts) -> id.equals(facts.session()));
        return all;
    }

    /**
     * Over the table of buckets: a bucket lies within a time if its whole minute does, and what it does not know of its
     * commands it does not match.
     */
    static Conditions ofBuckets(CommandQuery query) {
        Conditions all = new Conditions();
        all.inRepository(query, false);
        all.add("command = ?", query.command(), (_, _) -> false);
        all.add("1 = ?", asInt(query.readOnly()), (_, _) -> false);
        Long since = micros(query.since());
        all.add("minute >= ?", since == null ? null : Math.ceilDiv(since, MINUTE), (_, _) -> false);
        Long until = micros(query.until());
        all.add("minute < ?", until == null ? null : Math.floorDiv(until, MINUTE), (_, _) -> false);
        if (query.outcome() != null
                || query.failed() != null
                || query.minDurationUs() != null
                || query.session() != null) {
            all.terms.add("FALSE");
        }
        return all;
    }

    /** That a command did not exit with 0. */
    static final String FAILED = "(outcome <> 'exited' OR exit_code IS NOT 0)";

    private static boolean failed(CommandFacts facts) {
        Integer code = facts.exitCode();
        return facts.outcome() != Outcome.EXITED || code == null || code != 0;
    }

    private static boolean tookAtLeast(Long least, CommandFacts facts) {
        Long took = facts.durationUs();
        return took != null && took >= least;
    }

    /** @param knowsIds whether the rows are whole records */
    private void inRepository(CommandQuery query, boolean knowsIds) {
        String wanted = query.repository();
        if (wanted == null) {
            return;
        }
        if (CommandQuery.isId(wanted)) {
            terms.add(knowsIds ? "json_extract(record, '$.repository.id') = ?" : "FALSE AND ''= ?");
            values.add(wanted);
            predicate = predicate.and(facts -> wanted.equals(id(facts.repository())));
            return;
        }
        String directory =
                wanted.length() > 1 && wanted.endsWith("/") ? wanted.substring(0, wanted.length() - 1) : wanted;
        String below = directory.equals("/") ? "/" : directory + "/";
        String around = query.within() == null ? directory : query.within();
        // Everything that begins with "below": from it to where its last character, the slash, is followed by '0'.
        terms.add("(repository = ? OR repository = ? OR (repository >= ? AND repository < ?))");
        values.addAll(List.of(directory, around, below, below.substring(0, below.length() - 1) + '0'));
        predicate = predicate.and(facts -> {
            String place = place(facts.repository());
            return place != null && (place.equals(directory) || place.equals(around) || place.startsWith(below));
        });
    }

    private static @Nullable String id(CommandRecord.@Nullable Repository repository) {
        return repository == null ? null : repository.id();
    }

    /** What a person would call the repository, as it stands in its column: the work tree, or a bare one's directory. */
    static @Nullable String place(CommandRecord.@Nullable Repository repository) {
        if (repository == null) {
            return null;
        }
        return repository.worktree() != null ? repository.worktree() : repository.gitDir();
    }

    private <T> void add(String term, @Nullable T value, BiPredicate<T, CommandFacts> same) {
        if (value != null) {
            terms.add(term);
            values.add(value);
            predicate = predicate.and(facts -> same.test(value, facts));
        }
    }

    private static @Nullable Integer asInt(@Nullable Boolean value) {
        return value == null ? null : value ? 1 : 0;
    }

    private static @Nullable Long micros(@Nullable Instant time) {
        return time == null ? null : Retention.micros(time);
    }

    String sql() {
        return terms.isEmpty() ? "TRUE" : String.join(" AND ", terms);
    }

    /** The statement with its conditions put in place of {@code $conditions}. */
    PreparedStatement prepare(Connection connection, String statement) throws SQLException {
        PreparedStatement prepared = connection.prepareStatement(statement.replace("$conditions", sql()));
        for (int i = 0; i < values.size(); i++) {
            prepared.setObject(i + 1, values.get(i));
        }
        return prepared;
    }

    /** The same over the table of commands, for a record that is at hand. */
    Predicate<CommandFacts> predicate() {
        return predicate;
    }
}
