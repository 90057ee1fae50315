package taproot.endtoend;

import java.util.List;

/**
 * Something git does to refs, as scripts that run in a work tree of their own. Each is one git command under test, and what
 * has to be there before it. {@code $W} is the place's name, which is also its branch's, {@code $N} is unique.
 *
 * @param effect what it is called in the table
 * @param given git commands that come before it
 * @param command one git command, whose exit status does not matter
 * @param shared it moves refs that all places share, so that only one place can do it and know what it did
 */
record Deed(String effect, String given, String command, boolean shared) {
    private static final String SIDE =
            "git checkout -q -b side-$W-$N; git commit -q --allow-empty -m side-$N;" + " git checkout -q $W";
    private static final String FILE = "echo $N > f-$W; git add f-$W; git commit -q -m f-$N";

    /** One command for each effect that moves refs, and some that might. */
    static List<Deed> all() {
        return List.of(
                of("commit created", "", "git commit -q --allow-empty -m $N"),
                of("commit amended", "", "git commit -q --amend --allow-empty -m $N"),
                of("commit refused", "", "git commit -q -m $N"),
                of("reset soft", FILE, "git reset -q --soft HEAD~1"),
                of("reset mixed", FILE, "git reset -q HEAD~1"),
                of("reset hard", FILE, "git reset -q --hard HEAD~1"),
                of("reset of paths", FILE, "git reset -q -- f-$W"),
                of("fast-forward", SIDE, "git merge -q side-$W-$N"),
                of("merge", SIDE + "; git commit -q --allow-empty -m $N", "git merge -q -m m-$N side-$W-$N"),
                of("merge, nothing to do", "", "git merge -q HEAD"),
                of("squash", SIDE, "git merge -q --squash side-$W-$N"),
                of(
                        "rebase finished",
                        "git checkout -q -b base-$W-$N; git commit -q --allow-empty -m base-$N; git checkout -q $W;"
                                + FILE + "; " + FILE + "b",
                        "git rebase -q base-$W-$N"),
                of(
                        "rebase stopped",
                        FILE
                                + "; git checkout -q -b base-$W-$N; echo x > f-$W; git commit -q -a -m x; git checkout -q $W;"
                                + " echo y > f-$W; git commit -q -a -m y",
                        "git rebase -q base-$W-$N"),
                of(
                        "rebase aborted",
                        FILE
                                + "; git checkout -q -b base-$W-$N; echo x > f-$W; git commit -q -a -m x; git checkout -q $W;"
                                + " echo y > f-$W; git commit -q -a -m y; git rebase -q base-$W-$N",
                        "git rebase --abort"),
                of(
                        "cherry-pick",
                        "git checkout -q -b side-$W-$N; " + FILE + "; git checkout -q $W",
                        "git cherry-pick side-$W-$N"),
                of(
                        "cherry-pick aborted",
                        "git checkout -q -b side-$W-$N; " + FILE
                                + "; git checkout -q $W; echo z > f-$W; git add f-$W; git commit -q -m z; git cherry-pick side-$W-$N",
                        "git cherry-pick --abort"),
                of("revert", FILE, "git revert --no-edit HEAD"),
                of("branch created", "", "git branch new-$W-$N"),
                of(
                        "branch moved",
                        "git branch new-$W-$N; git commit -q --allow-empty -m $N",
                        "git branch -f new-$W-$N"),
                of("branch renamed", "git branch new-$W-$N", "git branch -m new-$W-$N newer-$W-$N"),
                of("branch deleted", "git branch new-$W-$N", "git branch -q -D new-$W-$N"),
                of("tag created", "", "git tag tag-$W-$N"),
                of("tag deleted", "git tag tag-$W-$N", "git tag -d tag-$W-$N"),
                of("switched", SIDE, "git checkout -q side-$W-$N"),
                of("switched to a new branch", "", "git switch -q -c new-$W-$N"),
                of("paths checked out", FILE + "; rm f-$W", "git checkout -q f-$W"),
                of("stash pushed", FILE + "; echo more >> f-$W", "git stash -q", true),
                of("stash popped", FILE + "; echo more >> f-$W; git stash -q", "git stash pop -q", true),
                of("fetch", "git push -q $LAB/far-$W.git HEAD:refs/heads/x-$N", "git fetch -q far-$W"),
                of("push", "git commit -q --allow-empty -m $N", "git push -q far-$W HEAD:refs/heads/y-$N"),
                of(
                        "pull",
                        SIDE + "; git push -q $LAB/far-$W.git side-$W-$N:refs/heads/pull-$N",
                        "git pull -q --ff-only far-$W pull-$N"),
                of("update-ref", "", "git update-ref refs/heads/new-$W-$N HEAD"),
                of("worktree added", "", "git worktree add -q $LAB/added-$W-$N -b new-$W-$N"),
                of("notes changed", "git commit -q --allow-empty -m $N", "git notes add -m $N", true),
                of("bisect", FILE, "git bisect start HEAD HEAD~1"),
                of("maintenance", "", "git gc -q"),
                of("config", "", "git config taproot.$W $N"));
    }

    private static Deed of(String effect, String given, String command) {
        return of(effect, given, command, false);
    }

    private static Deed of(String effect, String given, String command, boolean shared) {
        return new Deed(effect, given, command, shared);
    }
}
