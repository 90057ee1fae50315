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
 * -Djcstress.millis=60000} for longer than two seconds in each way of compiling.
 */
@Tag("long")
@Timeout(3_600)
class RootsJcstressTest {
    private static final String MILLIS = System.getProperty("jcstress.millis", "2000");

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
    void anyOneAgainstAnyTwoOthers() throws Exception {
        assertNothingWrong(run("Threes"));
    }

    @Test
    void theTwinIsFoundOut() throws Exception {
        assertThat(run("Twin")).anySatisfy((outcome, _) -> assertThat(outcome).startsWith("wrong: "));
    }

    private static void assertNothingWrong(Map<String, Long> observed) {
        assertThat(observed).containsOnlyKeys("right", "right, and they met");
        assertThat(observed.get("right, and they met")).isGreaterThan(20);
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
        // A state is as large as a root and all about it: few at a time, so that the sides meet.
        command.addAll(List.of("-af", "NONE", "-hs", "256", "-strideSize", "16", "-sc", "false"));
        command.addAll(List.of("-m", "quick", "-f", "1", "-fsm", "1", "-iters", "1", "-time", MILLIS, "-v"));
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
