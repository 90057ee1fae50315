package taproot.cli.show;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import taproot.cli.Cli;
import taproot.cli.Program;
import taproot.cli.text.Json;

/** The trace of a real git gc, with its processes, children and regions, read again by others. */
class PerfettoTraceTest {
    @TempDir
    private Path directory;

    private Path file;

    @BeforeEach
    void record() throws Exception {
        file = directory.resolve("trace.json");
        Program.Ended run = Program.shell(
                        directory,
                        "git init -q r && cd r && for i in 1 2 3; do echo $i >f && git add f && git commit -qm $i; done;"
                                + " taproot exec --state-dir ../state -- git gc -q")
                .end();
        assertThat(run.status()).as(run.err()).isZero();
        Cli show = Cli.run(
                "show",
                "1",
                "--perfetto=" + file,
                "--state-dir",
                directory.resolve("state").toString());
        assertThat(show.err()).isEqualTo("taproot: open " + file + " in https://ui.perfetto.dev or chrome://tracing\n");
    }

    @Test
    void chromesOwnReaderSeesEverySliceInItsPlace() throws Exception {
        String engine = System.getenv("TAPROOT_TRACE_ENGINE");
        assumeTrue(
                engine != null,
                "needs node, and TAPROOT_TRACE_ENGINE to name a directory with npm's @paulirish/trace_engine");
        Path script = Path.of("test/resources/perfetto/read.mjs").toAbsolutePath();
        Process node = new ProcessBuilder("node", script.toString(), engine, file.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String out = new String(node.getInputStream().readAllBytes());
        assertThat(node.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(node.exitValue()).isZero();
        Map<Long, Integer> seen = new HashMap<>();
        for (Json thread : Json.parse(out).objects("threads")) {
            seen.put(thread.number("tid"), (int) thread.number("slices"));
            assertThat(thread.texts("depths").getFirst())
                    .as("one slice holds all of the process")
                    .isEqualTo("1");
        }
        Map<Long, Integer> written = new HashMap<>();
        for (Json event : events("X")) {
            written.merge(event.number("tid"), 1, Integer::sum);
        }
        assertThat(seen).isEqualTo(written).hasSizeGreaterThan(3);
    }

    @Test
    void slicesOfOneTrackLieWithinEachOtherOrApart() throws Exception {
        Map<Long, List<long[]>> tracks = new HashMap<>();
        for (Json event : events("X")) {
            tracks.computeIfAbsent(event.number("tid"), tid -> new ArrayList<>())
                    .add(new long[] {event.number("ts"), event.number("ts") + event.number("dur")});
        }
        for (List<long[]> slices : tracks.values()) {
            for (long[] a : slices) {
                for (long[] b : slices) {
                    boolean apart = a[1] <= b[0] || b[1] <= a[0];
                    boolean within = (a[0] <= b[0] && b[1] <= a[1]) || (b[0] <= a[0] && a[1] <= b[1]);
                    assertThat(apart || within).isTrue();
                }
            }
        }
    }

    @Test
    void everyEventHasWhatItsPhaseNeeds() throws Exception {
        Map<String, List<String>> needed = Map.of(
                "M", List.of("name", "pid", "args"),
                "X", List.of("name", "cat", "ts", "dur", "pid", "tid"),
                "i", List.of("name", "ts", "pid", "tid", "s"),
                "b", List.of("name", "cat", "id", "ts", "pid", "tid"),
                "e", List.of("name", "cat", "id", "ts", "pid", "tid"),
                "s", List.of("name", "cat", "id", "ts", "pid", "tid"),
                "f", List.of("name", "cat", "id", "ts", "pid", "tid", "bp"));
        for (Json event : Json.parse(Files.readString(file)).objects("traceEvents")) {
            assertThat(needed).containsKey(event.text("ph"));
            assertThat(event.names()).containsAll(needed.get(event.text("ph")));
        }
        assertThat(events("s")).hasSameSizeAs(events("f")).isNotEmpty();
        assertThat(events("b")).hasSameSizeAs(events("e")).isNotEmpty();
    }

    private List<Json> events(String phase) throws Exception {
        return Json.parse(Files.readString(file)).objects("traceEvents").stream()
                .filter(event -> event.text("ph").equals(phase))
                .toList();
    }
}
