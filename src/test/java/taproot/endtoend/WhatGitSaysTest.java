package taproot.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static taproot.endtoend.Records.exited;
import static taproot.endtoend.Records.worktree;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import taproot.daemon.metrics.Counter;
import taproot.normalizer.CommandRecord;

/** The forms in which git tells things: brief or at length, with parameters, from elsewhere, in bytes that are no text. */
class WhatGitSaysTest {
    @RegisterExtension
    final GitLab lab = new GitLab();

    @BeforeEach
    void repository() throws Exception {
        lab.repository("r");
    }

    @Test
    void briefEventsGiveTheSameRecord() throws Exception {
        lab.run("cd r && git status --porcelain");
        CommandRecord full = lab.records().only();
        lab.run("cd r && git status --porcelain", Map.of("GIT_TRACE2_EVENT_BRIEF", "1"));
        CommandRecord brief = lab.records().only();
        exited(brief, 0);
        assertThat(brief.argv()).isEqualTo(full.argv());
        assertThat(brief.command()).isEqualTo(full.command());
        assertThat(brief.repository()).isEqualTo(full.repository());
        assertThat(brief.readOnly()).isEqualTo(full.readOnly());
        assertThat(brief.events()).isEqualTo(full.events());
        assertThat(brief.startedAt()).isGreaterThan(full.startedAt());
        assertThat(brief.finishedAt()).isEqualTo(brief.startedAt() + Objects.requireNonNull(brief.durationUs()));
    }

    @Test
    void briefEventsOfATreeGiveOneRecordToo() throws Exception {
        lab.hook("r", "post-commit", "git rev-parse HEAD > /dev/null");
        lab.run("cd r && git commit -q --allow-empty -m x", Map.of("GIT_TRACE2_EVENT_BRIEF", "1"));
        CommandRecord commit = lab.records().only();
        exited(commit, 0);
        assertThat(Records.tree(commit)).isEqualTo("commit(rev-parse)");
    }

    @Test
    void deeperNestingBringsMoreEventsAndTheSameRecord() throws Exception {
        lab.run("cd r && git status --porcelain");
        CommandRecord plain = lab.records().only();
        lab.run("cd r && git status --porcelain", Map.of("GIT_TRACE2_EVENT_NESTING", "10"));
        CommandRecord nested = lab.records().only();
        exited(nested, 0);
        assertThat(nested.events()).isGreaterThan(plain.events());
        assertThat(nested.command()).isEqualTo("status");
        assertThat(lab.count(Counter.EVENTS_IGNORED)).isZero();
    }

    @Test
    void parametersAndVariablesThatWereAskedForAreThere() throws Exception {
        lab.run(
                "cd r && git -c otel.trace2.ruleset=dl:drop status --porcelain",
                Map.of(
                        "GIT_TRACE2_CONFIG_PARAMS", "otel.trace2.*,user.*",
                        "GIT_TRACE2_ENV_VARS", "HOME,GIT_EDITOR,MISSING"));
        CommandRecord status = lab.records().only();
        exited(status, 0);
        assertThat(status.params())
                .contains(
                        new CommandRecord.Param("otel.trace2.ruleset", "dl:drop", "command"),
                        new CommandRecord.Param("user.name", "Dev", "global"))
                .anySatisfy(param -> {
                    assertThat(param.name()).isEqualTo("HOME");
                    assertThat(param.value()).isEqualTo(lab.home().toString());
                })
                .noneSatisfy(param -> assertThat(param.name()).isEqualTo("MISSING"));
    }

    @Test
    void bytesThatAreNoTextDamageOnlyTheirOwnField() throws Exception {
        lab.run("cd r && git log --grep=$'a\\xff\\xfeb' -1 'f1'");
        CommandRecord log = lab.records().only();
        exited(log, 0);
        assertThat(log.argv()).containsExactly("git", "log", "--grep=a\uFFFD\uFFFDb", "-1", "f1");
        assertThat(log.command()).isEqualTo("log");
        assertThat(worktree(log)).isEqualTo(lab.work("r"));
    }

    @Test
    void textOfAnyLanguageStaysAsItIs() throws Exception {
        lab.run("cd r && git commit -q --allow-empty -m 'h\u00e9, \u4f60\u597d \ud83c\udf33 \"q\" \\ end'");
        CommandRecord commit = lab.records().only();
        exited(commit, 0);
        assertThat(commit.argv()).last().isEqualTo("h\u00e9, \u4f60\u597d \ud83c\udf33 \"q\" \\ end");
    }

