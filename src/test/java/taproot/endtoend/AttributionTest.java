package taproot.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import taproot.cli.Cli;
import taproot.cli.terminal.Screen;
import taproot.normalizer.CommandRecord;

/**
 * What a command did, by real git through every effect, with and without hooks, alone and at once in one family. Prints
 * the table; a git of another version is tried with {@code -Dtaproot.git=DIR}, its {@code bin}.
 */
class AttributionTest {
    private static final String GIT = System.getProperty("taproot.git", "");

    @RegisterExtension
    final GitLab lab = new GitLab();

    @Test
    void withHooksEveryChangeIsOnItsRecord() throws Exception {
        Attribution attribution = run(true, 1, 1);
        assertThat(attribution.total().unknown).as("not told by a hook").isZero();
        // What git runs no hook for may still be told by a reflog.
        assertThat(attribution.total().inferred).isLessThan(attribution.total().exact / 10);
    }

    @Test
    void withHooksEveryChangeIsOnItsRecordWhateverRunsBesideIt() throws Exception {
        Attribution attribution = run(true, 2, 1);
        assertThat(attribution.total().unknown).as("not told by a hook").isZero();
    }

    @Test
    void withoutHooksNothingIsWrong() throws Exception {
        assertThat(run(false, 2, 1).total().exact).isZero();
    }

    @Tag("long")
    @Test
    void theWholeTable() throws Exception {
        for (boolean hooks : new boolean[] {true, false}) {
            for (int workers : new int[] {1, 2, 8}) {
                Attribution attribution = run(hooks, workers, workers == 1 ? 4 : 2);
                if (hooks) {
                    assertThat(attribution.total().unknown).isZero();
                }
            }
        }
    }

    private int family;

    /** Workers in linked worktrees of one family, each through all effects, some rounds. */
    private Attribution run(boolean hooks, int workers, int rounds) throws Exception {
        String name = "family" + family++;
        String main = lab.work(name);
        lab.given(path() + "git init -q " + name + "; cd " + name
                + "; for i in 1 2 3; do echo $i > f$i; git add f$i; git commit -q -m m$i; done"
                + "; git clone -q --bare . ../" + name + "-bare; git remote add origin ../" + name + "-bare"
                + "; git fetch -q; git config push.default current");
        for (int worker = 0; worker < workers; worker++) {
            lab.given(path() + "cd " + name + "; git worktree add -q ../" + name + "-" + worker + " -b base" + worker);
        }
        if (hooks) {
            hooks(main);
        }
        lab.records();
        List<List<Attribution.Step>> all = new ArrayList<>();
        List<Process> running = new ArrayList<>();
        for (int worker = 0; worker < workers; worker++) {
            List<Attribution.Step> steps = new ArrayList<>();
            for (int round = 0; round < rounds; round++) {
                steps.addAll(steps("w" + worker + "r" + round, name + "-bare"));
            }
            all.add(steps);
            running.add(lab.begin(script(name + "-" + worker, steps)));
        }
        for (Process process : running) {
            assertThat(process.waitFor()).isZero();
        }
        lab.untilQuiet();
        Attribution attribution = new Attribution();
        List<CommandRecord> records = lab.records().all();
        List<Attribution.Entry> reflogs = Attribution.reflogs(Path.of(main, ".git"));
        all.forEach(steps -> attribution.judge(steps, records, reflogs));
        System.out.println(attribution.table("%nhooks %s, %d at once".formatted(hooks ? "on" : "off", workers)));
        attribution.complaints().forEach(System.out::println);
        assertThat(attribution.complaints()).isEmpty();
        assertThat(attribution.total().wrong).isZero();
        assertThat(attribution.total().misnamed).isZero();
        return attribution;
    }

    private static String path() {
        return GIT.isEmpty() ? "" : "export PATH=" + GIT + ":$PATH; ";
    }

    private static String script(String directory, List<Attribution.Step> steps) {
        StringBuilder script = new StringBuilder(path() + "cd " + directory + "\n"
                + "g() { step=$1; shift; GIT_COMMITTER_NAME=$step git -c lab.step=$step \"$@\" >/dev/null 2>&1 || :; }\n"
                + "q() { GIT_COMMITTER_NAME=none GIT_TRACE2_EVENT=0 git \"$@\" >/dev/null 2>&1; }\n");
        for (Attribution.Step step : steps) {
            script.append(step.script().replace("git ", "g " + step.name() + " "))
                    .append('\n');
        }
        return script.append("exit 0\n").toString();
    }

