package taproot.normalizer;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One git command, from start to end: the record of DESIGN §5. Immutable; lists are never null, and empty where
 * nothing is known.
 *
 * <p>Times are microseconds since the epoch, durations microseconds. JSON is written and read by {@link RecordJson}.
 *
 * @param key the owner's whole SID; {@code #n} follows from the second life on
 * @param sid the owner's whole SID
 * @param root the SID path up to and including the first git-shaped component
 * @param parent the SID it hangs under, of a record that is not its root's
 * @param session what stands before the root in the SID: the caller's correlation id
 * @param command the last real {@code cmd_name}, aliases resolved
 * @param exitCode what git said, never made up
 * @param signal the number in git's {@code signal} event
 * @param effects what it did to its repository; empty until {@link Effects} has been asked
 * @param processes each git process of the record, the owner first
 * @param children what git started, git or not
 * @param rewrites which commits replace which, as amend and rebase told their post-rewrite hook
 * @param events how many lines of the record's processes were received
 * @param dropped lines lost on the way, by reason
 */
public record CommandRecord(
        String key,
        String sid,
        String root,
        @Nullable String parent,
        @Nullable String session,
        boolean detached,
        boolean late,
        List<String> argv,
        @Nullable String command,
        @Nullable String hierarchy,
        @Nullable String mode,
        @Nullable Alias alias,
        boolean readOnly,
        List<Effect> effects,
        @Nullable Repository repository,
        @Nullable String gitVersion,
        @Nullable Long pid,
        @Nullable String caller,
        List<String> ancestry,
        long startedAt,
        @Nullable Long finishedAt,
        @Nullable Long durationUs,
        Outcome outcome,
        @Nullable Integer exitCode,
        @Nullable Integer signal,
        List<String> errors,
        List<Param> params,
        List<ProcessEntry> processes,
        List<ChildEntry> children,
        List<Timer> timers,
        List<Counter> counters,
        Map<String, String> annotations,
        List<RefChange> refChanges,
        @Nullable String refConfidence,
        List<Rewrite> rewrites,
        long events,
        boolean truncated,
        Map<String, Long> dropped,
        TraceExtent trace) {

    /** The version of the JSON shape. */
    public static final int VERSION = 1;

    /** The same command, in this repository. */
    public CommandRecord withRepository(@Nullable Repository where) {
        return new CommandRecord(
                key,
                sid,
                root,
                parent,
                session,
                detached,
                late,
                argv,
                command,
                hierarchy,
                mode,
                alias,
                readOnly,
                effects,
                where,
                gitVersion,
                pid,
                caller,
                ancestry,
                startedAt,
                finishedAt,
                durationUs,
                outcome,
                exitCode,
                signal,
                errors,
                params,
                processes,
                children,
                timers,
                counters,
                annotations,
                refChanges,
                refConfidence,
                rewrites,
                events,
                truncated,
                dropped,
                trace);
    }

    /** The same command, with what it moved and how certain that is. */
    public CommandRecord withRefChanges(List<RefChange> changes, @Nullable String confidence) {
        return new CommandRecord(
                key,
                sid,
                root,
                parent,
                session,
                detached,
                late,
                argv,
                command,
                hierarchy,
                mode,
                alias,
                readOnly,
                effects,
                repository,
                gitVersion,
                pid,
                caller,
                ancestry,
                startedAt,
                finishedAt,
                durationUs,
                outcome,
                exitCode,
                signal,
                errors,
                params,
                processes,
                children,
                timers,
                counters,
                annotations,
                changes,
                confidence,
                rewrites,
                events,
                truncated,
                dropped,
                trace);
    }

    /** The alias that was typed and what the last expansion made of it. */
    public record Alias(String name, List<String> argv) {}

    /**
     * The repository a process works in.
     *
     * @param id of the repository family, the same in all its linked work trees
     * @param worktree as git said it ({@code def_repo})
     * @param gitDir of this work tree alone
     * @param commonDir what all linked work trees share
     * @param unresolved why nothing more is known of it, in one word; null where it was resolved, or nobody tried
     */
    public record Repository(
            @Nullable String id,
            @Nullable String worktree,
            @Nullable String gitDir,
            @Nullable String commonDir,
            @Nullable String unresolved) {
        /** As a process said it. */
        public static Repository at(String worktree) {
            return new Repository(null, worktree, null, null, null);
        }
    }

    /** A configured parameter or environment variable that git reported ({@code def_param}). */
    public record Param(
            String name, @Nullable String value, @Nullable String scope) {}

    /**
     * One git process of the record.
     *
     * @param parent the SID of the git process it hangs under, absent for a root
     * @param outcome null for one that outlived the owner
     * @param detached it outlived the owner; it owns a record of its own, which says how it ended
     */
    public record ProcessEntry(
            String sid,
            @Nullable String parent,
            List<String> argv,
            @Nullable String command,
            @Nullable Repository repository,
            @Nullable Long startedAt,
            @Nullable Long durationUs,
            @Nullable Outcome outcome,
            @Nullable Integer exitCode,
            boolean detached) {}

    /**
     * Something a process of the record started, git or not.
     *
     * @param sid the process that started it
     * @param pid its process id, once git has told it
     */
    public record ChildEntry(
            String sid,
            @Nullable String childClass,
            @Nullable String hook,
            List<String> argv,
            boolean background,
            @Nullable Long startedAt,
            @Nullable Long durationUs,
            @Nullable Integer exitCode,
            @Nullable Long pid) {}

    /** A named stopwatch of the owner, in microseconds. */
    public record Timer(String category, String name, long intervals, long totalUs, long minUs, long maxUs) {}

    /** A named count of the owner. */
    public record Counter(String category, String name, long count) {}

    /**
     * A reference that moved.
     *
     * @param old zeros where there was none; from a hook also where git did not look at what it replaced
     * @param current zeros where it was deleted
     * @param source who said so: {@code hook} or {@code reflog}
     * @param sid the process that moved it, where that is known and not the owner
     */
    public record RefChange(
            String ref,
            String old,
            String current,
            String source,
            @Nullable String sid) {}

    /** A commit that was replaced by another. */
    public record Rewrite(String old, String current) {}

    /** The same, with these effects. */
    public CommandRecord withEffects(List<Effect> known) {
        return new CommandRecord(
                key,
                sid,
                root,
                parent,
                session,
                detached,
                late,
                argv,
                command,
                hierarchy,
                mode,
                alias,
                readOnly,
                known,
                repository,
                gitVersion,
                pid,
                caller,
                ancestry,
                startedAt,
                finishedAt,
                durationUs,
                outcome,
                exitCode,
                signal,
                errors,
                params,
                processes,
                children,
                timers,
                counters,
                annotations,
                refChanges,
                refConfidence,
                rewrites,
                events,
                truncated,
                dropped,
                trace);
    }
}
