package taproot.daemon.log;

import java.time.Instant;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import taproot.normalizer.Outcome;

/**
 * Which records somebody wants; they always come oldest first. Every condition that is set has to hold.
 *
 * @param repository the id of a repository, or the work tree, a bare one's git directory, or a directory above them
 * @param within also the repository that has this for its work tree or git directory: the one a path lies in
 * @param failed true: only commands that did not exit with 0; false: only those that did
 * @param since started at this time or later
 * @param until started before this time
 * @param minDurationUs took at least as long; a command of unknown duration did not
 * @param after only records with a greater seq
 * @param limit how many at most, 0 for all
 * @param newest whether a limit keeps the newest records or those next after {@code after}
 */
public record CommandQuery(
        @Nullable String repository,
        @Nullable String within,
        @Nullable String command,
        @Nullable Outcome outcome,
        @Nullable Boolean failed,
        @Nullable Boolean readOnly,
        @Nullable Instant since,
        @Nullable Instant until,
        @Nullable Long minDurationUs,
        @Nullable String session,
        long after,
        int limit,
        boolean newest) {
    private static final Pattern ID = Pattern.compile("[0-9a-f]{16}");

    public CommandQuery {
        if (after < 0 || limit < 0) {
            throw new IllegalArgumentException(
                    "after and limit are zero or more, got after " + after + ", limit " + limit);
        }
    }

    /** Whether this is how the id of a repository looks. */
    public static boolean isId(String text) {
        return ID.matcher(text).matches();
    }

    /** Whether a path is wanted, of which one has to know in which repository it lies. */
    public boolean namesPath() {
        return repository != null && !isId(repository);
    }

    /**
     * The same conditions for a path that was looked at.
     *
     * @param path without symbolic links
     * @param root the repository it lies in; null where it is in none
     */
    public CommandQuery at(String path, @Nullable String root) {
        return new Builder(this).repository(path).within(root).build(after, limit, newest);
    }

    /** Whether a record at hand is one of those wanted; after and limit do not matter. */
    public Predicate<CommandFacts> predicate() {
        return Conditions.of(this).predicate();
    }

    /** The same conditions for the next {@code rows} records after {@code seq}. */
    public CommandQuery page(long seq, int rows) {
        return new Builder(this).after(seq, rows);
    }

    /** The same for commands that are still running: without the conditions that only their end can fulfil. */
    public CommandQuery ofRunning() {
        return new Builder(this).outcome(null).failed(null).minDurationUs(null).build(after, limit, newest);
    }

    /** A query without conditions, to set some. */
    public static Builder where() {
        return new Builder();
    }

    /** Gathers conditions; those not set do not restrict. */
    public static final class Builder {
        private @Nullable String repository;
        private @Nullable String within;
        private @Nullable String command;
        private @Nullable Outcome outcome;
        private @Nullable Boolean failed;
        private @Nullable Boolean readOnly;
        private @Nullable Instant since;
        private @Nullable Instant until;
        private @Nullable Long minDurationUs;
        private @Nullable String session;

        private Builder() {}

        private Builder(CommandQuery same) {
            repository = same.repository;
            within = same.within;
            command = same.command;
            outcome = same.outcome;
            failed = same.failed;
            readOnly = same.readOnly;
            since = same.since;
            until = same.until;
            minDurationUs = same.minDurationUs;
            session = same.session;
        }

        public Builder repository(@Nullable String path) {
            repository = path;
            return this;
        }

        /** Together with {@link #repository}, of a path that may lie in the midst of a repository. */
        public Builder within(@Nullable String root) {
            within = root;
            return this;
        }

        public Builder command(@Nullable String name) {
            command = name;
            return this;
        }

        public Builder outcome(@Nullable Outcome wanted) {
            outcome = wanted;
            return this;
        }

        public Builder failed(@Nullable Boolean wanted) {
            failed = wanted;
            return this;
        }

        public Builder readOnly(@Nullable Boolean wanted) {
            readOnly = wanted;
            return this;
        }

        public Builder since(@Nullable Instant time) {
            since = time;
            return this;
        }

        public Builder until(@Nullable Instant time) {
            until = time;
            return this;
        }

        public Builder minDurationUs(@Nullable Long microseconds) {
            minDurationUs = microseconds;
            return this;
        }

        public Builder session(@Nullable String id) {
            session = id;
            return this;
        }

        /** The newest {@code limit} records, or all for 0. */
        public CommandQuery newest(int limit) {
            return build(0, limit, true);
        }

        /** The next {@code limit} records with a seq greater than {@code seq}, or all for 0. */
        public CommandQuery after(long seq, int limit) {
            return build(seq, limit, false);
        }

        private CommandQuery build(long after, int limit, boolean newest) {
            return new CommandQuery(
                    repository,
                    within,
                    command,
                    outcome,
                    failed,
                    readOnly,
                    since,
                    until,
                    minDurationUs,
                    session,
                    after,
                    limit,
                    newest);
        }
    }
}
