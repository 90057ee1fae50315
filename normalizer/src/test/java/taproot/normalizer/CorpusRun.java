package taproot.normalizer;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Plays a directory of recorded streams, {@code <scenario>/<one file per process>}, through the normalizer and compares
 * every record with the stream of its own process: argv, code, duration. Holds the whole directory in memory.
 *
 * <p>Run as a program it takes the directory as its argument and says what it found.
 */
final class CorpusRun {
    /** In which order the connections of one scenario are read. */
    enum Order {
        /** Every line when it was written. */
        RECORDED,
        /** One connection after the other, in the order of their names. */
        SEQUENTIAL,
        /** At random, all at once. */
        SHUFFLED
    }

    /** What came out of one pass over the corpus. */
    static final class Report {
        int processes;
        long lines;
        int records;
        int detached;
        int late;
        int emptySecondLives;
        long live;
        final Map<Outcome, Integer> outcomes = new TreeMap<>();
        final Map<String, Integer> dropped = new TreeMap<>();
        final List<String> deviations = new ArrayList<>();
        long nanos;

        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "%d processes, %d lines: %d records %s, %d detached, %d late, %d empty second lives,"
                            + " dropped %s, live %d, %d deviations, %.0f ns a line",
                    processes,
                    lines,
                    records,
                    outcomes,
                    detached,
                    late,
                    emptySecondLives,
                    dropped,
                    live,
                    deviations.size(),
                    (double) nanos / lines);
        }
    }

    private final Path directory;

    CorpusRun(Path directory) {
        if (!Files.isDirectory(directory)) {
            throw new IllegalArgumentException("expected the directory of the unpacked corpus, came " + directory
                    + ", which is none: unpack git-test-suite.tar.zst there");
        }
        this.directory = directory;
    }

    Report run(Order order) {
        Report report = new Report();
        try (Stream<Path> scripts = Files.list(directory)) {
            for (Path script : scripts.filter(Files::isDirectory).sorted().toList()) {
                run(Recording.read(script), order, report);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return report;
    }

    private static void run(Recording recording, Order order, Report report) {
        List<Recording.ProcessStream> streams = recording.streams();
        List<Arrivals.Arrival> arrivals = switch (order) {
            case RECORDED -> Arrivals.asRecorded(streams);
            case SEQUENTIAL -> Arrivals.atOnce(Arrivals.oneAfterTheOther(streams));
            case SHUFFLED -> Arrivals.shuffled(streams, new Random(streams.size()));
        };
        Replay replay = new Replay(Settings.DEFAULTS);
        long began = System.nanoTime();
        replay.play(arrivals).runOut();
        report.nanos += System.nanoTime() - began;
        report.processes += streams.size();
        report.emptySecondLives += replay.emptySecondLives;
        report.live += replay.live();
        replay.dropped.forEach((reason, n) -> report.dropped.merge(reason, n, Integer::sum));
        Map<String, OwnWords> words = new HashMap<>();
        for (Recording.ProcessStream stream : streams) {
            report.lines += stream.lines().size();
            OwnWords own = OwnWords.of(stream);
            words.put(own.sid(), own);
        }
        for (CommandRecord record : replay.records()) {
            report.records++;
            report.detached += record.detached() ? 1 : 0;
            report.late += record.late() ? 1 : 0;
            report.outcomes.merge(record.outcome(), 1, Integer::sum);
            OwnWords own = words.get(record.sid());
            String deviation = own == null ? "no such process" : own.deviation(record);
            if (deviation != null) {
                report.deviations.add(recording.name() + " " + record.key() + ": " + deviation);
            }
        }
    }

    /** What one process's stream says of it, read without the normalizer. */
    private record OwnWords(
            String sid, List<?> argv, @Nullable Object code, double tAbs) {

        static OwnWords of(Recording.ProcessStream stream) {
            String sid = "";
            List<?> argv = List.of();
            Object code = null;
            double tAbs = -1;
            boolean over = false;
            for (Recording.TimedLine line : stream.lines()) {
                Map<String, Object> fields = Json.fields(new String(line.bytes(), StandardCharsets.UTF_8));
                sid = String.valueOf(fields.get("sid"));
                switch (String.valueOf(fields.get("event"))) {
                    case "start" -> argv = (List<?>) fields.getOrDefault("argv", List.of());
                    case "exit", "signal", "atexit" -> {
                        if (!over) {
                            code = fields.get("code");
                            tAbs = ((Number) fields.getOrDefault("t_abs", -1)).doubleValue();
                            over = "atexit".equals(fields.get("event"));
                        }
                    }
                    default -> {}
                }
            }
            return new OwnWords(sid, argv, code, tAbs);
        }

        @Nullable
        String deviation(CommandRecord record) {
            if (!record.argv().equals(argv)) {
                return "argv " + record.argv() + ", its stream says " + argv;
            }
            if (record.outcome() == Outcome.EXITED || record.outcome() == Outcome.SIGNALED) {
                if (tAbs < 0) {
                    // Ended as another process, by exec.
                    return null;
                }
                Long said = code == null ? null : ((Number) code).longValue();
                Long recorded = record.exitCode() == null ? null : (long) record.exitCode();
                if (!Objects.equals(said, recorded)) {
                    return "exit code " + recorded + ", its stream says " + said;
                }
                if (record.durationUs() == null || record.durationUs() != Math.round(tAbs * 1e6)) {
                    return "duration " + record.durationUs() + ", its stream says " + tAbs;
                }
                return null;
            }
            return tAbs < 0 ? null : record.outcome() + ", its stream says that it ended after " + tAbs + " s";
        }
    }

    public static void main(String... args) {
        PrintStream out = System.out;
        CorpusRun corpus = new CorpusRun(Path.of(args[0]));
        for (Order order : Order.values()) {
            Report report = corpus.run(order);
            out.println(order + ": " + report);
            report.deviations.forEach(out::println);
        }
    }
}
