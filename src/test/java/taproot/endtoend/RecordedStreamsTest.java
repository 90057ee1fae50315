package taproot.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import taproot.daemon.log.CommandQuery;
import taproot.daemon.log.LogReader;
import taproot.daemon.metrics.Counter;
import taproot.normalizer.CommandRecord;
import taproot.normalizer.DropReason;

/**
 * Recorded streams of real git through a live socket, against {@link StreamOracle}. A sample and all recordings of this
 * repository each time; what {@code -Dtaproot.corpus=DIR} names, whatever streams it holds, with {@code --long}.
 */
class RecordedStreamsTest {
    private static final Path SAMPLE = Path.of("test/resources/corpus");
    private static final Path RECORDINGS = Path.of("../normalizer/src/test/resources/traces");
    private static final String ARCHIVES = "../../shared/corpus";

    @Nested
    class InAnyOrderWithWaitingTimesThatLetArrivalDecideNothing {
        @RegisterExtension
        final GitLab lab = patient("3s"); // More than ten times what it takes to send them.

        @ParameterizedTest
        @ValueSource(ints = {1, 8, 64})
        void theSampleGivesTheRecordsThatItsStreamsSay(int threads) throws Exception {
            shuffled(lab, RecordedStreams.in(SAMPLE, RECORDINGS), threads);
        }
    }

    @Nested
    @Tag("long")
    class TheWholeInAnyOrderWithWaitingTimesThatLetArrivalDecideNothing {
        @RegisterExtension
        final GitLab lab = patient("4s");

        @ParameterizedTest
        @ValueSource(ints = {1, 8, 64})
        @Timeout(value = 20, unit = TimeUnit.MINUTES)
        void theWholeGivesTheRecordsThatItsStreamsSay(int threads, @TempDir Path unpacked) throws Exception {
            shuffled(lab, RecordedStreams.in(corpus(unpacked)), threads);
        }
    }

    private static GitLab patient(String wait) {
        return new GitLab(
                "roots.linger=" + wait,
                "roots.adoption_grace=" + wait,
                "roots.lost_after=" + wait,
                "log.queue_limit=256MiB",
                "log.slow_threshold=1h");
    }

    private static void shuffled(GitLab lab, RecordedStreams streams, int threads) throws Exception {
        Playback playback = new Playback(lab.places().traceSocket());
        long began = System.nanoTime();
        playback.shuffled(streams, threads, 4_711L + threads);
        agree(lab, streams, playback.lines(), began);
    }

    @Nested
    class InTheOrderInWhichTheyWereWritten {
        @RegisterExtension
        final GitLab lab = new GitLab("log.queue_limit=256MiB"); // Hours are said in seconds.

        @Test
        void theSampleGivesTheRecordsThatItsStreamsSay() throws Exception {
            play(RecordedStreams.in(SAMPLE, RECORDINGS));
        }

        @Test
        @Tag("long")
        @Timeout(value = 20, unit = TimeUnit.MINUTES)
        void theWholeGivesTheRecordsThatItsStreamsSay(@TempDir Path unpacked) throws Exception {
            play(RecordedStreams.in(corpus(unpacked)));
        }

        private void play(RecordedStreams streams) throws Exception {
            Playback playback = new Playback(lab.places().traceSocket());
            long began = System.nanoTime();
            playback.inTimeOrder(streams);
            agree(lab, streams, playback.lines(), began);
        }
    }

    /** The directory that was named, or else what the archives hold that may lie beside the repository. */
    private static Path corpus(Path unpacked) throws Exception {
        String named = System.getProperty("taproot.corpus", "");
        if (!named.isEmpty()) {
            assertThat(Path.of(named)).as("-Dtaproot.corpus").isDirectory();
            return Path.of(named);
        }
        assumeTrue(
                Files.isDirectory(Path.of(ARCHIVES)),
                "needs recorded streams: -Dtaproot.corpus=DIR, or archives in " + ARCHIVES);
        String script = "for a in " + Path.of(ARCHIVES).toAbsolutePath()
                + "/*.tar.zst; do zstd -d --long=27 -c \"$a\" | tar x -C " + unpacked + " || exit 1; done";
        assertThat(new ProcessBuilder("sh", "-c", script).inheritIO().start().waitFor())
                .as(script)
                .isZero();
        return unpacked;
    }

    // What came of it.

