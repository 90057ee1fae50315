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
 * What a command did, by real git through every effect, with and without hooks, alone and at once in one family: in linked
 * work trees of a plain repository, of a bare one and of a submodule. Prints the table.
 */
class AttributionTest {
    private static final int[] WORKERS = {1, 2, 8};

    @RegisterExtension
    final GitLab lab = new GitLab();

    private int families;

    /** What the work trees are linked to. */
    private enum Kind {
        PLAIN,
        BARE,
        SUBMODULE
    }

    @Test
    void withHooksEveryChangeIsOnItsRecord() throws Exception {
        Attribution attribution = new Attribution(true);
        run(Kind.PLAIN, attribution, 1);
        print(attribution, "hooks on, 1 at once");
        assertThat(attribution.total().unknown).as("not told by a hook").isZero();
        // What git runs no hook for may still be told by a reflog.
        assertThat(attribution.total().inferred).isLessThan(attribution.total().exact / 10);
    }

    @Test
    void withHooksEveryChangeIsOnItsRecordWhateverRunsBesideIt() throws Exception {
        Attribution attribution = new Attribution(true);
        run(Kind.SUBMODULE, attribution, 2);
        print(attribution, "hooks on, 2 at once");
        assertThat(attribution.total().unknown).as("not told by a hook").isZero();
    }

    @Test
    void withoutHooksNothingIsWrong() throws Exception {
        Attribution attribution = new Attribution(false);
        run(Kind.BARE, attribution, 2);
        print(attribution, "hooks off, 2 at once");
        assertThat(attribution.total().exact).isZero();
        assertThat(attribution.total().inferred).isPositive();
    }

    @Tag("long")
    @Test
    void theWholeTableWithHooks() throws Exception {
        for (int workers : WORKERS) {
            Attribution attribution = inAllKinds(true, workers);
            assertThat(attribution.total().unknown).isZero();
        }
    }

    @Tag("long")
    @Test
    void theWholeTableWithoutHooks() throws Exception {
        for (int workers : WORKERS) {
            Attribution attribution = inAllKinds(false, workers);
            assertThat(attribution.total().exact).isZero();
        }
    }

    private Attribution inAllKinds(boolean hooks, int workers) throws Exception {
        Attribution attribution = new Attribution(hooks);
        for (Kind kind : Kind.values()) {
            run(kind, attribution, workers);
        }
        print(attribution, "hooks " + (hooks ? "on" : "off") + ", " + workers + " at once");
        return attribution;
    }

    private static void print(Attribution attribution, String title) {
        System.out.println(attribution.table(title));
        attribution.complaints().forEach(System.out::println);
        assertThat(attribution.complaints()).isEmpty();
        assertThat(attribution.total().wrong).isZero();
        assertThat(attribution.total().misnamed).isZero();
        assertThat(attribution.total().silent).isZero();
    }

    /** Workers in linked work trees of one family, each through all effects. */
    private void run(Kind kind, Attribution attribution, int workers) throws Exception {
        String name = "f" + families++;
        String main = family(kind, name, workers);
        if (attribution.hooks()) {
            hooks(main);
        }
        lab.records();
        List<List<Attribution.Step>> all = new ArrayList<>();
        List<Process> running = new ArrayList<>();
        for (int worker = 0; worker < workers; worker++) {
            List<Attribution.Step> steps = steps(name + "w" + worker + "r0", "../" + name + "-far", workers == 1);
            all.add(steps);
            running.add(lab.begin(script(name + "-" + worker, steps)));
        }
        for (Process process : running) {
            assertThat(process.waitFor()).isZero();
        }
        lab.untilQuiet();
        List<CommandRecord> records = lab.records().all();
        String common = lab.given("git -C " + main + " rev-parse --path-format=absolute --git-common-dir")
                .out()
                .strip();
        for (List<Attribution.Step> steps : all) {
            attribution.judge(steps, records, Path.of(common), lab.work().resolve("refs"));
        }
    }

    /** Makes the repository, a bare one to push to, and the work trees; where it is. */
    private String family(Kind kind, String name, int workers) throws Exception {
        StringBuilder script = new StringBuilder("mkdir -p refs; git init -q " + name
                + "; for i in 1 2 3; do echo $i > " + name + "/f$i; git -C " + name + " add f$i; git -C " + name
                + " commit -q -m m$i; done; git clone -q --bare " + name + " " + name + "-far\n");
        String main = switch (kind) {
            case PLAIN -> name;
            case BARE -> {
                script.append("git clone -q --bare " + name + " " + name + "-main\n");
                yield name + "-main";
            }
            case SUBMODULE -> {
                script.append("git init -q " + name + "-super; git -C " + name + "-super submodule --quiet add ../"
                        + name + " sub\n");
                yield name + "-super/sub";
            }
        };
        for (int worker = 0; worker < workers; worker++) {
            script.append("git -C %s worktree add -q $LAB/%s-%d -b base%d%n".formatted(main, name, worker, worker));
        }
        lab.given(script.toString());
        return lab.work(main);
    }

