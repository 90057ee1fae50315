package taproot.daemon.repositories;

import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import taproot.normalizer.CommandRecord;
import taproot.normalizer.FinishedCommand;

/**
 * Where a command may have worked, by its own words: the first of them that can be followed. Made from the record alone,
 * without looking at any file.
 */
sealed interface Clue {

    /** A work tree that git named. */
    record Worktree(RawPath path) implements Clue {}

    /** A git directory that was asked for, with the work tree that git named. */
    record GitDir(RawPath path, @Nullable RawPath worktree) implements Clue {}

    /** A directory in a repository, or in none. */
    record Inside(RawPath path) implements Clue {}

    /** What {@code clone} and {@code init} made; {@code init} may have entered it by the time it was looked at. */
    record Target(RawPath path, @Nullable RawPath entered) implements Clue {}

    /** It named a place, in bytes that nobody has. */
    record Garbled() implements Clue {}

    /** It said nothing. */
    record None() implements Clue {}

    Set<String> MAKERS = Set.of("clone", "init", "init-db");

    /** They put repositories where there were others, or none: what was seen before is not believed any more. */
    Set<String> MOVERS = Set.of("clone", "init", "init-db", "submodule", "submodule--helper", "worktree");

    /** Whether the command may have put another repository where one was seen. */
    static boolean movesPlaces(CommandRecord record) {
        return record.command() != null && !record.readOnly() && MOVERS.contains(record.command());
    }

    /** Whether the command makes the repository it speaks of. */
    static boolean makes(CommandRecord record) {
        return record.command() != null && MAKERS.contains(record.command());
    }

    /** What has to be asked in turn: commands that lead to the same place have the same name. Null: nothing to ask. */
    default @Nullable String name() {
        return switch (this) {
            case Worktree(RawPath path) -> path.bytes();
            case GitDir(RawPath path, RawPath worktree) -> (worktree == null ? path : worktree).bytes();
            case Inside(RawPath path) -> path.bytes();
            case Target(RawPath path, RawPath _) -> path.bytes();
            case Garbled() -> "";
            case None() -> null;
        };
    }

    /** @param cwd the directory the process was seen in, behind any {@code -C}; null where it was not */
    static Clue of(FinishedCommand command, @Nullable RawPath cwd) {
        CommandRecord record = command.record();
        GlobalOptions options = GlobalOptions.of(record);
        CommandRecord.Repository said = record.repository();
        String worktree = said == null ? null : said.worktree();
        if (worktree != null) {
            String raw = command.rawWorktree();
            if (raw == null && worktree.indexOf('\uFFFD') >= 0) {
                return new Garbled();
            }
            return at(raw == null ? RawPath.ofText(worktree) : RawPath.ofBytes(raw), options, cwd);
        }
        if (options.gitDir() != null) {
            RawPath gitDir = RawPath.ofText(options.gitDir());
            RawPath base = cwd == null ? options.directory() : cwd;
            return gitDir.isAbsolute() ? new GitDir(gitDir, null) : under(base, gitDir, path -> new GitDir(path, null));
        }
        if (makes(record)) {
            return target(record, options, cwd);
        }
        if (options.worktree() != null && options.worktree().startsWith("/")) {
            return new Worktree(RawPath.ofText(options.worktree()));
        }
        if (options.directory() != null) {
            return new Inside(options.directory());
        }
        Clue child = ofChild(record);
        return child instanceof None && cwd != null ? new Inside(cwd) : child;
    }

    /** A git directory that was asked for may be elsewhere; without a work tree of its own git names the directory it runs in. */
    private static Clue at(RawPath worktree, GlobalOptions options, @Nullable RawPath cwd) {
        if (options.gitDir() == null) {
            return new Worktree(worktree);
        }
        RawPath gitDir = RawPath.ofText(options.gitDir());
        if (gitDir.isAbsolute()) {
            return new GitDir(gitDir, worktree);
        }
        RawPath base = options.worktree() == null ? worktree : cwd == null ? options.directory() : cwd;
        return base == null ? new Worktree(worktree) : new GitDir(base.resolve(gitDir), worktree);
    }

    /** What an alias or a script stands for ran somewhere: the first git that it started and that said where. */
    private static Clue ofChild(CommandRecord record) {
        List<CommandRecord.ProcessEntry> processes = record.processes();
        for (CommandRecord.ProcessEntry process : processes.subList(Math.min(1, processes.size()), processes.size())) {
            CommandRecord.Repository said = process.repository();
            String worktree = said == null ? null : said.worktree();
            if (worktree != null && worktree.indexOf('\uFFFD') < 0) {
                return new Worktree(RawPath.ofText(worktree));
            }
        }
        return new None();
    }

    private static Clue target(CommandRecord record, GlobalOptions options, @Nullable RawPath cwd) {
        RawPath base = cwd == null ? options.directory() : cwd;
        String named = TargetArgument.of(record.argv(), String.valueOf(record.command()));
        if (named == null) {
            return base == null ? new None() : new Target(base, null);
        }
        RawPath target = RawPath.ofText(named);
        boolean entered = base != null && base.bytes().endsWith("/" + target.bytes());
        return under(base, target, path -> new Target(path, entered ? base : null));
    }

    private static Clue under(@Nullable RawPath base, RawPath path, Function<RawPath, Clue> made) {
        if (path.isAbsolute()) {
            return made.apply(path);
        }
        return base == null ? new None() : made.apply(base.resolve(path));
    }
}
