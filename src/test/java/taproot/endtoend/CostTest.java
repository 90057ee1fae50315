package taproot.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/**
 * What an event costs against a C program that only reads, both in the same run and in turns: a ratio, because times mean
 * nothing on somebody else's machine. The margin is wide. It is there for what makes everything twice as dear unseen, a
 * system call for each line or a thread woken for each record; {@code ./taproot bench} is for the rest.
 */
class CostTest {
    /** About 2 when everything is compiled, and 2.5 in the best of three rounds before; what others do only adds to it. */
    private static final double MOST = 5;

    private static final String SPREAD = " +[\\d.]+ \\([^)]*\\)";
    private static final Pattern RATIO =
            Pattern.compile("clients, git status, no trace +\\d+" + SPREAD + SPREAD + " +[\\d.]+ \\(([\\d.]+)[^\\d.)]");

    @Test
    void anEventCostsNoMoreThanAFewTimesWhatReadingItCosts() throws Exception {
        Assumptions.assumeTrue(hasGcc(), "needs gcc");
        String root = System.getenv("TAPROOT_UNDER_TEST");
        Assumptions.assumeTrue(root != null, "needs ./taproot test, which has built what is measured");
        Path launcher = Path.of(String.valueOf(root), "taproot");
        Process bench = new ProcessBuilder(
                        launcher.toString(),
                        "bench",
                        "path",
                        "--rounds",
                        "3",
                        "--commands",
                        "2000",
                        "--warm-up",
                        "30000",
                        "--clients",
                        "8",
                        "--only-short")
                .redirectErrorStream(true)
                .start();
        String table = new String(bench.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(bench.waitFor()).as(table).isZero();
        Matcher ratio = RATIO.matcher(table);
        assertThat(ratio.find()).as(table).isTrue();
        assertThat(Double.parseDouble(ratio.group(1))).as(table).isLessThan(MOST);
    }

    private static boolean hasGcc() {
        for (String directory : System.getenv("PATH").split(":")) {
            if (Files.isExecutable(Path.of(directory, "gcc"))) {
                return true;
            }
        }
        return false;
    }
}
