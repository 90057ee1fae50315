package taproot.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static taproot.endtoend.Records.child;
import static taproot.endtoend.Records.children;
import static taproot.endtoend.Records.exited;
import static taproot.endtoend.Records.process;
import static taproot.endtoend.Records.processes;
import static taproot.endtoend.Records.tree;
import static taproot.endtoend.Records.worktree;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import taproot.normalizer.CommandRecord;
import taproot.normalizer.TraceExtent;

/** What somebody does in one repository all day, and the record he would expect of it. */
class EverydayCommandsTest {
    @RegisterExtension
    final GitLab lab = new GitLab();

    @BeforeEach
    void repository() throws Exception {
        lab.repository("r");
    }

    @Test
    void aStatusOnlyReadsAndKeepsNoTrace() throws Exception {
        lab.run("cd r && git status --porcelain");
        CommandRecord status = lab.records().only();
        exited(status, 0);
        assertThat(status.argv()).containsExactly("git", "status", "--porcelain");
        assertThat(status.command()).isEqualTo("status");
        assertThat(status.hierarchy()).isEqualTo("status");
        assertThat(status.readOnly()).isTrue();
        assertThat(status.trace()).isEqualTo(TraceExtent.NONE);
        assertThat(status.ancestry()).contains("java");
        assertThat(status.caller()).isEqualTo("java");
        assertThat(worktree(status)).isEqualTo(lab.work("r"));
        assertThat(status.processes()).hasSize(1);
        assertThat(status.children()).isEmpty();
        assertThat(status.errors()).isEmpty();
        assertThat(status.session()).isNull();
        assertThat(status.parent()).isNull();
    }

    @Test
    void theVersionThatGitTellsIsTheOneInTheRecord() throws Exception {
        String version = lab.run("git version").out().strip().replace("git version ", "");
        CommandRecord record = lab.records().only();
        exited(record, 0);
        assertThat(record.command()).isEqualTo("version");
        assertThat(record.gitVersion()).isEqualTo(version);
        assertThat(record.repository()).isNull();
    }

    @Test
    void aCommitWritesAndKeepsItsTrace() throws Exception {
        lab.run("cd r && echo x >> f1 && git commit -q -a -m msg");
        CommandRecord commit = lab.records().only();
        exited(commit, 0);
        assertThat(commit.argv()).containsExactly("git", "commit", "-q", "-a", "-m", "msg");
        assertThat(commit.readOnly()).isFalse();
        assertThat(commit.trace()).isEqualTo(TraceExtent.FULL);
        assertThat(tree(commit)).isEqualTo("commit");
        assertThat(worktree(commit)).isEqualTo(lab.work("r"));
    }

    @Test
    void hooksAreChildrenOfTheCommitAndTheirGitIsPartOfIt() throws Exception {
        for (String hook : new String[] {"pre-commit", "prepare-commit-msg", "commit-msg", "post-commit"}) {
            lab.hook("r", hook, "git rev-parse HEAD > /dev/null");
        }
        lab.run("cd r && git commit -q --allow-empty -m msg");
        CommandRecord commit = lab.records().only();
        exited(commit, 0);
        assertThat(tree(commit)).isEqualTo("commit(rev-parse, rev-parse, rev-parse, rev-parse)");
        assertThat(children(commit))
                .containsExactly("hook:pre-commit", "hook:prepare-commit-msg", "hook:commit-msg", "hook:post-commit");
        assertThat(commit.children())
                .allSatisfy(child -> assertThat(child.exitCode()).isZero());
    }

    @Test
    void aHookThatRefusesIsTheReasonOfTheFailure() throws Exception {
        lab.hook("r", "pre-commit", "git diff --cached --quiet; exit 7");
        assertThat(lab.run("cd r && git commit -q --allow-empty -m msg").exit()).isEqualTo(1);
        CommandRecord commit = lab.records().only();
        exited(commit, 1);
        assertThat(child(commit, "hook:pre-commit").exitCode()).isEqualTo(7);
        assertThat(tree(commit)).isEqualTo("commit(diff)");
    }

