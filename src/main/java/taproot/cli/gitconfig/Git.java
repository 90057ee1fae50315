package taproot.cli.gitconfig;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import taproot.cli.terminal.CommandFailedException;
import taproot.cli.terminal.ExitStatus;

/**
 * The git of the user, run by us: untraced unless told otherwise, outside of every repository but one named, and with none of the
 * variables that a git around us has set for its own children.
 */
public final class Git {
    /** Where its configuration is; what the user's own git heeds too. */
    private static final Set<String> KEPT = Set.of(
            "GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM", "GIT_EXEC_PATH", "GIT_SSL_NO_VERIFY");

    private static final long PATIENCE_SECONDS = 30;

    private static final Map<String, String> UNTRACED =
            Map.of("GIT_TRACE2_EVENT", "0", "GIT_TRACE2", "0", "GIT_TRACE2_PERF", "0");

    private final Map<String, String> environment;

    public Git(Map<String, String> environment) {
        this.environment = environment;
    }

    /** What is left of a git that we ran. */
    public record Ran(int status, String out, String err) {}

    /** Runs it without a trace of it. */
    public Ran run(List<String> arguments) throws CommandFailedException {
        return run(null, arguments, UNTRACED);
    }

    /** Runs it without a trace of it, in the repository that is there. */
    public Ran runIn(Path directory, List<String> arguments) throws CommandFailedException {
        return run(directory, arguments, UNTRACED);
    }

    /** Runs it as the user would, where the variables that say what is traced are concerned. */
    public Ran runTraced(List<String> arguments, Map<String, String> more) throws CommandFailedException {
        return run(null, arguments, more);
    }

    private Ran run(@Nullable Path directory, List<String> arguments, Map<String, String> more)
            throws CommandFailedException {
        List<String> words = new ArrayList<>(List.of(program()));
        words.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(words);
        Map<String, String> variables = builder.environment();
        variables.clear();
        environment.forEach((name, value) -> {
            if (!name.startsWith("GIT_") || KEPT.contains(name) || name.startsWith("GIT_TRACE2")) {
                variables.put(name, value);
            }
        });
        if (directory == null) {
            variables.put("GIT_DIR", "/nonexistent"); // No repository has a say in any of this.
        } else {
            builder.directory(directory.toFile());
        }
        variables.put("LC_ALL", "C");
        variables.putAll(more);
        try {
            Process process = builder.redirectInput(
                            ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                    .start();
            // Neither says more than a pipe holds.
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new CommandFailedException(
                        ExitStatus.FAILED,
                        "git " + String.join(" ", arguments) + " did not end within " + PATIENCE_SECONDS + " s");
            }
            return new Ran(process.exitValue(), text(process.getInputStream()), text(process.getErrorStream()));
        } catch (IOException e) {
            throw new CommandFailedException(ExitStatus.FAILED, "git cannot be run: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailedException(ExitStatus.FAILED, "interrupted while git ran", e);
        }
    }

    /** Looked for in the PATH of whoever is served, not in that of this process. */
    private String program() throws CommandFailedException {
        for (String directory : environment.getOrDefault("PATH", "").split(":", -1)) {
            Path git = Path.of(directory.isEmpty() ? "." : directory, "git");
            if (Files.isExecutable(git) && !Files.isDirectory(git)) {
                return git.toString();
            }
        }
        throw new CommandFailedException(ExitStatus.FAILED, "git cannot be run: there is none in PATH");
    }

    private static String text(InputStream stream) throws IOException {
        try (stream) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
