package taproot.cli.show;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import taproot.cli.Cli;
import taproot.cli.Records;
import taproot.cli.terminal.ExitStatus;
import taproot.cli.terminal.Screen;
import taproot.normalizer.Outcome;

class WaterfallTest {
    private static final Screen TERMINAL = new Screen(80, false);

    @TempDir
    private Path state;

    private final List<String> lines = new ArrayList<>();

    @Test
    void processesChildrenAndRegionsStandOnOneTimeAxis() throws Exception {
        enter("main", 10, "index", "refresh");
        enter("main", 12, "index", "read");
        leave("main", 8_000, "index", "read");
        leave("main", 20_000, "index", "refresh");
        show(Records.record(1, "git commit")
                .at(0, 100)
                .exit(1)
                .child("hook", "pre-commit", 7, 40, 50, 1, ".git/hooks/pre-commit")
                .process(Records.sid(1), 9, 50, 20, 0, "git diff"));
        assertThat(String.join("\n", waterfall(TERMINAL))).isEqualTo("""
                                                  │0       │20 ms   │40 ms   │60 ms   │80 ms
                git commit  [1]           100 ms  ██████████████████████████████████████████████
                  index/refresh            20 ms      ━━━━━━━━━━
                    index/read            8.0 ms       ━━━━━
                  hook pre-commit  [1]     50 ms                    ░░░░░░░░░░░░░░░░░░░░░░░░
                    git diff               20 ms                         █████████▏""");
    }

    @Test
    void whatIsDoneManyTimesSharesALine() throws Exception {
        for (int i = 0; i < 50; i++) {
            enter("main", i * 2, "object", "read");
            leave("main", 1_000, "object", "read");
        }
        show(Records.record(1, "git repack").at(0, 100));
        assertThat(waterfall(TERMINAL))
                .hasSize(3)
                .last()
                .asString()
                .contains("object/read  ×50")
                .contains("50 ms");
    }

    @Test
    void threadsOfOneKindShareALineToo() throws Exception {
        for (int i = 0; i < 4; i++) {
            String thread = "th0" + i + ":preload_index";
            line("thread_start", thread, 10, "");
            line("thread_exit", thread, 30, ",\"t_rel\":0.020000");
        }
        show(Records.record(1, "git status").at(0, 100));
        assertThat(waterfall(TERMINAL))
                .last()
                .asString()
                .contains("thread preload_index  ×4")
                .contains("80 ms");
    }

    @Test
    void aRegionThatGitDidNotLeaveGoesOnToTheEnd() throws Exception {
        enter("main", 50, "pack", "write");
        show(Records.record(1, "git gc").at(0, 100));
        assertThat(waterfall(TERMINAL)).last().asString().contains("pack/write").endsWith("╌╌╌");
    }

    @Test
    void aTerminalsWidthIsFilledAndNeverExceeded() throws Exception {
        enter("main", 0, "a-category-of-some-length", "and-a-label-that-is-much-longer-than-a-line-has-room-for");
        leave("main", 100_000, "a-category-of-some-length", "and-a-label-that-is-much-longer-than-a-line-has-room-for");
        show(Records.record(1, "git log --format=%H --since=yesterday --until=today -- a b c d e f")
                .at(0, 100));
        for (int width : new int[] {40, 80, 133}) {
            assertThat(waterfall(new Screen(width, false)).stream()
                            .mapToInt(l -> l.codePointCount(0, l.length()))
                            .max())
                    .hasValue(width);
        }
    }

    @Test
    void withoutATraceThereAreProcessesAndChildrenAndAWord() throws Exception {
        Records.write(
                state,
                Records.record(1, "git status")
                        .at(0, 10)
                        .process(Records.sid(1), 9, 5, 2, 0, "git status --porcelain=2"));
        Cli run = Cli.run(TERMINAL, "show", "1", "--waterfall", "--state-dir", state.toString());
        assertThat(run.status()).isEqualTo(ExitStatus.OK);
        assertThat(run.out()).contains("git status").contains("git status --porcelain=2");
        assertThat(run.err())
                .isEqualTo("taproot: no trace is kept of it: what its processes did inside is not known\n");
    }

    @Test
    void aBriefTraceSaysThatItsRegionsHaveNoPlace() throws Exception {
        lines.add("{\"event\":\"region_enter\",\"sid\":\"" + Records.sid(1)
                + "\",\"thread\":\"main\",\"nesting\":1,\"category\":\"a\",\"label\":\"b\"}");
        show(Records.record(1, "git gc").at(0, 100));
        Cli run = Cli.run(TERMINAL, "show", "1", "--waterfall", "--state-dir", state.toString());
        assertThat(run.err()).startsWith("taproot: 1 regions are not shown");
    }

    @Test
    void aCommandWithoutAnEndIsDrawnOpen() throws Exception {
        show(Records.record(1, "git fetch").at(0, 100).ended(Outcome.LOST, null));
        assertThat(waterfall(TERMINAL)).last().asString().contains("[lost]").endsWith("╌");
    }

    @Test
    void theRawLinesAreShownAsGitWroteThem() throws Exception {
        enter("main", 10, "index", "refresh");
        show(Records.record(1, "git commit").at(0, 100));
        assertThat(Cli.run("show", "1", "--trace", "--state-dir", state.toString())
                        .out())
                .isEqualTo(lines.getFirst() + "\n");
    }

    @Test
    void whereNoneAreKeptThatIsAFailure() throws Exception {
        Records.write(state, Records.record(1, "git status"));
        Cli run = Cli.run("show", "1", "--trace", "--state-dir", state.toString());
        assertThat(run.status()).isEqualTo(ExitStatus.FAILED);
        assertThat(run.err()).contains("no trace is kept of 1");
    }

    private void show(Records record) throws Exception {
        Records.write(state, lines.isEmpty() ? record : record.trace(lines.toArray(String[]::new)));
    }

    private List<String> waterfall(Screen screen) {
        Cli run = Cli.run(screen, "show", "1", "--waterfall", "--state-dir", state.toString());
        assertThat(run.status()).isEqualTo(ExitStatus.OK);
        return run.out().lines().toList();
    }

    private void enter(String thread, int atMs, String category, String label) {
        line(
                "region_enter",
                thread,
                atMs,
                ",\"nesting\":1,\"category\":\"" + category + "\",\"label\":\"" + label + '"');
    }

    private void leave(String thread, int micros, String category, String label) {
        line(
                "region_leave",
                thread,
                0,
                String.format(
                        ",\"t_rel\":%.6f,\"nesting\":1,\"category\":\"%s\",\"label\":\"%s\"",
                        micros / 1e6, category, label));
    }

    private void line(String event, String thread, int atMs, String more) {
        lines.add(String.format(
                "{\"event\":\"%s\",\"sid\":\"%s\",\"thread\":\"%s\",\"time\":\"2026-11-20T05:00:00.%03d000Z\"%s}",
                event, Records.sid(1), thread, atMs, more));
    }
}