    /**
     * Refs are listed twice: while somebody packs them git may miss one. Dates are those of the clock, as everywhere but in
     * the lab: reflogs are told by them.
     */
    private static String script(String directory, List<Attribution.Step> steps) {
        StringBuilder script = new StringBuilder("unset GIT_COMMITTER_DATE GIT_AUTHOR_DATE; cd " + directory
                + "; COMMON=$(GIT_TRACE2_EVENT=0 git rev-parse --path-format=absolute --git-common-dir)\n"
                + "g() { step=$1; shift; refs $step.a;"
                + " GIT_COMMITTER_NAME=$step git -c lab.step=$step \"$@\" >/dev/null 2>&1; refs $step.z; }\n"
                + "q() { GIT_COMMITTER_NAME=none GIT_TRACE2_EVENT=0 git \"$@\" >/dev/null 2>&1; }\n"
                + "refs() { for i in 1 2; do GIT_TRACE2_EVENT=0 git show-ref --head; done >$LAB/refs/$1; }\n");
        for (Attribution.Step step : steps) {
            script.append(step.script().replace("git ", "g " + step.name() + " "))
                    .append('\n');
        }
        return script.append("exit 0\n").toString();
    }

    /**
     * Every effect once; what stands before {@code git} is done without a trace and without a name.
     *
     * @param alone nobody else has stashes
     */
    private static List<Attribution.Step> steps(String b, String remote, boolean alone) {
        List<String[]> script = new ArrayList<>(List.of(new String[][] {
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
            {"reset", "q commit --allow-empty -m k; git reset --keep HEAD~1"},
            {"reset", "q commit --allow-empty -m k; git reset --merge HEAD~1"},
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
            {"rebase_stopped", "git rebase " + b},
            {"rebase_finished", "echo both > v" + b + "; q add v" + b + "; git rebase --continue"},
            {"stash_pushed", "echo w >> a" + b + "; git stash"},
            {"paths_checked_out", "git checkout -- a" + b},
            {"restored", "git restore a" + b},
            {"tag_created", "git tag " + b + "-t"},
            {"tag_moved", "git tag -f " + b + "-t HEAD~1"},
            {"tag_deleted", "git tag -d " + b + "-t"},
            {"branch_moved", "q branch " + b + "-mv HEAD~1; git branch -f " + b + "-mv HEAD"},
            {"branch_renamed", "q branch " + b + "-old; git branch -m " + b + "-old " + b + "-new"},
            {"branch_deleted", "git branch -D " + b + "-new"},
            {"branch_created", "git --git-dir=$COMMON branch " + b + "-dir"},
            {"branch_deleted", "git --git-dir=$COMMON branch -D " + b + "-dir"},
            {"pushed", "git push " + remote + " HEAD:refs/heads/" + b},
            {"pushed", "git push $COMMON HEAD:refs/heads/" + b + "-received"},
            {"fetched", "git fetch " + remote + " " + b},
            {"fetched", "git fetch " + remote + " +" + b + ":refs/remotes/far/" + b},
            {
                "pulled",
                "q checkout --detach; q commit --allow-empty -m far; q push " + remote + " HEAD:refs/heads/" + b
                        + "-far; q switch " + b + "-topic; git pull --ff-only " + remote + " " + b + "-far"
            },
            {"cloned", "git clone " + remote + " ../clone" + b},
            {"initialized", "git init ../init" + b},
            {"worktree_added", "git worktree add --detach ../wt" + b},
            {"worktree_removed", "q worktree add ../gone" + b + "; git worktree remove ../gone" + b},
            {"remote_changed", "git remote add " + b + " " + remote},
            {"config_changed", "git config lab." + b + " x"},
            {"notes_changed", "git notes --ref " + b + " add -m note"},
            {"maintenance", "git pack-refs"},
            {"nothing", "git status"},
        }));
        if (alone) {
            script.addAll(List.of(new String[][] {
                {"stash_applied", "git stash apply"},
                {"stash_popped", "q checkout -- .; git stash pop"},
                {"stash_pushed", "git stash"},
                {"stash_dropped", "git stash drop"},
            }));
        }
        List<Attribution.Step> steps = new ArrayList<>();
        for (String[] step : script) {
            steps.add(new Attribution.Step(b + "s" + steps.size(), b, step[0], step[1]));
        }
        return steps;
    }

    private void hooks(String repository) {
        Map<String, String> environment =
                Map.of("HOME", lab.home().toString(), "PATH", GitLab.path(), "GIT_CONFIG_NOSYSTEM", "1");
        Cli install = Cli.run(Screen.PLAIN, environment, "hook", "install", "--repository", repository);
        assertThat(install.status()).as(install.err()).isZero();
    }
}
