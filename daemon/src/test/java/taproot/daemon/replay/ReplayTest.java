package taproot.daemon.replay;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import taproot.daemon.metrics.Counter;
import taproot.daemon.metrics.Counters;
import taproot.normalizer.CommandRecord;
import taproot.normalizer.DropReason;
import taproot.normalizer.FinishedCommand;
import taproot.normalizer.Outcome;
import taproot.normalizer.RecordJson;
import taproot.normalizer.Settings;

class ReplayTest {
    private static final Path TRACES = Path.of("..", "normalizer", "src", "test", "resources", "traces");
    private static final int LINE_LIMIT = 64 * 1024;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    private final Counters counters = new Counters();
    private final List<CommandRecord> records = new ArrayList<>();

    static List<Path> recordings() throws IOException {
        try (Stream<Path> all = Files.walk(TRACES)) {
            return all.filter(path -> path.endsWith("expected.jsonl"))
                    .map(Path::getParent)
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("recordings")
    void aRecordingGivesTheRecordsBesideIt(Path recording) throws Exception {
        play(recording);
        assertThat(records.stream()
                        .sorted(Comparator.comparing(CommandRecord::key))
                        .map(record -> new String(RecordJson.write(record), UTF_8)))
                .containsExactlyElementsOf(Files.readAllLines(recording.resolve("expected.jsonl")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("recordings")
    void allItsProcessesInOneFileGiveTheSame(Path recording) throws Exception {
        // As trace2.eventTarget=<file> has it: every process appends, here in the order of time.
        record TimedLine(long time, String text) {}
        List<TimedLine> lines = new ArrayList<>();
        for (Path file : files(recording)) {
            long time = EventTime.UNKNOWN;
            for (String line : Files.readString(file, java.nio.charset.StandardCharsets.ISO_8859_1)
                    .split("\n", -1)) {
                byte[] bytes = line.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
                time = Math.max(time, EventTime.of(bytes, 0, bytes.length));
                lines.add(new TimedLine(time, line));
            }
        }
        lines.sort(Comparator.comparingLong(TimedLine::time));
        Path one = directory.resolve("events");
        StringBuilder text = new StringBuilder();
        lines.stream()
                .filter(line -> !line.text().isEmpty())
                .forEach(line -> text.append(line.text()).append('\n'));
        Files.writeString(one, text, java.nio.charset.StandardCharsets.ISO_8859_1);
        play(one);
        assertThat(records).extracting(CommandRecord::key).doesNotHaveDuplicates();
        assertThat(records.stream()
                        .sorted(Comparator.comparing(CommandRecord::key))
                        .map(record -> record.key() + " " + record.outcome()))
                .containsExactlyElementsOf(keysAndOutcomes(recording));
    }

    private static List<String> keysAndOutcomes(Path recording) throws IOException {
        List<String> expected = new ArrayList<>();
        for (String line : Files.readAllLines(recording.resolve("expected.jsonl"))) {
            CommandRecord record = RecordJson.read(line.getBytes(UTF_8)).record();
            expected.add(record.key() + " " + record.outcome());
        }
        return expected;
    }

    private static List<Path> files(Path recording) throws IOException {
        try (Stream<Path> all = Files.list(recording)) {
            return all.filter(path -> !path.endsWith("expected.jsonl")).sorted().toList();
        }
    }

    @Test
    void waitingTimesFollowTheEventsNotTheImport() throws Exception {
        // Killed, and ten minutes later another one: the first is lost one second after its last word.
        write("killed", start(1, 0), region(1, 10_000));
        write("later", start(2, 600_000_000), atexit(2, 600_001_000));
        play(directory);
        assertThat(records).extracting(CommandRecord::outcome).containsExactly(Outcome.LOST, Outcome.EXITED);
    }

    @Test
    void aCommandSilentForHoursInItsFileIsNotLost() throws Exception {
        write("editor", start(1, 0), region(1, 7_200_000_000L), atexit(1, 7_200_001_000L));
        play(directory);
        assertThat(records).extracting(CommandRecord::outcome).containsExactly(Outcome.EXITED);
    }

    @Test
    void eachOfSeveralProcessesInAFileIsClosedBehindItsOwnLastLine() throws Exception {
        List<String> lines = new ArrayList<>();
        for (int n = 1; n <= 1_000; n++) {
            lines.add(start(n, 10_000L * n));
            lines.add(n % 10 == 0 ? region(n, 10_000L * n + 1) : atexit(n, 10_000L * n + 1));
        }
        write("events", lines.toArray(String[]::new));
        play(directory);
        assertThat(records).hasSize(1_000);
        assertThat(records)
                .filteredOn(record -> record.outcome() == Outcome.LOST)
                .hasSize(100);
        // Lost when its second was over, in the middle of the file: in the order in which it was known.
        assertThat(records.getFirst().outcome()).isEqualTo(Outcome.EXITED);
        assertThat(records.subList(0, 200)).anyMatch(record -> record.outcome() == Outcome.LOST);
    }

    @Test
    void whatIsNoRecordingIsSkippedAndNamed() throws Exception {
        Path below = Files.createDirectories(directory.resolve("a/b"));
        Files.writeString(below.resolve("README.md"), "# not this\n");
        Files.writeString(below.resolve("empty"), "");
        Files.writeString(below.resolve("git-trace2-discard"), start(9, 0));
        Files.write(below.resolve("binary"), new byte[1 << 20]);
        Files.createSymbolicLink(below.resolve("link"), directory);
        write("a/b/real", start(1, 0), atexit(1, 1_000));
        Played played = play(directory);
        assertThat(records).hasSize(1);
        assertThat(played.files()).isEqualTo(1);
        assertThat(played.skipped())
                .extracting(skipped -> skipped.path().getFileName() + " " + skipped.reason())
                .containsExactly(
                        "README.md NOT_TRACE2",
                        "binary NOT_TRACE2",
                        "empty EMPTY",
                        "git-trace2-discard DISCARD",
                        "link NOT_A_FILE");
        assertThat(counters.get(Counter.EVENTS_RECEIVED)).isEqualTo(2);
    }

    @Test
    void aFileNamedTwiceIsReadOnce() throws Exception {
        Path file = write("one", start(1, 0), region(1, 10), atexit(1, 1_000));
        Files.createLink(directory.resolve("other"), file);
        play(directory, file, directory);
        assertThat(records)
                .singleElement()
                .satisfies(record -> assertThat(record.events()).isEqualTo(3));
    }

    @Test
    void aPathThatIsNotThereIsAnError() {
        assertThatThrownBy(() -> play(directory.resolve("nothing"))).isInstanceOf(NoSuchFileException.class);
    }

    @Test
    void badLinesCostOnlyThemselves() throws Exception {
        String tooLong = region(1, 20).replace("\"index\"", "\"" + "x".repeat(3 * LINE_LIMIT) + "\"");
        String longest = region(1, 30);
        longest = longest.replace("\"index\"", "\"" + "y".repeat(LINE_LIMIT - longest.length() + 6) + "\"");
        assertThat(longest.length()).isEqualTo(LINE_LIMIT + 1);
        write("one", start(1, 0), "garbage\n", "\n", tooLong, longest, region(1, 40), atexit(1, 1_000));
        Path torn = write("torn", start(2, 0), atexit(2, 500), region(2, 1_000));
        String text = Files.readString(torn);
        Files.writeString(torn, text.substring(0, text.length() - 30));
        play(directory);
        assertThat(records).hasSize(2);
        assertThat(counters.get(DropReason.MALFORMED)).isEqualTo(1);
        assertThat(counters.get(DropReason.OVERLONG)).isEqualTo(1);
        assertThat(counters.get(DropReason.TORN)).isEqualTo(1);
        assertThat(records.getFirst().truncated() || records.getLast().truncated())
                .isTrue();
        long dropped =
                counters.dropped().values().stream().mapToLong(Long::longValue).sum();
        assertThat(counters.get(Counter.EVENTS_RECEIVED)).isEqualTo(counters.get(Counter.EVENTS_APPLIED) + dropped);
    }

    @Test
    void aWholeLastLineWithoutItsNewlineCounts() throws Exception {
        Path file = write("one", start(1, 0), atexit(1, 1_000));
        Files.write(file, Files.readString(file).stripTrailing().getBytes(UTF_8), StandardOpenOption.TRUNCATE_EXISTING);
        play(directory);
        assertThat(records).extracting(CommandRecord::outcome).containsExactly(Outcome.EXITED);
    }

    private Played play(Path... paths) throws IOException {
        return new Replay(Settings.DEFAULTS, 1 << 14, 64 << 20, LINE_LIMIT, counters, this::add)
                .play(List.of(paths), (_, _) -> {});
    }

    private void add(FinishedCommand command) {
        records.add(command.record());
    }

    private Path write(String name, String... lines) throws IOException {
        return Files.writeString(directory.resolve(name), String.join("", lines));
    }

    private static String start(int n, long micros) {
        return line("start", n, micros, "\"t_abs\":0.0,\"argv\":[\"git\",\"commit\"]");
    }

    private static String region(int n, long micros) {
        return line("region_enter", n, micros, "\"nesting\":1,\"category\":\"index\"");
    }

    private static String atexit(int n, long micros) {
        return line("atexit", n, micros, "\"t_abs\":0.5,\"code\":0");
    }

    private static String line(String event, int n, long micros, String fields) {
        String time = java.time.LocalDateTime.of(2026, 11, 20, 5, 0)
                .plusNanos(micros * 1_000)
                .format(java.time.format.DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS", Locale.ROOT));
        return String.format(
                Locale.ROOT,
                "{\"event\":\"%s\",\"sid\":\"20261120T050000.%06dZ-H0a7c9cdf-P%08x\",\"thread\":\"main\",\"time\":\"%sZ\",%s}%n",
                event,
                n,
                n,
                time,
                fields);
    }
}
