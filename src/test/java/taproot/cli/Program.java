package taproot.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** The program in a process of its own, as the launcher starts it, with its output in files. */
public final class Program {
    private static final long PATIENCE_SECONDS = 60;

    private final Process process;
    private final Path out;
    private final Path err;

    private Program(Process process, Path out, Path err) {
        this.process = process;
        this.out = out;
        this.err = err;
    }

    /** What is left of it. */
    public record Ended(int status, String out, String err) {}

    public static List<String> commandLine(String... arguments) {
        List<String> words = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                "taproot.cli.Main"));
        words.addAll(List.of(arguments));
        return words;
    }

    /** A shell line in which the program is {@code "$@"}, or {@code taproot ARGUMENTS}. */
    public static Program shell(Path directory, String line) throws IOException {
        List<String> words = new ArrayList<>(
                List.of("bash", "-c", "taproot() { \"${T[@]}\" \"$@\"; }; T=(\"$@\"); " + line, "bash"));
        words.addAll(commandLine());
        return start(directory, words);
    }

    public static Program taproot(Path directory, String... arguments) throws IOException {
        return start(directory, commandLine(arguments));
    }

    /** Signals that whoever started the tests ignores (a shell ignores INT for its background jobs) count here. */
    private static List<String> withDefaultSignals(List<String> words) {
        List<String> all = new ArrayList<>(List.of("env", "--default-signal"));
        all.addAll(words);
        return all;
    }

    private static Program start(Path directory, List<String> words) throws IOException {
        Path out = Files.createTempFile(directory, "out", "");
        Path err = Files.createTempFile(directory, "err", "");
        ProcessBuilder builder = new ProcessBuilder(withDefaultSignals(words))
                .directory(directory.toFile())
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().put("HOME", directory.toString());
        builder.environment().put("GIT_CONFIG_NOSYSTEM", "1");
        builder.environment().put("GIT_AUTHOR_NAME", "A");
        builder.environment().put("GIT_AUTHOR_EMAIL", "a@example.org");
        builder.environment().put("GIT_COMMITTER_NAME", "A");
        builder.environment().put("GIT_COMMITTER_EMAIL", "a@example.org");
        return new Program(builder.start(), out, err);
    }

    public Process process() {
        return process;
    }

    public String out() throws IOException {
        return text(out);
    }

    public String err() throws IOException {
        return text(err);
    }

    /** What is not UTF-8 becomes U+FFFD. */
    private static String text(Path file) throws IOException {
        return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    }

    public Ended end() throws IOException, InterruptedException {
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("still running after " + PATIENCE_SECONDS + " s: " + out() + err());
        }
        return new Ended(process.exitValue(), out(), err());
    }

    /** The text with every time replaced, and the padding before it. */
    public static String normalised(String text) {
        return Pattern.compile("(?m)^ *\\d+\\.\\d{3} +[\\d.]+ m?s ")
                .matcher(text)
                .replaceAll("T D ")
                .replaceAll("[\\d.]+ m?s of [\\d.]+ m?s", "D of D");
    }
}
