package taproot.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static taproot.endtoend.Records.child;
import static taproot.endtoend.Records.exited;
import static taproot.endtoend.Records.process;
import static taproot.endtoend.Records.processes;
import static taproot.endtoend.Records.tree;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import taproot.daemon.metrics.Counter;
import taproot.normalizer.CommandRecord;
import taproot.normalizer.Outcome;

/** Processes that overlap, outlive, become something else, come late, or host others: each on exactly one record. */
class LivesTest {
    /** What is left behind until the test lets it go. */
    private static final String WAIT = "until [ -e $LAB/go ]; do sleep 0.02; done";

    @RegisterExtension
    final GitLab lab = new GitLab();

    @BeforeEach
    void repository() throws Exception {
        lab.repository("r");
    }

    @Test
    void garbageThatIsCollectedInTheBackgroundIsASecondLife() throws Exception {
        garbage();
        lab.run("cd r && git gc --auto -q");
        lab.untilQuiet();
        Records records = lab.records();
        assertThat(records.all()).hasSize(2);
        CommandRecord first = records.get(record -> !record.detached());
        exited(first, 0);
        assertThat(processes(first)).as("what it does before it detaches").doesNotContain("repack");
        assertThat(first.detached()).isFalse();
        CommandRecord second = records.get(CommandRecord::detached);
        exited(second, 0);
        assertThat(second.key()).isEqualTo(first.sid() + "#2");
        assertThat(second.sid()).isEqualTo(first.sid());
        assertThat(second.detached()).isTrue();
        assertThat(second.argv()).isEqualTo(first.argv());
        assertThat(second.command()).isEqualTo("gc");
        assertThat(second.startedAt()).isEqualTo(first.finishedAt());
        assertThat(processes(second)).contains("repack", "pack-objects");
    }

    @Test
    void whereNothingIsToBeCollectedThereIsNoSecondLife() throws Exception {
        lab.given("cd r; git config gc.autoDetach true; git config gc.auto 6700");
        lab.run("cd r && git gc --auto -q; git maintenance run --auto --quiet");
        lab.untilQuiet();
        Records records = lab.records();
        assertThat(records.commands()).containsExactly("gc", "maintenance");
        assertThat(records.all()).allSatisfy(record -> {
            exited(record, 0);
            assertThat(record.key()).isEqualTo(record.sid());
            assertThat(record.detached()).isFalse();
        });
    }

    @Test
    void theMaintenanceThatACommitLeavesBehindNeverTouchesTheCommit() throws Exception {
        garbage();
        lab.given("cd r; git config maintenance.auto true");
        lab.run("cd r && git commit -q --allow-empty -m x");
        lab.untilQuiet();
        Records records = lab.records();
        CommandRecord commit = records.only("commit");
        exited(commit, 0);
        assertThat(processes(commit)).contains("maintenance");
        assertThat(records.all()).hasSize(2);
        // Which of the two is written first is open: the commit may still wait for what its hooks have to say.
        CommandRecord background = records.get(CommandRecord::detached);
        exited(background, 0);
        assertThat(background.detached()).isTrue();
        assertThat(background.key()).startsWith(commit.sid() + "/").endsWith("#2");
        assertThat(background.root()).isEqualTo(commit.root());
        assertThat(processes(background)).contains("repack", "pack-objects");
    }

    @Test
    void aMaintenanceWithNothingToDoLeavesOneRecordOfTheCommit() throws Exception {
        lab.given("cd r; git config maintenance.auto true; git config gc.auto 6700; git config gc.autoDetach true");
        lab.run("cd r && git commit -q --allow-empty -m x");
        lab.untilQuiet();
        CommandRecord commit = lab.records().only();
        exited(commit, 0);
        assertThat(processes(commit)).contains("maintenance");
    }