    @Test
    void aCommandLineOfAQuarterMegabyteIsWhole() throws Exception {
        lab.run("cd r && args=$(seq -f '%0100g' 1 2500) && git rev-parse --verify -q $args");
        CommandRecord parse = lab.records().only();
        exited(parse, 1);
        assertThat(parse.argv().size()).isEqualTo(2_504);
        assertThat(parse.argv().getLast()).hasSize(100).endsWith("02500");
    }

    @Test
    void ofMoreWordsThanAnybodyReadsTheRestIsCounted() throws Exception {
        lab.run("cd r && git rev-parse --verify -q $(seq 5000)");
        CommandRecord parse = lab.records().only();
        assertThat(parse.argv().size()).isEqualTo(4_096);
        assertThat(parse.truncated()).isTrue();
        assertThat(parse.dropped()).containsOnly(Map.entry("argv", 5_004L - 4_096));
    }

    @Test
    void theRepositoryIsTheOneWorkedInFromWhereverGitIsCalled() throws Exception {
        lab.given("git clone -q --bare r b.git; mkdir e");
        lab.run("cd e; git -C ../r rev-parse HEAD; git --git-dir=../r/.git --work-tree=../r status --porcelain;"
                + " git --git-dir=../r/.git log -1 --oneline; git -C " + lab.work("b.git")
                + " log -1 --oneline; true");
        List<CommandRecord> records = lab.records().all();
        assertThat(records).hasSize(4).allSatisfy(record -> exited(record, 0));
        assertThat(worktree(records.get(0))).isEqualTo(lab.work("r"));
        assertThat(worktree(records.get(1))).isEqualTo(lab.work("r"));
        assertThat(worktree(records.get(2)))
                .as("git's own word: the current directory")
                .isEqualTo(lab.work("e"));
        // A bare one says nothing, but -C does.
        CommandRecord.Repository bare = Objects.requireNonNull(records.get(3).repository());
        assertThat(bare.worktree()).isNull();
        assertThat(bare.gitDir()).isEqualTo(lab.work("b.git"));
    }

    @Test
    void aCommandThatAnswersForHoursIsLiveUntilItEnds() throws Exception {
        Process catFile = lab.begin("cd r && exec git cat-file --batch-check");
        GitLab.until(() -> lab.daemon().liveCommands() == 1);
        assertThat(lab.daemon().live()).singleElement().satisfies(live -> {
            assertThat(live.argv()).containsExactly("git", "cat-file", "--batch-check");
            assertThat(live.pid()).isEqualTo(catFile.pid());
        });
        assertThat(lab.records().all()).as("the barrier does not wait for it").isEmpty();
        catFile.getOutputStream().write("HEAD\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        catFile.getOutputStream().close();
        assertThat(catFile.waitFor()).isZero();
        CommandRecord record = lab.records().only();
        exited(record, 0);
        assertThat(record.command()).isEqualTo("cat-file");
        assertThat(lab.daemon().live()).isEmpty();
    }

    @Test
    void whatTheCallerPutInFrontIsTheSession() throws Exception {
        lab.run("cd r && git status -s && git log -1", Map.of("GIT_TRACE2_PARENT_SID", "ide/window-7"));
        Records records = lab.records();
        assertThat(records.commands()).containsExactly("status", "log");
        assertThat(records.all()).allSatisfy(record -> {
            exited(record, 0);
            assertThat(record.session()).isEqualTo("ide/window-7");
            assertThat(record.key()).startsWith("ide/window-7/").isEqualTo(record.sid());
            assertThat(record.root()).isEqualTo(record.sid());
            assertThat(record.parent()).isNull();
        });
    }

    @Test
    void theConfigurationOfTheUserPointsGitHereAsWell() throws Exception {
        lab.given("git config --global trace2.eventTarget 'af_unix:stream:"
                + lab.places().traceSocket() + "'");
        lab.run("unset GIT_TRACE2_EVENT; cd r && git status -s");
        exited(lab.records().only(), 0);
    }

    @Test
    void withoutADaemonGitGoesOnAsIfNothingWas() throws Exception {
        lab.stopDaemon();
        assertThat(lab.run("cd r && git commit -q --allow-empty -m x; echo $?"))
                .isEqualTo(new GitLab.Ran(0, "0\n", ""));
        lab.startDaemon();
        assertThat(lab.records().all()).isEmpty();
    }
}
