package taproot.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a daemon as its launcher starts it has loaded when it listens; each of these took a tenth of that time. */
class StartedClassesTest {
    @TempDir
    private Path directory;

    @Test
    void theDaemonStartsWithoutTheLibraryOfTheCommandLineAndWithoutBigNumbers() throws Exception {
        String root = System.getenv("TAPROOT_UNDER_TEST");
        Assumptions.assumeTrue(root != null, "needs ./taproot test, which has built what is started");
        Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        Assumptions.assumeTrue(Files.exists(jcmd), "needs a JDK with " + jcmd);
        Process daemon = new ProcessBuilder(
                        Path.of(String.valueOf(root), "taproot").toString(),
                        "run",
                        "--runtime-dir",
                        directory.resolve("run").toString(),
                        "--state-dir",
                        directory.resolve("state").toString())
                .redirectError(directory.resolve("stderr").toFile())
                .start();
        try (BufferedReader out = daemon.inputReader(StandardCharsets.UTF_8)) {
            assertThat(out.readLine())
                    .as(Files.readString(directory.resolve("stderr")))
                    .startsWith("listening on ");
            List<String> classes = classes(jcmd, daemon.pid());
            assertThat(classes).hasSizeGreaterThan(1_000);
            assertThat(classes).noneMatch(line -> line.contains(" picocli."));
            assertThat(classes)
                    .noneMatch(line ->
                            line.contains("fully_initialized") && line.strip().endsWith(" java.math.BigDecimal"));
        } finally {
            daemon.destroy();
            assertThat(daemon.waitFor(30, TimeUnit.SECONDS)).isTrue();
        }
    }

    private static List<String> classes(Path jcmd, long pid) throws Exception {
        Process asking = new ProcessBuilder(jcmd.toString(), Long.toString(pid), "VM.classes")
                .redirectErrorStream(true)
                .start();
        try (BufferedReader lines = asking.inputReader(StandardCharsets.UTF_8)) {
            return lines.lines().toList();
        }
    }
}