    @Test
    void aHookMayCallGitInAnotherRepository() throws Exception {
        lab.repository("other");
        lab.hook("r", "post-commit", "unset GIT_DIR GIT_INDEX_FILE; cd ../other && git status --porcelain");
        lab.run("cd r && git commit -q --allow-empty -m msg");
        CommandRecord commit = lab.records().only();
        exited(commit, 0);
        assertThat(worktree(commit)).isEqualTo(lab.work("r"));
        assertThat(process(commit, "status").repository())
                .isNotNull()
                .extracting(CommandRecord.Repository::worktree)
                .isEqualTo(lab.work("other"));
    }

    @Test
    void anEditorIsAChildAndItsGitIsPartOfTheCommit() throws Exception {
        lab.program("ed.sh", "git status > /dev/null; echo hi > \"$1\"");
        lab.run("cd r && echo x > f1 && git add f1 && GIT_EDITOR=$LAB/ed.sh git commit -q");
        Records records = lab.records();
        assertThat(records.commands()).containsExactly("add", "commit");
        CommandRecord commit = records.only("commit");
        exited(commit, 0);
        assertThat(tree(commit)).isEqualTo("commit(status)");
        assertThat(children(commit)).containsExactly("editor");
        assertThat(child(commit, "editor").argv()).first().isEqualTo(lab.work("ed.sh"));
    }

    @Test
    void anInteractiveRebaseIsOneCommandWithItsEditorsAndExecLines() throws Exception {
        lab.run("cd r && GIT_SEQUENCE_EDITOR=\"sed -i -e '2s/pick/squash/' -e '3a exec git status --porcelain'\""
                + " git rebase -q -i HEAD~4");
        CommandRecord rebase = lab.records().only();
        exited(rebase, 0);
        assertThat(rebase.mode()).isEqualTo("interactive");
        assertThat(rebase.readOnly()).isFalse();
        assertThat(processes(rebase)).startsWith("rebase").contains("commit", "status");
        assertThat(children(rebase)).contains("editor");
        assertThat(rebase.processes())
                .allSatisfy(process -> assertThat(process.exitCode()).isZero());
    }

    @Test
    void anExecLineThatFailsStopsTheRebaseAndSaysWhy() throws Exception {
        assertThat(lab.run("cd r && git rebase -q -x 'git rev-parse --verify -q nothing-of-that-name' HEAD~2")
                        .exit())
                .isEqualTo(1);
        CommandRecord rebase = lab.records().only();
        exited(rebase, 1);
        assertThat(process(rebase, "rev-parse").exitCode()).isEqualTo(1);
    }

    @Test
    void aConflictInARebaseIsAnExitCodeAndNotALoss() throws Exception {
        lab.given("cd r; git checkout -q -b t HEAD~2; echo t > f5; git add f5; git commit -q -m t");
        assertThat(lab.run("cd r && git rebase main; rc=$?; git rebase --abort; exit $rc")
                        .exit())
                .isEqualTo(1);
        Records records = lab.records();
        assertThat(records.commands()).containsExactly("rebase", "rebase");
        exited(records.all().getFirst(), 1);
        assertThat(records.all().getFirst().errors())
                .anySatisfy(error -> assertThat(error).contains("could not apply"));
        exited(records.all().getLast(), 0);
        assertThat(records.all().getLast().argv()).containsExactly("git", "rebase", "--abort");
    }

    @Test
    void aMergeThatConflictsAndOneThatFastForwards() throws Exception {
        lab.given("cd r; git checkout -q -b t HEAD~2; git branch u main; echo t > f5; git add f5; git commit -q -m t;"
                + "git checkout -q main");
        assertThat(lab.run("cd r && git merge t").exit()).isEqualTo(1);
        CommandRecord merge = lab.records().only();
        exited(merge, 1);
        assertThat(processes(merge)).startsWith("merge");
        lab.run("cd r && git merge --abort && git reset -q --hard HEAD~2 && git merge -q u");
        Records records = lab.records();
        assertThat(records.commands()).containsExactly("merge", "reset", "merge");
        assertThat(records.only("reset").mode()).isEqualTo("hard");
        records.all().forEach(record -> exited(record, 0));
    }

