import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a user waits for each command of the program, from the launcher to its end, on a log of one record.
 * {@code ./taproot bench start}.
 */
final class Start {
    private static final String USAGE = """
            usage: ./taproot bench start [OPTIONS]
              --runs N        runs of each command (11)
              --taproot FILE  another launcher, such as a package's""";

    private static final List<String> COMMANDS = List.of(
            "--version", "log", "show Z-H", "show Z-H --waterfall", "summary", "status", "config show", "log --help");

    private int runs = 11;
    private String launcher = System.getenv("TAPROOT_LAUNCHER");

    public static void main(String[] arguments) throws Exception {
        new Start().measure(arguments);
    }

    private void measure(String[] arguments) throws Exception {
        for (int i = 0; i < arguments.length; i += 2) {
            if (i + 1 == arguments.length || !List.of("--runs", "--taproot").contains(arguments[i])) {
                System.err.println(USAGE);
                System.exit(2);
            }
            if (arguments[i].equals("--runs")) {
                runs = Integer.parseInt(arguments[i + 1]);
            } else {
                launcher = arguments[i + 1];
            }
        }
        Path scratch = Files.createTempDirectory("taproot-start");
        try {
            run(scratch, "exec --state-dir " + scratch.resolve("state") + " -- git --version");
            for (String command : COMMANDS) {
                double[] millis = new double[runs];
                run(scratch, command);
                for (int i = 0; i < runs; i++) {
                    long began = System.nanoTime();
                    run(scratch, command);
                    millis[i] = (System.nanoTime() - began) / 1e6;
                }
                Arrays.sort(millis);
                System.out.printf(
                        "%-22s %4.0f ms median, %.0f to %.0f%n",
                        command, millis[runs / 2], millis[0], millis[runs - 1]);
            }
        } finally {
            try (Stream<Path> files = Files.walk(scratch)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    private void run(Path scratch, String command) throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(List.of(launcher));
        words.addAll(List.of(command.split(" ")));
        ProcessBuilder builder = new ProcessBuilder(words)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().put("TAPROOT_RUNTIME_DIR", scratch.resolve("run").toString());
        builder.environment().put("TAPROOT_STATE_DIR", scratch.resolve("state").toString());
        builder.start().waitFor();
    }
}
