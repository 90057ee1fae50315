package taproot.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import taproot.daemon.BuiltProgram;

/** What a daemon as its launcher starts it has loaded when it listens; each of these took a tenth of that time. */
class StartedClassesTest {
    @TempDir
    private Path directory;

    @Test
    void theDaemonStartsWithoutTheLibraryOfTheCommandLineAndWithoutBigNumbers() throws Exception {
        Path launcher = BuiltProgram.launcher();
        Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        Assumptions.assumeTrue(Files.exists(jcmd), "needs a JDK with " + jcmd);
        try (BuiltProgram daemon = BuiltProgram.run(launcher, directory, List.of())) {
            List<String> classes = classes(jcmd, daemon.pid());
            assertThat(classes).hasSizeGreaterThan(1_000);
            assertThat(classes).noneMatch(line -> line.contains(" picocli."));
            assertThat(classes)
                    .noneMatch(line ->
                            line.contains("fully_initialized") && line.strip().endsWith(" java.math.BigDecimal"));
            assertThat(daemon.terminate()).isZero();
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