    @Test
    void aCheckoutSaysWhetherItWasOfABranchOrOfPaths() throws Exception {
        lab.run("cd r && git checkout -q -b t && git checkout -q HEAD~1 -- f4; git checkout -q nothing-of-that-name");
        Records records = lab.records();
        assertThat(records.all()).extracting(CommandRecord::mode).containsExactly("branch", "path", "path");
        exited(records.all().getLast(), 1);
        assertThat(records.all().getLast().errors()).singleElement().asString().contains("nothing-of-that-name");
        assertThat(records.all().getLast().trace()).isEqualTo(TraceExtent.FULL);
    }

    @Test
    void stashCherryPickAndWorktreeWriteWhereTheyWereCalled() throws Exception {
        lab.given("cd r; git checkout -q -b t HEAD~1");
        lab.run("cd r && echo x >> f1 && git stash -q && git stash pop -q && git checkout -q f1"
                + " && git cherry-pick main && git worktree add -q ../wt -b w");
        Records records = lab.records();
        assertThat(records.commands()).containsExactly("stash", "stash", "checkout", "cherry-pick", "worktree");
        assertThat(records.all()).allSatisfy(record -> {
            exited(record, 0);
            assertThat(worktree(record)).isEqualTo(lab.work("r"));
            assertThat(record.readOnly()).isFalse();
        });
        assertThat(processes(records.only("worktree"))).contains("reset");
        lab.run("cd wt && git status --porcelain && git rev-parse HEAD");
        assertThat(lab.records().all())
                .hasSize(2)
                .allSatisfy(record -> assertThat(worktree(record)).isEqualTo(lab.work("wt")));
    }

    @Test
    void choosingHunksIsOneCommandWithTheGitThatDoesTheWork() throws Exception {
        lab.run("cd r && echo x >> f1 && (echo y | git add -p)");
        CommandRecord add = lab.records().only();
        exited(add, 0);
        assertThat(processes(add)).startsWith("add").contains("apply");
    }

    @Test
    void aPagerIsAChild() throws Exception {
        assumeTrue(lab.given("command -v script || true").out().contains("script"), "no terminal to be had");
        lab.run("cd r && script -q -e -c \"git -c core.pager='sed -n 1,3p' log\" /dev/null");
        CommandRecord log = lab.records().only();
        exited(log, 0);
        assertThat(children(log)).containsExactly("pager");
        assertThat(log.readOnly()).isTrue();
    }

    @Test
    void collectingGarbageInTheForegroundIsOneCommand() throws Exception {
        GitLab.Ran ran = lab.run("cd r && git gc -q && git maintenance run --task=gc --quiet");
        assertThat(ran.exit()).as(ran.err()).isZero();
        Records records = lab.records();
        assertThat(records.commands()).containsExactly("gc", "maintenance");
        assertThat(processes(records.only("gc"))).contains("repack", "pack-objects", "prune");
        assertThat(processes(records.only("maintenance"))).contains("gc", "repack", "prune");
        assertThat(records.all()).allSatisfy(record -> {
            exited(record, 0);
            assertThat(record.detached()).isFalse();
        });
    }

    @Test
    void gitRunsAsItDoesWithoutTheRecorder() throws Exception {
        for (String script : new String[] {
            "cd r && git log --stat && git status && git diff HEAD~2",
            "cd r && git checkout nothing-of-that-name",
            "cd r && git nosuchcmd",
            "git status",
            "cd r && git cat-file --batch-check <<< HEAD && git branch -d main"
        }) {
            GitLab.Ran plain = lab.given("rc=0; (" + script + ") || rc=$?; echo $rc");
            GitLab.Ran traced = lab.run("rc=0; (" + script + ") || rc=$?; echo $rc");
            assertThat(traced).as(script).isEqualTo(plain);
        }
        assertThat(lab.records().all()).hasSize(8);
    }
}
