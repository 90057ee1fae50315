package taproot.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static taproot.endtoend.Records.child;
import static taproot.endtoend.Records.exited;
import static taproot.endtoend.Records.lost;
import static taproot.endtoend.Records.process;
import static taproot.endtoend.Records.tree;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import taproot.daemon.metrics.Counter;
import taproot.normalizer.CommandRecord;
import taproot.normalizer.Outcome;
import taproot.normalizer.TraceExtent;

/** Git that does not end by itself: whatever becomes of it, the record says what was seen, and never a success. */
class KilledGitTest {
    @RegisterExtension
    final GitLab lab = new GitLab();

    @BeforeEach
    void repository() throws Exception {
        lab.repository("r");
    }

    @ParameterizedTest
    @ValueSource(strings = {"KILL", "TERM", "INT", "HUP"})
    void aSignalInMidCommandLeavesALostCommand(String signal) throws Exception {
        Process catFile = lab.begin("cd r && exec git cat-file --batch-check");
        answers(catFile);
        GitLab.kill(signal, catFile.toHandle());
        assertThat(catFile.waitFor()).isGreaterThan(128);
        CommandRecord record = lab.records().only();
        lost(record);
        assertThat(record.command()).isEqualTo("cat-file");
        assertThat(record.argv()).containsExactly("git", "cat-file", "--batch-check");
        assertThat(record.trace()).as("of one that only reads, too").isEqualTo(TraceExtent.FULL);
    }

    @ParameterizedTest
    @ValueSource(strings = {"KILL", "TERM", "INT", "HUP"})
    void aSignalWhileAHookRunsLeavesALostCommit(String signal) throws Exception {
        lab.hook("r", "pre-commit", "git rev-parse HEAD > /dev/null; touch $LAB/here; exec sleep 0.3");
        Process commit = lab.begin("cd r && exec git commit -q --allow-empty -m x");
        lab.untilExists("here");
        GitLab.kill(signal, commit.toHandle());
        assertThat(commit.waitFor()).isGreaterThan(128);
        lab.untilQuiet();
        CommandRecord record = lab.records().only();
        lost(record);
        assertThat(tree(record)).isEqualTo("commit(rev-parse)");
        assertThat(process(record, "rev-parse").exitCode())
                .as("it was done before")
                .isZero();
        assertThat(child(record, "hook:pre-commit").exitCode()).isNull();
        assertThat(child(record, "hook:pre-commit").durationUs()).isNull();
    }

    @Test
    void aPipeClosedEarlyIsTheOneSignalThatGitReports() throws Exception {
        lab.given("cd r; seq 100000 > big; git add big; git commit -q -m big");
        assertThat(lab.run("cd r && git cat-file -p HEAD:big | true; echo ${PIPESTATUS[0]}")
                        .out())
                .isEqualTo("141\n");
        CommandRecord record = lab.records().only();
        assertThat(record.outcome()).isEqualTo(Outcome.SIGNALED);
        assertThat(record.signal()).isEqualTo(13);
        assertThat(record.exitCode()).isNull();
        assertThat(record.durationUs()).isPositive();
        assertThat(record.trace()).isEqualTo(TraceExtent.FULL);
    }

