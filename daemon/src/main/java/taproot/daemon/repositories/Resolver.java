package taproot.daemon.repositories;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import taproot.normalizer.CommandRecord;

/**
 * Finds the repository that a clue leads to, and remembers it by its work tree. What it remembers is believed for a second;
 * until then a repository that was replaced by another keeps the first one's id, unless the command that made it was heard.
 * Where commands go on coming it is looked at again before that second is over, and none of them waits.
 */
final class Resolver {
    private static final long FRESH_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long DUE_NANOS = FRESH_NANOS / 2;
    private static final int REMEMBERED = 4096;

    private final Cache<String, Known> byWorktree;
    private final Cache<String, Missed> missedAt;

    /** {@link System#nanoTime}. */
    private volatile long distrustedUntil = System.nanoTime();

    /** Those that are being looked at again. */
    private final Set<String> lookedAt = ConcurrentHashMap.newKeySet();

    /** Nothing was there. */
    private record Missed(Found.Lost lost, long at) {}

    /** What came of it. */
    sealed interface Found {
        /** The command worked here. */
        record Here(Known known) implements Found {}

        /** It worked in no repository, or did not say in which. */
        record Nowhere() implements Found {}

        /** There was something to follow, and it led to nothing. */
        record Lost(Unresolved why) implements Found {}
    }

    /** @param upkeep runs what the cache has to do now and then */
    Resolver(Executor upkeep) {
        byWorktree =
                Caffeine.newBuilder().maximumSize(REMEMBERED).executor(upkeep).build();
        missedAt =
                Caffeine.newBuilder().maximumSize(REMEMBERED).executor(upkeep).build();
    }

    /**
     * What is remembered of a work tree, if that is fresh enough to be believed; null where it is not. That nothing was
     * there is remembered too. Never blocks.
     *
     * @param due has somebody {@linkplain #lookAgain look again}: it will not be fresh for long
     */
    @Nullable
    Found fresh(String worktree, Consumer<String> due) {
        Known known = byWorktree.getIfPresent(worktree);
        if (known != null) {
            return isFresh(worktree, known.checkedAt(), due) ? new Found.Here(known) : null;
        }
        Missed missed = missedAt.getIfPresent(worktree);
        return missed != null && isFresh(worktree, missed.at, due) ? missed.lost : null;
    }

    /** What was seen before now is not believed without another look. */
    void distrust() {
        distrustedUntil = System.nanoTime();
    }

    private boolean isFresh(String worktree, long at, Consumer<String> due) {
        if (at - distrustedUntil <= 0) {
            return false;
        }
        long age = System.nanoTime() - at;
        if (age >= DUE_NANOS && age < FRESH_NANOS && lookedAt.add(worktree)) {
            due.accept(worktree);
        }
        return age < FRESH_NANOS;
    }

    /** Looks once where nothing hangs. */
    void prepare() {
        var unused = find(new Clue.Inside(RawPath.ofText("/")), null);
    }

    /** Looks whether it is still the same, before a command has to wait for that. */
    void lookAgain(String worktree) {
        try {
            var unused = find(new Clue.Worktree(RawPath.ofText(worktree)), worktree);
        } finally {
            lookedAt.remove(worktree);
        }
    }

    /** Where it was last, fresh or not. Never blocks. */
    @Nullable
    Known remembered(String worktree) {
        return byWorktree.getIfPresent(worktree);
    }

    /**
     * Looks at the file system, as long as that takes.
     *
     * @param said what git called the work tree
     */
    Found find(Clue clue, @Nullable String said) {
        try {
            return switch (clue) {
                case Clue.Worktree(RawPath path) -> ofWorktree(path, said);
                case Clue.GitDir(RawPath path, RawPath worktree) -> here(GitPlace.ofGitDir(worktree, path), path, said);
                case Clue.Target(RawPath path, RawPath entered) -> ofTarget(path, entered, said);
                case Clue.Inside(RawPath path) -> {
                    GitPlace place = GitPlace.around(path);
                    yield place == null ? new Found.Nowhere() : here(place, path, said);
                }
                case Clue.Garbled() -> new Found.Lost(Unresolved.NOT_UTF8);
                case Clue.None() -> new Found.Nowhere();
            };
        } catch (IOException e) {
            return new Found.Lost(Unresolved.UNREADABLE);
        }
    }

    private Found ofWorktree(RawPath path, @Nullable String said) throws IOException {
        String name = said == null ? path.text() : said;
        boolean spelled = RawPath.ofText(name).equals(path);
        Known before = spelled ? byWorktree.getIfPresent(name) : null;
        Known again = before == null ? null : before.seenAgain();
        if (again != null) {
            byWorktree.put(name, again);
            return new Found.Here(again);
        }
        GitPlace place = GitPlace.ofWorktree(path);
        Found found = here(place, path, said);
        if (spelled) {
            remember(name, found);
        }
        return found;
    }

    private void remember(String worktree, Found found) {
        switch (found) {
            case Found.Here(Known known) -> byWorktree.put(worktree, known);
            case Found.Lost lost -> {
                byWorktree.invalidate(worktree);
                missedAt.put(worktree, new Missed(lost, System.nanoTime()));
            }
            case Found.Nowhere() -> byWorktree.invalidate(worktree);
        }
    }

    private Found ofTarget(RawPath path, @Nullable RawPath entered, @Nullable String said) throws IOException {
        GitPlace place = GitPlace.at(path);
        if (place == null && entered != null) {
            place = GitPlace.at(entered);
        }
        Found found = here(place, path, said);
        if (said != null && RawPath.ofText(said).equals(path)) {
            remember(said, found);
        }
        return found;
    }

    private static Found here(@Nullable GitPlace place, RawPath path, @Nullable String said) throws IOException {
        Known known = place == null ? null : Known.of(place, said);
        if (known != null) {
            return new Found.Here(known);
        }
        return new Found.Lost(FileCalls.status(path) == null ? Unresolved.MISSING : Unresolved.NOT_FOUND);
    }

    /** What a record says when nothing was found: what git said, and why there is no more. */
    static CommandRecord.Repository lost(CommandRecord.@Nullable Repository said, Unresolved why) {
        String worktree = said == null ? null : said.worktree();
        return new CommandRecord.Repository(null, worktree, null, null, why.wire());
    }
}
