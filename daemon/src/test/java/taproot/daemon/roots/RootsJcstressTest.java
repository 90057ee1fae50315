package taproot.daemon.roots;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs {@link RootsJcstress} and holds it to what it observed. By itself: {@code mvn -pl daemon -am test
 * -Dtest=RootsJcstressTest -Dtest.excluded.groups=none -Dsurefire.failIfNoSpecifiedTests=false}; with {@code
 * -Djcstress.seconds=60} for longer than the five seconds in each way of compiling.
 */
@Tag("long")
@Timeout(3_600)
class RootsJcstressTest {
    private static final String SECONDS = System.getProperty("jcstress.seconds", "5");

    /** A line of the tables that jcstress prints: what was observed, how often, and how it is judged. */
    private static final Pattern OBSERVED = Pattern.compile(
            "^ +(right|right, and they met|wrong: .*?) +([\\d,]+) +[<>]?[\\d.]+% +(\\w+)", Pattern.MULTILINE);

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    @Test
    void anyTwoAtTheSameInstant() throws Exception {
        assertNothingWrong(run("Twos"));
    }

    @Test
    void anyThreeAtTheSameInstant() throws Exception {
        assertNothingWrong(run("Threes"));
    }

    @Test
    void theTwinIsFoundOut() throws Exception {
        assertThat(run("Twin")).anySatisfy((outcome, _) -> assertThat(outcome).startsWith("wrong: "));
    }

    private static void assertNothingWrong(Map<String, Long> observed) {
        assertThat(observed).containsOnlyKeys("right", "right, and they met");
        assertThat(observed.get("right, and they met")).isGreaterThan(100);
    }

    /** How often each outcome was observed. */
    private Map<String, Long> run(String test) throws Exception {
        Path output = directory.resolve("output");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                "org.openjdk.jcstress.Main"));
        command.addAll(List.of("-t", "RootsJcstress." + test + "$", "-r", directory.toString()));
        // Three sides on two processors too; a state here is as large as a root and all about it.
        command.addAll(List.of("-c", "4", "-af", "NONE", "-spinStyle", "THREAD_YIELD", "-hs", "256"));
        command.addAll(List.of("-f", "1", "-iters", "1", "-time", SECONDS + "s", "-v"));
        Process jcstress = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        int exit = jcstress.waitFor();
        String said = Files.readString(output, StandardCharsets.UTF_8);
        Map<String, Long> observed = new TreeMap<>();
        Matcher line = OBSERVED.matcher(said);
        while (line.find()) {
            observed.merge(line.group(1), Long.parseLong(line.group(2).replace(",", "")), Long::sum);
        }
        System.out.printf("jcstress %s: %s%n", test, observed);
        assertThat(observed).as("exit %d%n%s", exit, said).isNotEmpty();
        return observed;
    }
}
