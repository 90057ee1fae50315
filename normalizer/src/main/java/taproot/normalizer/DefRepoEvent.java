package taproot.normalizer;

import org.jspecify.annotations.Nullable;

/**
 * {@code def_repo}: a repository the process opened; number 1 is the one it works in, others are submodules.
 *
 * @param rawWorktree the path's bytes, one char each, where they are not UTF-8; else null
 */
record DefRepoEvent(long repo, String worktree, @Nullable String rawWorktree) implements Event {
    static DefRepoEvent read(Fields fields) throws MalformedEventException {
        return new DefRepoEvent(
                Fields.required(fields.repo, "repo"), Fields.required(fields.worktree, "worktree"), fields.rawWorktree);
    }

    @Override
    public void applyTo(Life life) {
        if (repo == 1) {
            life.worktree(worktree, rawWorktree);
        }
    }
}
