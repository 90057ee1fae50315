package taproot;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import taproot.daemon.metrics.Counter;
import taproot.normalizer.DropReason;

/** Holds the README's tables against the enums that they are made from. */
class ReadmeTest {
    private static final Path README = Path.of("..", "README.md");

    @Test
    void everyDropReasonStandsInTheReadme() throws Exception {
        assertThat(between("drops"))
                .endsWith(Arrays.stream(DropReason.values())
                        .map(reason -> "| `" + reason.wire() + "` | " + reason.meaning() + " |\n")
                        .collect(Collectors.joining("", "|---|---|\n", "")));
    }

    @Test
    void everyCounterStandsInTheReadme() throws Exception {
        assertThat(between("counters"))
                .endsWith(Arrays.stream(Counter.values())
                        .map(counter -> "| `" + counter.wire() + "` | " + counter.meaning() + " |\n")
                        .collect(Collectors.joining("", "|---|---|\n", "")));
    }

    private static String between(String table) throws Exception {
        String text = Files.readString(README);
        String start = "<!-- " + table + ":start -->\n";
        return text.substring(text.indexOf(start) + start.length(), text.indexOf("<!-- " + table + ":end -->"));
    }
}
