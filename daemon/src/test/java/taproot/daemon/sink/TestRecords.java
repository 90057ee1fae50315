package taproot.daemon.sink;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
import taproot.normalizer.FinishedCommand;
import taproot.normalizer.RecordJson;

/** Commands for sinks, as git would have said them: each key with its own times and arguments, the same in every process. */
public final class TestRecords {
    /** The first of them began then. */
    public static final Instant STARTED = Instant.parse("2026-11-20T00:00:00Z");

    private static final byte[] NO_TRACE = {};

    private TestRecords() {}

    /** The {@code n}th command. */
    public static FinishedCommand command(int n) {
        return command(n, List.of("git", "commit", "-m", "change " + n));
    }

    /** The same with other arguments. */
    public static FinishedCommand command(int n, List<String> argv) {
        String json = """
            {"v":1,"key":"%1$s","sid":"%1$s","root":"%1$s","detached":false,"argv":[%2$s],"command":"commit",\
            "read_only":%3$s,"repository":{"worktree":"/home/someone/project-%4$d"},"git_version":"2.51.0","pid":%5$d,\
            "caller":"make","ancestry":["make","bash"],"started_at":"%6$s","finished_at":"%7$s","duration_us":12345,\
            "outcome":"exited","exit_code":%8$d,"signal":null,"processes":[],"events":17,"truncated":false,\
            "trace":"none"}""".formatted(
                        key(n),
                        argv.stream().map(TestRecords::quoted).collect(Collectors.joining(",")),
                        n % 5 == 4,
                        n % 3,
                        1_000 + n,
                        STARTED.plusSeconds(n).plusNanos(1_000),
                        STARTED.plusSeconds(n).plusNanos(12_346_000),
                        n % 7 == 6 ? 1 : 0);
        try {
            return new FinishedCommand(
                    RecordJson.read(json.getBytes(StandardCharsets.UTF_8)).record(), NO_TRACE);
        } catch (IOException e) {
            throw new UncheckedIOException(json, e);
        }
    }

    private static String quoted(String text) {
        return '"' + text.replace("\0", "\\u0000") + '"';
    }

    /** Its key. */
    public static String key(int n) {
        return "20261120T%06d.000000Z-H0a7c9cdf-P%08x".formatted(n, n);
    }
}
