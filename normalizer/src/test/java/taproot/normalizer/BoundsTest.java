package taproot.normalizer;

import static org.assertj.core.api.Assertions.assertThat;
import static taproot.normalizer.Scenario.ROOT;
import static taproot.normalizer.Scenario.below;

import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whatever git and strangers send, one root stays small, and what was left out is counted. */
class BoundsTest {
    private static final String CHILD = below(ROOT, 2);

    private final Scenario story = new Scenario();

    @Test
    void listsAreBoundedAndSayWhatWasLeftOut() {
        story.at(0).start(ROOT, "git", "x");
        for (int i = 0; i < 300; i++) {
            story.childStart(ROOT, i, "sh").childExit(ROOT, i, -1, -1);
            story.say(ROOT, "error", ",\"msg\":\"" + "m".repeat(5000) + "\"");
            story.say(ROOT, "def_param", ",\"param\":\"p" + i + "\"");
            story.say(ROOT, "counter", ",\"category\":\"c\",\"name\":\"n" + i + "\",\"count\":1");
            story.say(
                    ROOT,
                    "timer",
                    ",\"category\":\"c\",\"name\":\"n" + i
                            + "\",\"intervals\":1,\"t_total\":1,\"t_min\":1,\"t_max\":1");
            story.annotate(ROOT, "k" + i, "v");
        }
        story.at(5).ends(ROOT, 0).runOut();
        CommandRecord record = story.record(ROOT);
        assertThat(record.children()).hasSize(256);
        assertThat(record.errors())
                .hasSize(16)
                .allSatisfy(e -> assertThat(e.length()).isLessThanOrEqualTo(1024));
        assertThat(record.params()).hasSize(256);
        assertThat(record.counters()).hasSize(256);
        assertThat(record.timers()).hasSize(256);
        assertThat(record.annotations()).hasSize(64);
        assertThat(record.truncated()).isTrue();
        assertThat(record.dropped())
                .containsEntry("children", 44L)
                .containsEntry("errors", 284L)
                .containsEntry("params", 44L)
                .containsEntry("counters", 44L)
                .containsEntry("timers", 44L)
                .containsEntry("annotations", 236L);
    }

    @Test
    @Timeout(30)
    void tenThousandGitChildrenOfARunningCommandAreCountedAndNoneIsDropped() {
        story.at(0).start(ROOT, "git", "filter-branch");
        int most = 0;
        for (int i = 0; i < 10_000; i++) {
            String child = below(ROOT, 1000 + i);
            story.at(10 + 5L * i).start(child, "git", "commit-tree");
            story.at(12 + 5L * i).ends(child, 0);
            most = Math.max(most, story.replay.size(ROOT));
        }
        story.at(60_000).ends(ROOT, 0).runOut();
        CommandRecord record = story.record(ROOT);
        assertThat(story.records()).hasSize(1);
        assertThat(story.replay.dropped).isEmpty();
        assertThat(record.processes()).hasSize(256);
        assertThat(record.processes().getFirst().sid()).isEqualTo(ROOT);
        assertThat(record.processes().get(1).sid()).isEqualTo(below(ROOT, 1000));
        assertThat(record.processes().getLast().sid()).isEqualTo(below(ROOT, 1254));
        assertThat(record.dropped()).containsEntry("processes", 10_001L - 256);
        assertThat(record.events()).isEqualTo(5 + 10_000L * 5);
        assertThat(record.trace()).isEqualTo(TraceExtent.PARTIAL);
        assertThat(most).as("processes held at once").isLessThan(600);
        assertThat(story.replay.live()).isZero();
    }

    @Test
    @Timeout(30)
    void fourThousandGitProcessesThatRunAtOnceCostNoMoreEachThanOne() {
        story.at(0).start(ROOT, "git", "x");
        IntStream.range(0, 4000).forEach(i -> story.start(below(ROOT, 1000 + i), "git", "y"));
        story.at(5).ends(ROOT, 0);
        IntStream.range(0, 4000).forEach(i -> story.ends(below(ROOT, 1000 + i), 0));
        story.runOut();
        assertThat(story.records()).hasSize(1);
        assertThat(story.record(ROOT).dropped()).containsEntry("processes", 4001L - 256);
    }

