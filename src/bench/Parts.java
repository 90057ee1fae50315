import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.ToolProvider;

/**
 * What the parts cost by themselves, by JMH, which Maven fetches when they are first asked for. They are compiled here,
 * into the packages they measure; the program's build knows nothing of them.
 */
final class Parts implements Bench.Part {
    private static final Path SOURCES = Lab.HERE.resolve("parts");
    private static final Path TARGET = Lab.HERE.resolveSibling("target").resolve("bench");

    @Override
    public String about() {
        return "prefix scan, decoding, normalizer, JSON, compression, log, each by itself (JMH, which Maven fetches)";
    }

    @Override
    public void measure(Lab lab, Bench.Options options) throws Exception {
        Path jars = TARGET.resolve("jmh");
        fetch(jars);
        String classPath = System.getProperty("java.class.path") + jarsIn(jars);
        Path classes = Files.createDirectories(TARGET.resolve("parts"));
        compile(classPath, classes);
        List<String> flags = new ArrayList<>(List.of(System.getenv()
                .getOrDefault("TAPROOT_JVM_FLAGS", "-XX:+UseSerialGC")
                .strip()
                .split("\\s+")));
        flags.add("-Dtaproot.recording=" + lab.recording("commit.jsonl"));
        Report.title("parts                        B allocated        ns (fastest–slowest half second)");
        List<String> command = Lab.join(
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        classes + ":" + classPath,
                        "taproot.bench.PartsRun"),
                flags);
        if (new ProcessBuilder(command).inheritIO().start().waitFor() != 0) {
            throw new IllegalStateException("the parts could not be measured");
        }
    }

    private static void fetch(Path jars) throws IOException, InterruptedException {
        Path pom = Lab.HERE.resolve("pom.xml");
        if (Files.exists(jars)
                && Files.getLastModifiedTime(jars).compareTo(Files.getLastModifiedTime(pom)) > 0
                && !jarsIn(jars).isEmpty()) {
            return;
        }
        int status = new ProcessBuilder(
                        "mvn",
                        "-B",
                        "-q",
                        "-f",
                        pom.toString(),
                        "dependency:copy-dependencies",
                        "-DincludeScope=runtime",
                        "-DoutputDirectory=" + jars)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start()
                .waitFor();
        if (status != 0 || !Files.exists(jars)) {
            throw new IllegalStateException("needs JMH, and Maven could not fetch it");
        }
    }

    private static String jarsIn(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(Path::toString)
                    .filter(file -> file.endsWith(".jar"))
                    .map(file -> ":" + file)
                    .collect(Collectors.joining());
        }
    }

    private static void compile(String classPath, Path classes) throws IOException {
        List<String> arguments = new ArrayList<>(
                List.of("-nowarn", "-d", classes.toString(), "-cp", classPath, "-processorpath", classPath));
        try (Stream<Path> files = Files.walk(SOURCES)) {
            files.map(Path::toString).filter(file -> file.endsWith(".java")).forEach(arguments::add);
        }
        if (ToolProvider.getSystemJavaCompiler().run(null, null, null, arguments.toArray(String[]::new)) != 0) {
            throw new IllegalStateException("the benchmarks of the parts could not be compiled");
        }
    }
}
