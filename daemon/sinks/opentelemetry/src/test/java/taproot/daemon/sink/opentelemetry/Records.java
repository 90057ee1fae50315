package taproot.daemon.sink.opentelemetry;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import taproot.daemon.sink.Batch;
import taproot.daemon.sink.SinkRecord;
import taproot.normalizer.CommandRecord;
import taproot.normalizer.RecordJson;

/** Records of real git commands: those that the recorded streams are expected to give. */
final class Records {
    private static final Path RECORDINGS = Path.of("../../../normalizer/src/test/resources/traces");

    private Records() {}

    /** Every expected record of every recording. */
    static List<CommandRecord> all() throws IOException {
        List<CommandRecord> records = new ArrayList<>();
        try (Stream<Path> files = Files.walk(RECORDINGS)) {
            for (Path file : files.filter(path -> path.endsWith("expected.jsonl"))
                    .sorted()
                    .toList()) {
                records.addAll(of(file));
            }
        }
        return records;
    }

    /** Those of one recording. */
    static List<CommandRecord> of(String recording) throws IOException {
        try (Stream<Path> files = Files.walk(RECORDINGS)) {
            return of(files.filter(path -> path.endsWith(Path.of(recording, "expected.jsonl")))
                    .sorted()
                    .findFirst()
                    .orElseThrow());
        }
    }

    private static List<CommandRecord> of(Path file) throws IOException {
        List<CommandRecord> records = new ArrayList<>();
        for (String line : Files.readAllLines(file)) {
            records.add(RecordJson.read(line.getBytes(StandardCharsets.UTF_8)).record());
        }
        return records;
    }

    /** The raw lines of one recording. */
    static byte[] lines(String recording) {
        try (Stream<Path> files = Files.walk(RECORDINGS)) {
            Path expected = files.filter(path -> path.endsWith(Path.of(recording, "expected.jsonl")))
                    .sorted()
                    .findFirst()
                    .orElseThrow();
            StringBuilder lines = new StringBuilder();
            try (Stream<Path> streams = Files.walk(expected.getParent())) {
                for (Path stream : streams.filter(path -> Files.isRegularFile(path) && !path.endsWith("expected.jsonl"))
                        .toList()) {
                    lines.append(Files.readString(stream));
                }
            }
            return lines.toString().getBytes(StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Batch batch(int attempt, List<CommandRecord> records) {
        return batch(attempt, 1, records);
    }

    /** The same, with seqs from {@code first} on. */
    static Batch batch(int attempt, long first, List<CommandRecord> records) {
        return new Batch(
                new Batch.Id("installation", "log", "team", first, first + records.size() - 1, 0, 1, 0),
                attempt,
                attempt > 1,
                IntStream.range(0, records.size())
                        .mapToObj(i -> new SinkRecord(
                                first + i, records.get(i).key(), RecordJson.write(records.get(i)), records.get(i)))
                        .toList());
    }
}