    @Test
    void whatRunsBeyondTheBoundIsDroppedAndTheRecordSaysSo() {
        story.at(0).start(ROOT, "git", "x");
        IntStream.range(0, Normalizer.MAX_PROCESSES).forEach(i -> story.start(below(ROOT, 1000 + i), "git", "y"));
        assertThat(story.replay.size(ROOT)).isEqualTo(Normalizer.MAX_PROCESSES);
        assertThat(story.replay.dropped).containsEntry("root_full", 3);
        story.at(5).ends(ROOT, 0).runOut();
        assertThat(story.record(ROOT).dropped()).containsEntry("root_full", 3L);
    }

    @Test
    @Timeout(10)
    void aTreeAsDeepAsASidMayBeIsNoTrouble() {
        String sid = ROOT;
        String deepest = ROOT;
        story.at(0).start(ROOT, "git", "x");
        for (int depth = 2; sid.length() + 50 < Sid.MAX_LENGTH; depth++) {
            sid = below(sid, depth);
            story.start(sid, "git", "x");
            deepest = sid;
        }
        story.at(5);
        for (String each = deepest; each.contains("/"); each = each.substring(0, each.lastIndexOf('/'))) {
            story.ends(each, 0);
        }
        story.ends(ROOT, 0).runOut();
        assertThat(story.records()).hasSize(1);
        assertThat(story.record(ROOT).processes()).hasSizeGreaterThan(80);
    }

    @Test
    void aSidOfAThousandComponentsIsNoAddress() {
        story.at(0).start(ROOT + "/x".repeat(1000), "git", "x");
        assertThat(story.replay.dropped).containsEntry("unaddressed", 3);
    }

    @Test
    void aLineThatCannotBeReadMarksTheRecordOfItsProcess() {
        story.at(0).start(ROOT, "git", "x").start(CHILD, "git", "y").say(CHILD, "exit", ",\"code\":\"none\"");
        story.at(5).ends(CHILD, 0).ends(ROOT, 0).runOut();
        assertThat(story.record(ROOT).truncated()).isTrue();
        assertThat(story.record(ROOT).dropped()).containsEntry("malformed", 1L);
        assertThat(story.record(ROOT).processes())
                .extracting(CommandRecord.ProcessEntry::exitCode)
                .containsExactly(0, 0);
    }

    @Test
    void rawLinesBeyondTheRootsOwnLimitAreGivenUp() {
        Scenario small = new Scenario(new Settings(20_000, 50_000, 250_000, 1_000_000, 500_000, 1000));
        small.at(0).start(ROOT, "git", "commit");
        IntStream.range(0, 20).forEach(i -> small.say(ROOT, "region_enter", ",\"nesting\":1"));
        small.at(5).ends(ROOT, 1).runOut();
        assertThat(small.record(ROOT).trace()).isEqualTo(TraceExtent.PARTIAL);
        assertThat(small.replay.finished().getFirst().trace()).hasSizeBetween(500, 1000);
    }

    @Test
    void aQuickReadOnlyCommandKeepsNoTraceAndASlowOrFailedOneDoes() {
        story.at(0).start(ROOT, "git", "status").at(500).ends(ROOT, 0);
        String slow = Scenario.sid(5);
        story.at(1000).start(slow, "git", "status").at(1501).ends(slow, 0);
        String failed = Scenario.sid(6);
        story.at(2000).start(failed, "git", "status").at(2001).ends(failed, 128);
        assertThat(Stream.of(ROOT, slow, failed).map(sid -> story.record(sid).trace()))
                .containsExactly(TraceExtent.NONE, TraceExtent.FULL, TraceExtent.FULL);
    }

    @Test
    void whatARootRemembersIsBounded() {
        story.at(0).start(ROOT, "git", "daemon");
        for (int i = 0; i < 3000; i++) {
            String served = below(ROOT, 1000 + i);
            story.start(served, "git", "upload-pack").ends(served, 0);
        }
        assertThat(story.records()).hasSize(3000);
        assertThat(story.replay.size(ROOT)).isOne();
        assertThat(story.replay.remembered(ROOT)).isEqualTo(Memory.MAX_PROCESSES);
    }
}