    private static void agree(GitLab lab, RecordedStreams streams, long lines, long began) throws Exception {
        lab.daemon().barrier().toCompletableFuture().get(5, TimeUnit.MINUTES);
        GitLab.until(() -> lab.status().live().roots() == 0);
        lab.daemon().barrier().toCompletableFuture().get(1, TimeUnit.MINUTES);
        Duration took = Duration.ofNanos(System.nanoTime() - began);
        StreamOracle oracle = StreamOracle.of(streams);
        Map<String, StreamOracle.Expected> expected = oracle.records();
        System.out.printf(
                "%d connections, %d processes, %d lines: %d records expected, %d committed, %.1f s%n",
                streams.connections(),
                oracle.processes(),
                oracle.lines(),
                expected.size(),
                lab.count(Counter.RECORDS_COMMITTED),
                took.toMillis() / 1e3);
        List<String> deviations = new ArrayList<>();
        Map<String, StreamOracle.Expected> missing = new TreeMap<>(expected);
        try (LogReader reader = LogReader.open(lab.places().stateDirectory())) {
            reader.query(CommandQuery.where().after(0, 0), stored -> {
                CommandRecord record = Records.read(stored.json()).record();
                StreamOracle.Expected said = missing.remove(record.key());
                String deviation = said == null ? "is not expected" : deviation(said, record);
                if (deviation != null) {
                    deviations.add(record.key() + " " + record.argv() + ": " + deviation);
                }
            });
        }
        missing.forEach((key, said) -> deviations.add(key + " " + said.owner() + ": is missing"));
        assertThat(deviations).as("deviations").isEmpty();
        assertThat(oracle.lines()).isEqualTo(lines);
        assertThat(lab.count(Counter.EVENTS_RECEIVED)).as("lines received").isEqualTo(lines);
        for (DropReason reason : DropReason.values()) {
            assertThat(lab.status().dropped().getOrDefault(reason, 0L))
                    .as(reason.wire())
                    .isZero();
        }
        assertThat(lab.count(Counter.RECORDS_COMMITTED)).isEqualTo(lab.count(Counter.RECORDS_FINISHED));
        // That received = applied + ignored + dropped, and that nothing is left alive, the lab asserts after each test.
    }

    private static @Nullable String deviation(StreamOracle.Expected said, CommandRecord record) {
        if (record.detached() != said.detached() || record.late()) {
            return "detached " + record.detached() + ", late " + record.late() + ", expected " + said.detached();
        }
        String first = record.processes().getFirst().sid();
        if (!first.equals(said.sid())) {
            return "the first process is " + first;
        }
        StreamOracle.Entry own = said.owner();
        if (!text(own).equals(text(record)) || !sameWords(own.argv(), record.argv(), record.truncated())) {
            return record.argv() + text(record) + ", expected " + own.argv() + text(own);
        }
        Map<String, CommandRecord.ProcessEntry> entries =
                record.processes().stream().collect(Collectors.toMap(CommandRecord.ProcessEntry::sid, entry -> entry));
        if (!entries.keySet().equals(said.processes().keySet())
                && !(entries.size() == 256 && said.processes().keySet().containsAll(entries.keySet()))) {
            return "processes " + entries.keySet() + ", expected "
                    + said.processes().keySet();
        }
        for (CommandRecord.ProcessEntry entry : entries.values()) {
            StreamOracle.Entry process = said.processes().get(entry.sid());
            if (process == null
                    || !text(process).equals(text(entry))
                    || !sameWords(process.argv(), entry.argv(), record.truncated())) {
                return entry.sid() + " " + entry.argv() + text(entry) + ", expected " + process;
            }
        }
        return null;
    }

    private static String text(StreamOracle.Entry entry) {
        return text(entry.command(), entry.outcome(), entry.code(), entry.durationUs(), entry.detached());
    }

    private static String text(CommandRecord record) {
        return text(record.command(), record.outcome().wire(), record.exitCode(), record.durationUs(), false);
    }

    private static String text(CommandRecord.ProcessEntry entry) {
        String outcome = entry.outcome() == null ? null : entry.outcome().wire();
        return text(entry.command(), outcome, entry.exitCode(), entry.durationUs(), entry.detached());
    }

    private static String text(@Nullable Object... parts) {
        return java.util.Arrays.toString(parts);
    }

    /** The words, but for what had to be redacted in them, and for those beyond the bound of a list. */
    private static boolean sameWords(List<String> said, List<String> stored, boolean truncated) {
        if (stored.size() != said.size() && !(truncated && stored.size() < said.size())) {
            return false;
        }
        for (int i = 0; i < stored.size(); i++) {
            if (!stored.get(i).equals(said.get(i))
                    && !isRedacted(i == 0 ? "" : said.get(i - 1), said.get(i), stored.get(i))) {
                return false;
            }
        }
        return true;
    }

    /** Somebody's password, or the value of what has a secret's name, and nothing else was taken out. */
    private static boolean isRedacted(String before, String said, String stored) {
        String anything = java.util.Arrays.stream(stored.split(Pattern.quote("<redacted>"), -1))
                .map(Pattern::quote)
                .collect(Collectors.joining("[^\\s]*"));
        boolean secret = Pattern.compile("://[^/]*@|(?i)extraheader|token|secret|password|_key")
                .matcher(before + " " + said)
                .find();
        return stored.contains("<redacted>") && secret && Pattern.matches("(?s)" + anything, said);
    }

    /** A sample that has shrunk away would prove nothing. */
    @Test
    void theSampleIsThereAndHoldsEveryKindOfStream() throws IOException {
        RecordedStreams sample = RecordedStreams.in(SAMPLE);
        assertThat(sample.roots()).hasSize(40);
        assertThat(RecordedStreams.in(RECORDINGS).connections()).isGreaterThan(300);
        Map<String, Long> outcomes = StreamOracle.of(RecordedStreams.in(SAMPLE, RECORDINGS)).records().values().stream()
                .collect(Collectors.groupingBy(
                        record -> String.valueOf(record.owner().outcome()), TreeMap::new, Collectors.counting()));
        assertThat(outcomes).containsOnlyKeys("exited", "lost", "signaled");
    }
}