    @Test
    void aCacheThatGoesOnIsListedWhereItWasStartedAndOwnsARecord() throws Exception {
        lab.given("mkdir -m 700 -p $HOME/.git-credential-cache");
        lab.run("printf 'protocol=https\nhost=h\nusername=u\npassword=p\n' | git credential-cache store");
        GitLab.until(() -> lab.count(Counter.RECORDS_COMMITTED) == 1);
        CommandRecord store = lab.records().only();
        exited(store, 0);
        assertThat(processes(store)).contains("credential-cache--daemon");
        assertThat(process(store, "credential-cache--daemon").detached()).isTrue();
        assertThat(process(store, "credential-cache--daemon").outcome()).isNull();
        assertThat(process(store, "credential-cache--daemon").durationUs()).isNull();
        lab.run("git credential-cache exit");
        lab.untilQuiet();
        Records after = lab.records();
        assertThat(after.all()).hasSize(2);
        CommandRecord cache = after.only("credential-cache--daemon");
        exited(cache, 0);
        assertThat(cache.detached()).isTrue();
        assertThat(cache.parent()).startsWith(store.sid());
    }

    @Test
    void whatAnEditorLeavesBehindOwnsWhatItStartsLater() throws Exception {
        lab.program("ed.sh", "(" + WAIT + "; git rev-parse HEAD) > /dev/null 2>&1 &\necho hi > $1");
        lab.run("cd r && GIT_EDITOR=$LAB/ed.sh git commit -q --allow-empty");
        CommandRecord commit = lab.records().only();
        exited(commit, 0);
        assertThat(tree(commit)).isEqualTo("commit");
        lab.given("touch go");
        lab.untilQuiet();
        CommandRecord late = lab.records().only();
        exited(late, 0);
        assertThat(late.command()).isEqualTo("rev-parse");
        assertThat(late.parent()).isEqualTo(commit.sid());
        assertThat(late.root()).isEqualTo(commit.sid());
        assertThat(late.key()).isEqualTo(late.sid()).startsWith(commit.sid() + "/");
        assertThat(late.detached()).isFalse();
        assertThat(late.startedAt()).isGreaterThan(commit.finishedAt());
    }

    @Test
    void aProcessThatOutlivesTheCommandIsListedThereAndOwnsARecord() throws Exception {
        lab.given("mkfifo fifo");
        Process holder = lab.begin("exec > fifo; echo HEAD; exec sleep 60");
        lab.hook(
                "r",
                "post-commit",
                "git cat-file --batch-check < $LAB/fifo > $LAB/answer 2>&1 &\n"
                        + "until [ -s $LAB/answer ]; do sleep 0.01; done; git rev-parse HEAD > /dev/null");
        lab.run("cd r && git commit -q --allow-empty -m x");
        CommandRecord commit = lab.records().only();
        exited(commit, 0);
        assertThat(tree(commit)).contains("cat-file*").contains("rev-parse");
        GitLab.kill("KILL", holder.toHandle());
        lab.untilQuiet();
        CommandRecord outlived = lab.records().only();
        exited(outlived, 0);
        assertThat(outlived.command()).isEqualTo("cat-file");
        assertThat(outlived.detached()).isTrue();
        assertThat(outlived.parent()).isEqualTo(commit.sid());
        assertThat(outlived.startedAt()).isLessThan(commit.finishedAt());
    }

    @Test
    void whatIsNoGitEndsTheStoryOfTheGitThatBecameIt() throws Exception {
        lab.given("git -C r notes add -m n; mkdir x; ln -s $(git --exec-path)/* x/; rm -f x/git");
        lab.program("x/git", "exit 5");
        assertThat(lab.run("cd r && GIT_EXEC_PATH=$LAB/x git notes show").exit())
                .isEqualTo(5);
        CommandRecord notes = lab.records().only();
        assertThat(notes.outcome()).isEqualTo(Outcome.EXECED);
        assertThat(notes.exitCode()).isNull();
        assertThat(notes.durationUs()).isNull();
        assertThat(notes.finishedAt()).isNull();
        assertThat(notes.command()).isEqualTo("notes");
    }

