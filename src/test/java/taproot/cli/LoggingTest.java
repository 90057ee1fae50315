package taproot.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs a program of its own for each form, since a JVM has one stderr. */
class LoggingTest {
    @TempDir
    Path directory;

    /** What is run. */
    static final class Program {
        private Program() {}

        public static void main(String[] args) {
            Logging.begin();
            Logger log = LoggerFactory.getLogger("taproot.daemon.Daemon");
            log.debug("too much");
            log.info("listening");
            log.warn("full");
            log.error("failed", new IllegalStateException("first\nsecond", new IOException("third")));
            LoggerFactory.getLogger("io.netty.channel").info("too much");
            LoggerFactory.getLogger("reactor.netty").warn("slow");
        }
    }

    @Test
    void aTerminalGetsOneReadableLineAnEvent() throws Exception {
        List<String> lines = run(Map.of("JOURNAL_STREAM", "1:1"));
        assertThat(lines).hasSize(4);
        assertThat(lines.get(0)).matches("\\d\\d:\\d\\d:\\d\\d\\.\\d{3} INFO  listening");
        assertThat(lines.get(1)).matches("\\S+ WARN  full");
        assertThat(lines.get(2))
                .contains("ERROR failed | java.lang.Ill")
                .contains("IllegalStateException: first | second | at taproot.cli.LoggingTest")
                .contains("Caused by: java.io.IOException: third");
        assertThat(lines.get(3)).endsWith("WARN  slow");
    }

    @Test
    void journaldGetsPrioritiesInsteadOfTimes() throws Exception {
        Path stderr = Files.createFile(directory.resolve("stderr"));
        String stream = Files.getAttribute(stderr, "unix:dev") + ":" + Files.getAttribute(stderr, "unix:ino");
        List<String> lines = run(Map.of("JOURNAL_STREAM", stream));
        assertThat(lines).hasSize(4).startsWith("<6>listening", "<4>full").endsWith("<4>slow");
        assertThat(lines.get(2)).startsWith("<3>failed").contains(" | at ");
    }

    @Test
    void whoeverNamesAFileOfLogbacksHasThat() throws Exception {
        assertThat(run(Map.of("JDK_JAVA_OPTIONS", "-Dlogback.configurationFile=logback-test.xml")))
                .contains("WARN Daemon full")
                .noneMatch(line -> line.contains("listening"));
    }

    @Test
    void aStreamThatWasInheritedIsNotOurs() throws IOException {
        Path stderr = Files.createFile(directory.resolve("other"));
        assertThat(Logging.isJournal("1:1", stderr)).isFalse();
        assertThat(Logging.isJournal("", stderr)).isFalse();
        assertThat(Logging.isJournal(null, stderr)).isFalse();
        assertThat(Logging.isJournal("1:1", directory.resolve("none"))).isFalse();
    }

    private List<String> run(Map<String, String> environment) throws IOException, InterruptedException {
        Path stderr = directory.resolve("stderr");
        ProcessBuilder program = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Program.class.getName())
                .redirectError(ProcessBuilder.Redirect.appendTo(stderr.toFile()))
                .redirectOutput(ProcessBuilder.Redirect.DISCARD);
        program.environment().putAll(environment);
        assertThat(program.start().waitFor()).isZero();
        return Files.readAllLines(stderr);
    }
}
