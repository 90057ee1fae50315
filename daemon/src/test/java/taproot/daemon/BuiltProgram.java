package taproot.daemon;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/**
 * {@code taproot run} as it was built or packaged, and a git that it hears. Another launcher than that of the
 * tree under test, such as one that was installed, is given with {@code -Dtaproot.launcher=FILE}.
 */
public final class BuiltProgram implements AutoCloseable {
    private final Process process;
    private final Path socket;

    private BuiltProgram(Process process, Path socket) {
        this.process = process;
        this.socket = socket;
    }

    /** Where nothing was built the test is none. */
    public static Path launcher() {
        String given = System.getProperty("taproot.launcher");
        String tree = System.getenv("TAPROOT_UNDER_TEST");
        if (given == null && tree == null) {
            return Assumptions.abort("needs ./taproot test, which has built what is tested");
        }
        return given != null ? Path.of(given) : Path.of(tree, "taproot");
    }

    /** @param settings what {@code --set} takes */
    public static BuiltProgram run(Path launcher, Path directory, List<String> settings) throws IOException {
        Path places = Files.createDirectory(directory.resolve("built"));
        List<String> command = new ArrayList<>(List.of(
                launcher.toString(),
                "run",
                "--runtime-dir",
                places.resolve("run").toString(),
                "--state-dir",
                places.resolve("state").toString()));
        settings.forEach(setting -> command.addAll(List.of("--set", setting)));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
        String line = out.readLine();
        if (line == null || !line.startsWith("listening on ")) {
            process.destroyForcibly();
            throw new IOException("expected to be told where it listens, got " + line);
        }
        return new BuiltProgram(process, places.resolve("run/trace2.sock"));
    }

    /** Runs a command of git's to its end. */
    public void git(String argument) throws Exception {
        ProcessBuilder git = new ProcessBuilder("git", argument).redirectOutput(ProcessBuilder.Redirect.DISCARD);
        git.environment().put("GIT_TRACE2_EVENT", "af_unix:stream:" + socket);
        if (git.start().waitFor() != 0) {
            throw new IOException("git " + argument + " failed");
        }
    }

    public long pid() {
        return process.pid();
    }

    /** SIGTERM, and its exit status. */
    public int terminate() throws InterruptedException {
        process.destroy();
        return process.waitFor();
    }

    @Override
    public void close() throws InterruptedException {
        process.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
    }
}