    @Test
    void aDaemonThatIsRestartedInMidCommandAdoptsWhatItHearsOf() throws Exception {
        lab.hook("r", "pre-commit", "touch $LAB/here; " + WAIT + "; git rev-parse HEAD > /dev/null");
        Process commit = lab.begin("cd r && exec git commit -q --allow-empty -m x");
        lab.untilExists("here");
        lab.stopDaemon();
        CommandRecord interrupted = lab.stored().only();
        assertThat(interrupted.command()).isEqualTo("commit");
        assertThat(interrupted.outcome()).isEqualTo(Outcome.INTERRUPTED);
        assertThat(interrupted.exitCode()).isNull();
        assertThat(child(interrupted, "hook:pre-commit").exitCode()).isNull();
        lab.startDaemon();
        lab.given("touch go");
        assertThat(commit.waitFor()).as("the commit is made").isZero();
        CommandRecord adopted = lab.records().only();
        exited(adopted, 0);
        assertThat(adopted.command()).isEqualTo("rev-parse");
        assertThat(adopted.parent()).isEqualTo(interrupted.sid());
        assertThat(lab.given("cd r; git log -1 --format=%s").out()).isEqualTo("x\n");
    }

    @Test
    void aHostIsNotTheOwnerOfWhatItServes() throws Exception {
        lab.given("git clone -q --bare r b.git");
        int port = freePort();
        Process host = lab.begin("exec git daemon --verbose --export-all --base-path=$LAB --listen=127.0.0.1"
                + " --port=" + port + " --reuseaddr");
        GitLab.until(() -> Files.readString(lab.root().resolve("begun")).contains("Ready to rumble"));
        lab.run("git clone -q git://127.0.0.1:" + port + "/b.git c1; git ls-remote -q git://127.0.0.1:" + port
                + "/b.git > /dev/null");
        GitLab.until(
                () -> lab.daemon().live().stream().noneMatch(live -> live.argv().contains("upload-pack")));
        Records records = lab.records();
        exited(records.only("clone"), 0);
        exited(records.only("ls-remote"), 0);
        assertThat(processes(records.only("clone"))).doesNotContain("upload-pack");
        assertThat(records.of("upload-pack")).hasSize(2).allSatisfy(served -> {
            exited(served, 0);
            assertThat(served.parent()).isNotNull();
            assertThat(served.detached()).isFalse();
        });
        GitLab.kill("TERM", host.toHandle());
        host.waitFor();
        lab.untilQuiet();
        Records end = lab.records();
        assertThat(end.of("daemon")).hasSize(1);
    }

    @Test
    void aFileSystemMonitorOutlivesTheCommandThatStartedIt() throws Exception {
        assumeTrue(
                lab.given("cd r; git fsmonitor--daemon status 2>&1 || true")
                        .out()
                        .contains("not watching"),
                "this git has no fsmonitor--daemon on this platform");
        lab.given("cd r; git config core.fsmonitor true");
        lab.run("cd r && git status --porcelain");
        CommandRecord status = lab.records().only("status");
        exited(status, 0);
        lab.run("cd r && git fsmonitor--daemon stop");
        lab.untilQuiet();
        assertThat(lab.records().of("fsmonitor--daemon")).anySatisfy(monitor -> {
            exited(monitor, 0);
            assertThat(monitor.parent()).startsWith(status.sid());
        });
    }

    /** Enough packs for {@code gc --auto} to find something to do, and to do it in the background. */
    private void garbage() throws Exception {
        lab.given("cd r; for i in 1 2 3; do git commit -q --allow-empty -m p$i; git repack -q; done;"
                + " git config gc.auto 6700; git config gc.autoPackLimit 1; git config gc.autoDetach true");
    }

    private static int freePort() throws Exception {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
