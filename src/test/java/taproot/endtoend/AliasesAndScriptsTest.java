package taproot.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static taproot.endtoend.Records.children;
import static taproot.endtoend.Records.exited;
import static taproot.endtoend.Records.processes;
import static taproot.endtoend.Records.tree;
import static taproot.endtoend.Records.worktree;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import taproot.normalizer.CommandRecord;
import taproot.normalizer.TraceExtent;

/** Commands that stand for others, commands that are programs of their own, and commands that there are not. */
class AliasesAndScriptsTest {
    @RegisterExtension
    final GitLab lab = new GitLab();

    @BeforeEach
    void repository() throws Exception {
        lab.repository("r");
    }

    @Test
    void anAliasIsWhatItStandsFor() throws Exception {
        lab.given("git config --global alias.st 'status --porcelain'");
        lab.run("cd r && git st");
        CommandRecord status = lab.records().only();
        exited(status, 0);
        assertThat(status.argv()).containsExactly("git", "st");
        assertThat(status.command()).isEqualTo("status");
        assertThat(status.alias()).isEqualTo(new CommandRecord.Alias("st", java.util.List.of("status", "--porcelain")));
        assertThat(status.readOnly()).isTrue();
        assertThat(status.trace()).isEqualTo(TraceExtent.NONE);
        assertThat(tree(status)).isEqualTo("status(status)");
        assertThat(children(status)).last().isEqualTo("git_alias");
    }

    @Test
    void anAliasThatWritesIsNotTakenForReading() throws Exception {
        lab.given("git config --global alias.ci 'commit -q --allow-empty'");
        lab.run("cd r && git ci -m x");
        CommandRecord commit = lab.records().only();
        exited(commit, 0);
        assertThat(commit.command()).isEqualTo("commit");
        assertThat(commit.readOnly()).isFalse();
        assertThat(commit.trace()).isEqualTo(TraceExtent.FULL);
    }

    @Test
    void aShellAliasHasItsOwnNameAndTheGitThatItCalls() throws Exception {
        lab.given("git config --global alias.x '!git rev-parse HEAD; git log -1'");
        lab.run("cd r && git x");
        CommandRecord alias = lab.records().only();
        exited(alias, 0);
        assertThat(alias.command()).isEqualTo("x");
        assertThat(alias.alias()).extracting(CommandRecord.Alias::name).isEqualTo("x");
        assertThat(alias.readOnly()).isFalse();
        assertThat(tree(alias)).isEqualTo("x(rev-parse, log)");
        assertThat(children(alias)).last().isEqualTo("shell_alias");
    }

    @Test
    void anAliasOfAnAliasIsWhatTheLastStandsFor() throws Exception {
        lab.given("git config --global alias.a b; git config --global alias.b 'log -1 --oneline'");
        lab.run("cd r && git a");
        CommandRecord log = lab.records().only();
        exited(log, 0);
        assertThat(log.command()).isEqualTo("log");
        assertThat(log.alias()).isEqualTo(new CommandRecord.Alias("a", java.util.List.of("log", "-1", "--oneline")));
        assertThat(tree(log)).isEqualTo("log(log)");
    }

    @Test
    void anAliasThatKillsItsShellFailsWithTheCodeOfTheShell() throws Exception {
        lab.given("git config --global alias.k '!kill -KILL $$'");
        int code = lab.run("cd r && git k; exit $?").exit();
        CommandRecord alias = lab.records().only();
        assertThat(code).isEqualTo(137);
        exited(alias, 137);
        assertThat(alias.children())
                .last()
                .extracting(CommandRecord.ChildEntry::exitCode)
                .isEqualTo(137);
    }

    @Test
    void aProgramOnThePathIsACommandOfGit() throws Exception {
        lab.program("bin/git-foo", "git -C r rev-parse HEAD > /dev/null; exit 3");
        assertThat(lab.run("PATH=$PATH:$LAB/bin git foo bar").exit()).isEqualTo(3);
        CommandRecord foo = lab.records().only();
        exited(foo, 3);
        assertThat(foo.command()).isEqualTo("foo");
        assertThat(foo.argv()).containsExactly("git", "foo", "bar");
        assertThat(tree(foo)).isEqualTo("foo(rev-parse)");
        assertThat(foo.children()).singleElement().satisfies(child -> {
            assertThat(child.childClass()).isEqualTo("dashed");
            assertThat(child.argv()).containsExactly("git-foo", "bar");
            assertThat(child.exitCode()).isEqualTo(3);
        });
    }