    @Test
    void aSigpipeThatSomebodySentIsReportedToo() throws Exception {
        Process catFile = lab.begin("cd r && exec git cat-file --batch-check");
        answers(catFile);
        GitLab.kill("PIPE", catFile.toHandle());
        assertThat(catFile.waitFor()).isEqualTo(141);
        CommandRecord record = lab.records().only();
        assertThat(record.outcome()).isEqualTo(Outcome.SIGNALED);
        assertThat(record.signal()).isEqualTo(13);
        assertThat(record.exitCode()).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"KILL", "TERM", "INT", "HUP"})
    void ofAChildThatWasKilledItsLivingParentKnowsTheCode(String signal) throws Exception {
        lab.given("git config --global alias.k '!exec git cat-file --batch-check'");
        Process alias = lab.begin("cd r && exec git k");
        answers(alias);
        ProcessHandle catFile = running("cat-file");
        GitLab.kill(signal, catFile);
        int code = alias.waitFor();
        CommandRecord record = lab.records().only("k");
        exited(record, code);
        assertThat(code).isGreaterThan(128);
        assertThat(tree(record)).isEqualTo("k(cat-file)");
        assertThat(process(record, "cat-file").outcome()).isEqualTo(Outcome.LOST);
        assertThat(process(record, "cat-file").exitCode()).isEqualTo(code);
        assertThat(process(record, "cat-file").durationUs()).isNull();
        assertThat(child(record, "shell_alias").exitCode()).isEqualTo(code);
    }

    @Test
    void ofAChildThatWasKilledBelowAShellNobodyKnowsTheCode() throws Exception {
        lab.given("git config --global alias.k '!git cat-file --batch-check; true'");
        Process alias = lab.begin("cd r && exec git k");
        answers(alias);
        GitLab.kill("KILL", running("cat-file"));
        assertThat(alias.waitFor()).isZero();
        CommandRecord record = lab.records().only("k");
        exited(record, 0);
        assertThat(process(record, "cat-file").outcome()).isEqualTo(Outcome.LOST);
        assertThat(process(record, "cat-file").exitCode()).isNull();
    }

    @Test
    void aFetchThatIsKilledIsLostAndItsTransportGoesOnToItsOwnEnd() throws Exception {
        lab.given("git clone -q --bare r b.git; git clone -q b.git c");
        lab.program("up.sh", "touch $LAB/here; until [ -e $LAB/go ]; do sleep 0.02; done; exec git-upload-pack \"$@\"");
        Process fetch = lab.begin("cd c && exec git fetch --upload-pack=$LAB/up.sh -q");
        lab.untilExists("here");
        GitLab.kill("TERM", fetch.toHandle());
        assertThat(fetch.waitFor()).isEqualTo(143);
        lab.given("touch go");
        lab.untilQuiet();
        CommandRecord record = lab.records().only();
        lost(record);
        assertThat(record.command()).isEqualTo("fetch");
        assertThat(tree(record)).isEqualTo("fetch(upload-pack)");
        assertThat(process(record, "upload-pack").outcome())
                .as("it died of the closed pipe, or noticed it")
                .isIn(Outcome.SIGNALED, Outcome.EXITED);
        assertThat(process(record, "upload-pack").exitCode()).isIn(null, 128);
    }

    @Test
    void aParentThatIsKilledUnderARunningChildIsFoundOutAndTheChildOwnsARecord() throws Exception {
        lab.hook("r", "pre-commit", "exec git cat-file --batch-check < $LAB/fifo");
        lab.given("mkfifo fifo");
        Process holder = lab.begin("exec sleep 60 > fifo");
        Process commit = lab.begin("cd r && exec git commit -q --allow-empty -m x");
        running("cat-file");
        GitLab.kill("KILL", commit.toHandle());
        assertThat(commit.waitFor()).isEqualTo(137);
        GitLab.until(() -> lab.count(Counter.RECORDS_COMMITTED) == 1);
        CommandRecord lost = lab.records().only();
        lost(lost);
        assertThat(tree(lost)).isEqualTo("commit(cat-file*)");
        assertThat(process(lost, "cat-file").outcome()).isNull();
        assertThat(lab.daemon().live()).hasSize(1);
        GitLab.kill("KILL", holder.toHandle());
        lab.untilQuiet();
        CommandRecord child = lab.records().only();
        exited(child, 0);
        assertThat(child.command()).isEqualTo("cat-file");
        assertThat(child.parent()).isEqualTo(lost.sid());
        assertThat(child.detached()).isTrue();
    }

    @Test
    void theDaemonLooksForNothingThatOnlySleeps() throws Exception {
        lab.hook("r", "pre-commit", "touch $LAB/here; until [ -e $LAB/go ]; do sleep 0.05; done");
        Process commit = lab.begin("cd r && exec git commit -q --allow-empty -m x");
        lab.untilExists("here");
        GitLab.until(() -> lab.daemon().live().getFirst().lastHeard().toMillis() > 3_500);
        assertThat(lab.daemon().liveCommands()).as("silent, not gone").isEqualTo(1);
        lab.given("touch go");
        assertThat(commit.waitFor()).isZero();
        exited(lab.records().only(), 0);
    }

    /** Asks a {@code cat-file --batch-check}, and waits for its answer: it is in the middle of its work then. */
    private void answers(Process catFile) throws Exception {
        catFile.getOutputStream().write("HEAD\n".getBytes(StandardCharsets.US_ASCII));
        catFile.getOutputStream().flush();
        GitLab.until(() -> Files.size(lab.root().resolve("begun")) > 0);
    }

    /** The process of the only live command with this word in its command line, once it is there. */
    private ProcessHandle running(String word) {
        GitLab.until(
                () -> lab.daemon().live().stream().anyMatch(live -> live.argv().contains(word)));
        long pid = lab.daemon().live().stream()
                .filter(live -> live.argv().contains(word))
                .mapToLong(live -> live.pid() == null ? 0 : live.pid())
                .findFirst()
                .orElseThrow();
        return ProcessHandle.of(pid).orElseThrow();
    }
}
