package taproot.daemon.log;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import taproot.normalizer.EventDecoder;
import taproot.normalizer.FinishedCommand;
import taproot.normalizer.Line;
import taproot.normalizer.LineReader;
import taproot.normalizer.Normalizer;
import taproot.normalizer.Settings;
import taproot.normalizer.TraceBudget;

/** What a waiting record is taken to occupy is what it occupies: not less, and not much more. */
class FootprintTest {
    private static final long SECOND = 1_000_000;

    /** Commands as git reports them. */
    enum Kind {
        /** One line, and never heard of again: the smallest there is. */
        KILLED_AT_ITS_START(8_000, 0, 0, 0),
        STATUS(2_000, 40, 0, 0),
        COMMIT_WITH_HOOKS(1_000, 30, 4, 2),
        WITH_MANY_PARAMETERS(1_000, 5, 0, 60);

        final int many;
        private final int regions;
        private final int children;
        private final int params;

        Kind(int many, int regions, int children, int params) {
            this.many = many;
            this.regions = regions;
            this.children = children;
            this.params = params;
        }

        /** The lines of one, the first one first. */
        List<String> lines(int n) {
            String sid = sid(n, 0x10_0000 + n);
            List<String> lines = new ArrayList<>();
            if (this == KILLED_AT_ITS_START) {
                return List.of(line("start", sid, ",\"argv\":[\"git\"]"));
            }
            lines.add(line("version", sid, ",\"evt\":\"3\",\"exe\":\"2.39.5\""));
            lines.add(line("start", sid, ",\"t_abs\":0.001,\"argv\":[\"git\",\"commit\",\"-m\",\"a message\"]"));
            lines.add(line("cmd_ancestry", sid, ",\"ancestry\":[\"bash\",\"sshd\",\"systemd\"]"));
            lines.add(line("cmd_name", sid, ",\"name\":\"commit\",\"hierarchy\":\"commit\""));
            lines.add(line("def_repo", sid, ",\"repo\":1,\"worktree\":\"/home/somebody/a/repository\""));
            for (int i = 0; i < params; i++) {
                lines.add(line(
                        "def_param",
                        sid,
                        ",\"scope\":\"global\",\"param\":\"user.name" + i + "\",\"value\":\"Some Body\""));
            }
            for (int i = 0; i < children; i++) {
                lines.add(line(
                        "child_start",
                        sid,
                        ",\"child_id\":" + i
                                + ",\"child_class\":\"hook\",\"hook_name\":\"pre-commit\",\"use_shell\":false,"
                                + "\"argv\":[\".git/hooks/pre-commit\"]"));
                String child = sid + "/" + sid(n, 0x20_0000 + i);
                lines.add(line("start", child, ",\"t_abs\":0.001,\"argv\":[\"git\",\"rev-parse\",\"HEAD\"]"));
                lines.add(line("cmd_name", child, ",\"name\":\"rev-parse\",\"hierarchy\":\"commit/rev-parse\""));
                lines.add(line("atexit", child, ",\"t_abs\":0.002,\"code\":0"));
                lines.add(line(
                        "child_exit",
                        sid,
                        ",\"child_id\":" + i + ",\"pid\":" + (0x20_0000 + i) + ",\"code\":0,\"t_rel\":0.004"));
            }
            for (int i = 0; i < regions; i++) {
                lines.add(line("region_enter", sid, ",\"nesting\":1,\"category\":\"index\",\"label\":\"refresh\""));
            }
            lines.add(line("atexit", sid, ",\"t_abs\":0.030,\"code\":1"));
            return lines;
        }
    }

    @ParameterizedTest
    @EnumSource
    void anEstimateIsWhatIsReallyUsedAndNotMuchMore(Kind kind) {
        // Whatever is made once and shared: by the first of them.
        FinishedCommand first = finished(kind.lines(0));
        FinishedCommand[] kept = new FinishedCommand[kind.many];
        long before = heap();
        long estimated = 0;
        for (int n = 0; n < kind.many; n++) {
            kept[n] = finished(kind.lines(n));
            estimated += Footprint.of(kept[n]);
        }
        // With its entry in the queue.
        long used = heap() - before + kind.many * (32L + 24);
        System.out.printf(
                Locale.ROOT,
                "%s: %d bytes each, taken for %d (trace %d)%n",
                kind,
                used / kind.many,
                estimated / kind.many,
                first.trace().length);
        assertThat((double) estimated / used).isBetween(0.95, 1.4);
        assertThat(kept[kind.many - 1]).isNotNull();
    }

    private static FinishedCommand finished(List<String> lines) {
        LineReader reader = new LineReader(new EventDecoder());
        Normalizer normalizer = new Normalizer(Settings.DEFAULTS, TraceBudget.UNBOUNDED);
        List<Line> read = new ArrayList<>();
        for (String line : lines) {
            byte[] bytes = line.getBytes(US_ASCII);
            read.add((Line) reader.read(bytes, 0, bytes.length));
        }
        read.forEach(line -> normalizer.line(line, 1, 0));
        normalizer.advance(0, SECOND);
        normalizer.drained(0, 0);
        read.forEach(line -> normalizer.closed(line.sid(), 1, 0));
        normalizer.advance(10 * SECOND, 10 * SECOND);
        return normalizer.takeFinished().getFirst();
    }

    private static String sid(int n, int pid) {
        return String.format(Locale.ROOT, "20261120T050011.%06dZ-H0a7c9cdf-P%08x", n, pid);
    }

    private static String line(String event, String sid, String fields) {
        return "{\"event\":\"" + event + "\",\"sid\":\"" + sid
                + "\",\"thread\":\"main\",\"time\":\"2026-11-20T05:00:11.300000Z\",\"file\":\"common-main.c\",\"line\":49"
                + fields + "}";
    }

    private static long heap() {
        for (int i = 0; i < 2; i++) {
            System.gc();
        }
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