    @Test
    void aCommandThatDoesNotExistFailsUnderItsName() throws Exception {
        assertThat(lab.run("git nosuchcmd").exit()).isEqualTo(1);
        CommandRecord failed = lab.records().only();
        exited(failed, 1);
        assertThat(failed.command()).isEqualTo("nosuchcmd");
        assertThat(failed.readOnly()).isFalse();
        assertThat(failed.children())
                .singleElement()
                .satisfies(child -> assertThat(child.exitCode()).isNotZero());
    }

    @Test
    void badUsageIsAFailureOfTheCommand() throws Exception {
        assertThat(lab.run("cd r && git status --bogus").exit()).isEqualTo(129);
        CommandRecord failed = lab.records().only();
        exited(failed, 129);
        assertThat(failed.command()).isEqualTo("status");
        assertThat(failed.readOnly()).isTrue();
        assertThat(failed.errors()).first().asString().contains("bogus");
        assertThat(failed.trace()).as("it failed").isEqualTo(TraceExtent.FULL);
    }

    @Test
    void outsideOfARepositoryGitDiesBeforeItHasNamedItsCommand() throws Exception {
        assertThat(lab.run("git status").exit()).isEqualTo(128);
        CommandRecord failed = lab.records().only();
        exited(failed, 128);
        assertThat(failed.command()).isNull();
        assertThat(failed.argv()).containsExactly("git", "status");
        assertThat(failed.repository()).isNull();
        assertThat(failed.errors()).singleElement().asString().contains("not a git repository");
    }

    @Test
    void aQuestionToGitItselfOnlyReads() throws Exception {
        lab.run("git --exec-path");
        CommandRecord query = lab.records().only();
        exited(query, 0);
        assertThat(query.command()).isNull();
        assertThat(query.hierarchy()).isEqualTo("_query_");
        assertThat(query.readOnly()).isTrue();
    }

    @Test
    void aScriptOfGitIsOneCommandHoweverOftenItCallsGit() throws Exception {
        lab.run("cd r && FILTER_BRANCH_SQUELCH_WARNING=1"
                + " git filter-branch -f --msg-filter 'sed s/m/n/' HEAD~2..HEAD");
        CommandRecord filter = lab.records().only();
        exited(filter, 0);
        assertThat(filter.command()).isEqualTo("filter-branch");
        assertThat(filter.processes()).hasSizeGreaterThan(20);
        assertThat(processes(filter)).contains("commit-tree", "update-ref");
        assertThat(filter.readOnly()).isFalse();
    }

    @Test
    void aBisectionIsTwoCommandsThatWrite() throws Exception {
        lab.run("cd r && git bisect start HEAD HEAD~4 && git bisect run sh -c 'git status --short; test ! -f f4'");
        Records records = lab.records();
        assertThat(records.commands()).containsExactly("bisect", "bisect");
        records.all().forEach(record -> exited(record, 0));
        assertThat(processes(records.all().getLast())).contains("status", "checkout");
        assertThat(records.all())
                .allSatisfy(record -> assertThat(record.readOnly()).isFalse());
    }

    @Test
    void whatGitBecomesByExecIsTheSameCommand() throws Exception {
        lab.given("cd r; git notes add -m n");
        lab.run("cd r && git notes show");
        CommandRecord notes = lab.records().only();
        exited(notes, 0);
        assertThat(tree(notes)).isEqualTo("notes(show)");
        assertThat(notes.processes())
                .allSatisfy(process -> assertThat(process.exitCode()).isZero());
        assertThat(worktree(notes)).isEqualTo(lab.work("r"));
        lab.run("cd r && git notes show HEAD~1");
        CommandRecord none = lab.records().only();
        exited(none, 1);
    }
}