    /** Every effect once; what stands before {@code git} is done without a trace and without a name. */
    private static List<Attribution.Step> steps(String worker, String remote) {
        List<Attribution.Step> steps = new ArrayList<>();
        String b = worker;
        String[][] script = {
            {"branch_created", "git branch " + b},
            {"switched", "git switch " + b},
            {"index_changed", "echo " + b + " > a" + b + "; git add a" + b},
            {"commit_created", "git commit -m " + b + "-1"},
            {"commit_created", "echo x >> a" + b + "; git commit -am " + b + "-2"},
            {"commit_amended", "echo y >> a" + b + "; git commit -a --amend -m " + b + "-3"},
            {"reset", "git reset --soft HEAD~1"},
            {"commit_created", "git commit -m " + b + "-4"},
            {"reset", "git reset HEAD~1"},
            {"reset", "git reset --hard"},
            {"branch_created", "git checkout -b " + b + "-topic"},
            {"commit_created", "echo t > t" + b + "; q add t" + b + "; git commit -m " + b + "-5"},
            {"commit_created", "echo u > u" + b + "; q add u" + b + "; git commit -m " + b + "-6"},
            {"switched", "git checkout " + b},
            {"fast_forward", "git merge --ff-only " + b + "-topic~1"},
            {"commit_created", "echo v > v" + b + "; q add v" + b + "; git commit -m " + b + "-7"},
            {"merge", "git merge --no-ff -m " + b + "-8 " + b + "-topic"},
            {"reset", "git reset --hard HEAD~1"},
            {"squash", "git merge --squash " + b + "-topic"},
            {"reset", "git reset --hard"},
            {"cherry_pick", "git cherry-pick " + b + "-topic"},
            {"revert", "git revert --no-edit HEAD"},
            {"reset", "git reset --hard HEAD~2"},
            {"switched", "git switch " + b + "-topic"},
            {"rebase_finished", "git rebase " + b},
            {"commit_created", "echo conflict > v" + b + "; q add v" + b + "; git commit -m " + b + "-9"},
            {"switched", "git switch " + b},
            {"commit_created", "echo other > v" + b + "; q add v" + b + "; git commit -m " + b + "-10"},
            {"conflict", "git merge " + b + "-topic"},
            {"aborted", "git merge --abort"},
            {"rebase_stopped", "q switch " + b + "-topic; git rebase " + b},
            {"rebase_aborted", "git rebase --abort"},
            {"conflict", "git cherry-pick " + b},
            {"aborted", "git cherry-pick --abort"},
            {"stash_pushed", "echo w >> a" + b + "; git stash"},
            {"paths_checked_out", "git checkout -- a" + b},
            {"restored", "git restore a" + b},
            {"tag_created", "git tag " + b + "-t"},
            {"tag_moved", "git tag -f " + b + "-t HEAD~1"},
            {"tag_deleted", "git tag -d " + b + "-t"},
            {"branch_renamed", "q branch " + b + "-old; git branch -m " + b + "-old " + b + "-new"},
            {"branch_deleted", "git branch -D " + b + "-new"},
            {"pushed", "git push ../" + remote + " HEAD:refs/heads/" + b},
            {"fetched", "git fetch ../" + remote + " " + b},
            {"pulled", "git pull --ff-only ../" + remote + " " + b},
            {"cloned", "git clone ../" + remote + " ../clone" + b},
            {"initialized", "git init ../init" + b},
            {"worktree_added", "git worktree add --detach ../wt" + b},
            {"worktree_removed", "q worktree add ../gone" + b + "; git worktree remove ../gone" + b},
            {"remote_changed", "git remote add " + b + " ../" + remote},
            {"config_changed", "git config lab." + b + " x"},
            {"notes_changed", "git notes --ref " + b + " add -m note"},
            {"maintenance", "git pack-refs"},
            {"nothing", "git status"},
        };
        for (int i = 0; i < script.length; i++) {
            steps.add(new Attribution.Step(worker + "s" + i, script[i][0], script[i][1]));
        }
        return steps;
    }

    private void hooks(String repository) {
        String path = (GIT.isEmpty() ? "" : GIT + ":") + System.getenv("PATH");
        Map<String, String> environment =
                Map.of("HOME", lab.home().toString(), "PATH", path, "GIT_CONFIG_NOSYSTEM", "1");
        Cli install = Cli.run(Screen.PLAIN, environment, "hook", "install", "--repository", repository);
        assertThat(install.status()).as(install.err()).isZero();
    }
}
