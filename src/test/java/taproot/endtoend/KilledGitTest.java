package taproot.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static taproot.endtoend.Records.child;
import static taproot.endtoend.Records.lost;
import static taproot.endtoend.Records.process;
import static taproot.endtoend.Records.tree;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
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
        GitLab.until(() -> lab.daemon().liveCommands() == 1);
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
        GitLab.until(() -> lab.daemon().liveCommands() == 1);
        GitLab.kill("PIPE", catFile.toHandle());
        assertThat(catFile.waitFor()).isEqualTo(141);
        CommandRecord record = lab.records().only();
        assertThat(record.outcome()).isEqualTo(Outcome.SIGNALED);
        assertThat(record.signal()).isEqualTo(13);
        assertThat(record.exitCode()).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"KILL", "TERM", "INT", "HUP"})
    void ofAChildThatWasKilledItsParentKnowsTheCode(String signal) throws Exception {
        lab.program("up.sh", "touch $LAB/here; trap '' INT; sleep 0.3; exec git-upload-pack \"$@\"");
        lab.given("git clone -q --bare r b.git; git clone -q b.git c");
        lab.given("git config --global alias.slow '!git cat-file --batch-check'");
        Process alias = lab.begin("cd c && git fetch --all -q 2> /dev/null; git submodule foreach true; exec git -c"
                + " core.editor='git cat-file --batch-check; true' commit -q --allow-empty");
        GitLab.until(
                () -> lab.daemon().live().stream().anyMatch(live -> live.argv().contains("cat-file")));
        GitLab.kill(signal, lab.process("cat-file --batch-check "));
        alias.getOutputStream().close();
        alias.waitFor();
        lab.untilQuiet();
        CommandRecord commit = lab.records().only("commit");
        assertThat(process(commit, "cat-file").outcome()).isEqualTo(Outcome.LOST);
        assertThat(process(commit, "cat-file").exitCode())
                .as("its parent was a shell")
                .isNull();
    }
}
