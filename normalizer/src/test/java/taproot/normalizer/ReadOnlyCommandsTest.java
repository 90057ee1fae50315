package taproot.normalizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReadOnlyCommandsTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "git status --porcelain",
                "/usr/lib/git-core/git status",
                "git-status",
                "/usr/lib/git-core/git-cat-file --batch",
                "git",
                "git --version",
                "git --exec-path",
                "git --html-path",
                "git --list-cmds=main",
                "git commit --help",
                "git --exec-path=/x -C /r -c a.b=c --git-dir=/g --work-tree /w --no-pager -p log -1",
                "git --no-optional-locks status",
                "git --config-env=http.extraHeader=H ls-remote origin",
                "git log --oneline",
                "git log -- --output=x",
                "git diff --output-indicator-new=>",
                "git rev-parse --sq-quote taproot:refs a b refs/heads/x",
                "git branch",
                "git branch -avv",
                "git branch --list x*",
                "git branch -l x",
                "git branch -al x",
                "git branch --contains HEAD",
                "git branch --merged=main x",
                "git branch --sort -committerdate",
                "git branch --format=%(refname) --points-at HEAD",
                "git branch --show-current",
                "git tag",
                "git tag -l v*",
                "git tag -n5 v*",
                "git tag --sort=-v:refname",
                "git tag --contains HEAD",
                "git tag -v v1",
                "git config user.name",
                "git config --get user.name",
                "git config --global --get-all a.b",
                "git config --get-regexp ^a b",
                "git config -z --list --show-origin",
                "git config get --all a.b",
                "git config list --file x",
                "git config --type=bool a.b",
                "git remote",
                "git remote -v",
                "git remote show -n origin",
                "git remote get-url origin",
                "git stash list",
                "git stash show -p",
                "git worktree list --porcelain",
                "git submodule",
                "git submodule status --recursive",
                "git submodule --quiet summary",
                "git notes",
                "git notes --ref x show HEAD",
                "git reflog",
                "git reflog -5",
                "git reflog HEAD",
                "git reflog refs/heads/main",
                "git reflog show main",
                "git reflog exists refs/heads/x",
                "git symbolic-ref HEAD",
                "git symbolic-ref -q --short HEAD",
                "git bisect log",
                "git bundle verify x",
                "git bundle list-heads x",
                "git hash-object -t blob x",
                "git hash-object --stdin --path=x",
                "git fsck --full",
                "git grep -n x",
                "git interpret-trailers --parse",
                "git sparse-checkout list",
                "git rerere diff",
                "git refs verify",
                "git commit-graph --object-dir x verify",
                "git fsmonitor--daemon status",
                "git var GIT_EDITOR",
                "git check-ignore x",
                "git verify-commit HEAD",
                "git diff-index HEAD",
                "git range-diff a b c",
                "status --porcelain",
                "log -1 --oneline",
            })
    void thisReads(String line) {
        assertThat(ReadOnlyCommands.isReadOnly(List.of(line.split(" ")))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "git commit -m x",
                "git commit --dry-run",
                "git nosuchcmd",
                "git --nosuchoption status",
                "git -C",
                "git-receive-pack x",
                "git upload-pack x",
                "/usr/lib/git-core/git-remote-https origin",
                "test-tool trace2",
                "git log --output=x",
                "git diff --output x",
                "git rev-list --output=x HEAD",
                "git branch x",
                "git branch -d x",
                "git branch -D x --list",
                "git branch -m x y",
                "git branch -v x",
                "git branch -q x",
                "git branch --format=x y",
                "git branch --sort x y",
                "git branch -u origin/x",
                "git branch --edit-description",
                "git branch --unset-upstream",
                "git branch --del x",
                "git tag v1",
                "git tag -d v1",
                "git tag -a v1 -m x",
                "git tag -f v1",
                "git tag --sort x v1",
                "git config user.name x",
                "git config edit",
                "git config -e",
                "git config set a.b c",
                "git config unset a.b",
                "git config --add a.b c",
                "git config --unset a.b",
                "git config --unset-a a.b",
                "git config --replace-all a.b c",
                "git config --remove-section a",
                "git config",
                "git remote add x y",
                "git remote -v update",
                "git remote prune origin",
                "git remote set-head origin -a",
                "git stash",
                "git stash -p",
                "git stash push",
                "git stash pop",
                "git stash drop",
                "git stash show --output=x",
                "git worktree",
                "git worktree add x",
                "git submodule update",
                "git submodule foreach status",
                "git notes add -m x",
                "git notes --ref list add",
                "git reflog expire --all",
                "git reflog delete main@{1}",
                "git reflog drop --all",
                "git reflog write x",
                "git symbolic-ref HEAD refs/heads/x",
                "git symbolic-ref -d HEAD",
                "git symbolic-ref -m why HEAD refs/heads/x",
                "git bisect",
                "git bisect start",
                "git bisect bad",
                "git bundle create x HEAD",
                "git bundle unbundle x",
                "git hash-object -w x",
                "git hash-object -wt blob",
                "git fsck --lost-found",
                "git fsck --lost",
                "git grep -Ovi x",
                "git interpret-trailers --in-place x",
                "git sparse-checkout set x",
                "git rerere",
                "git refs migrate",
                "git commit-graph write",
                "git fsmonitor--daemon run",
                "git archive HEAD",
                "git format-patch -1",
                "git merge-tree a b",
                "git update-index --refresh -q",
                "git fetch --dry-run",
                "git difftool",
                "sh -c log",
                "git status; rm -rf x",
            })
    void thisMayWrite(String line) {
        assertThat(ReadOnlyCommands.isReadOnly(List.of(line.split(" ")))).isFalse();
    }

    @Test
    void aShellAliasIsNoCommand() {
        assertThat(ReadOnlyCommands.isReadOnly(List.of("git status; git push"))).isFalse();
        assertThat(ReadOnlyCommands.isReadOnly(List.of())).isFalse();
    }

    @Test
    void emptyArgumentsAreArguments() {
        assertThat(ReadOnlyCommands.isReadOnly(new ArrayList<>(List.of("git", ""))))
                .isFalse();
        assertThat(ReadOnlyCommands.isReadOnly(List.of("git", "branch", ""))).isFalse();
        assertThat(ReadOnlyCommands.isReadOnly(List.of("git", "log", ""))).isTrue();
    }
}
