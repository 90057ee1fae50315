package taproot.normalizer;

/** {@code def_repo}: a repository the process opened; number 1 is the one it works in, others are submodules. */
record DefRepoEvent(long repo, String worktree) implements Event {
    static DefRepoEvent read(Fields fields) throws MalformedEventException {
        return new DefRepoEvent(Fields.required(fields.repo, "repo"), Fields.required(fields.worktree, "worktree"));
    }

    @Override
    public void applyTo(Life life) {
        if (repo == 1) {
            life.worktree(worktree);
        }
    }
}
