package taproot.normalizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each recording gives the records that stand beside it in {@code expected.jsonl}: a change there is a change of
 * contract. {@code traces/EXPECTED.md} says how they are made.
 */
class ExpectedRecordsTest {
    private static final boolean WRITE = "write".equals(System.getProperty("taproot.expected"));

    static List<Recording> recordings() {
        return Recording.all();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("recordings")
    void aRecordingGivesTheRecordsBesideIt(Recording recording) throws IOException {
        List<String> records = Replay.inRecordedOrder(recording).stream()
                .map(record -> new String(RecordJson.write(record), StandardCharsets.UTF_8))
                .toList();
        if (WRITE) {
            Path source = Path.of("src/test/resources/traces", recording.name(), "expected.jsonl");
            Files.writeString(source, String.join("\n", records) + "\n");
            return;
        }
        Path expected = recording.directory().resolve("expected.jsonl");
        assertThat(expected).exists();
        assertThat(records).isEqualTo(Files.readAllLines(expected));
    }
}
