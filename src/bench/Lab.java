import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Where measurements are made: compiles the C programs, starts and stops what is measured and what loads it, and reads
 * from the kernel what it cost. Everything that it made is gone when it is closed.
 */
final class Lab implements AutoCloseable {
    static final Path HERE = Path.of(System.getProperty("jdk.launcher.sourcefile", "src/bench/Bench.java"))
            .toAbsolutePath()
            .getParent();
    static final String LAUNCHER = System.getenv().getOrDefault("TAPROOT_LAUNCHER", "./taproot");

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** One step of what the kernel counts in so long is idleness. */
    private static final double IDLE_SECONDS = 0.3;

    private static final double IDLE_MICROS = 10_000;

    private final Path programs = HERE.resolveSibling("target").resolve("bench");
    private final Path scratch;
    private final List<Process> running = new ArrayList<>();
    private final List<String> run;

    /** @param run further arguments of {@code taproot run} */
    Lab(List<String> run) throws Exception {
        this.run = run;
        compile("floor", "floor.c");
        compile("generate", "generate.c", "recording.c", "recording.h");
        compile("turns", "turns.c");
        scratch = Files.createTempDirectory("taproot-bench");
        Runtime.getRuntime().addShutdownHook(new Thread(this::cleanUp));
        makeRepository();
    }

    /** Something that listens. */
    record Listener(Process process, Path socket, Path runtime) {
        /** User and system time of all threads, those that have ended included, in steps of 10 ms. */
        double cpuMicros() throws IOException {
            String stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) * 10_000.0;
        }

        /** A line of its status in {@code /proc}, such as VmHWM, in kilobytes. */
        long kilobytes(String name) throws IOException {
            Matcher matcher = Pattern.compile(name + ":\\s+(\\d+) kB")
                    .matcher(Files.readString(Path.of("/proc/" + process.pid() + "/status")));
            return matcher.find() ? Long.parseLong(matcher.group(1)) : 0;
        }

        /** Bytes it has handed to the kernel to be written, to files and, hardly any, to sockets. */
        long bytesWritten() throws IOException {
            Matcher matcher = Pattern.compile("wchar: (\\d+)")
                    .matcher(Files.readString(Path.of("/proc/" + process.pid() + "/io")));
            return matcher.find() ? Long.parseLong(matcher.group(1)) : 0;
        }

        boolean isTaproot() {
            return Files.exists(runtime.resolve("control.sock"));
        }

        /** Returns when everything that was sent is committed. */
        void barrier() throws IOException {
            String answer = request("POST /v1/barrier?timeout=60s");
            if (!answer.startsWith("HTTP/1.1 200")) {
                throw new IOException(
                        "the barrier did not answer 200 but: " + answer.lines().findFirst());
            }
        }

        /** The events it says it has received. */
        long received() throws IOException {
            return count("received");
        }

        /** A number of its status. */
        long count(String name) throws IOException {
            Matcher matcher = Pattern.compile("\"" + name + "\":(\\d+)").matcher(request("GET /v1/status"));
            return matcher.find() ? Long.parseLong(matcher.group(1)) : 0;
        }

        /** Returns when it takes no CPU time any more: what was to be compiled is compiled. The seconds it waited too long. */
        double awaitIdle() throws IOException, InterruptedException {
            double before;
            do {
                before = cpuMicros();
                Thread.sleep((long) (IDLE_SECONDS * 1000));
            } while (cpuMicros() - before > IDLE_MICROS);
            return IDLE_SECONDS;
        }

        String request(String request) throws IOException {
            try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
                channel.connect(UnixDomainSocketAddress.of(runtime.resolve("control.sock")));
                String text = request + " HTTP/1.1\r\nHost: taproot\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
                channel.write(ByteBuffer.wrap(text.getBytes(UTF_8)));
                return new String(Channels.newInputStream(channel).readAllBytes(), UTF_8);
            }
        }

        /** What a JVM says to a command of {@code jcmd}. */
        String jcmd(String... command) throws Exception {
            List<String> words = new ArrayList<>(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(), "" + process.pid()));
            words.addAll(List.of(command));
            Process jcmd = new ProcessBuilder(words).redirectErrorStream(true).start();
            String answer = new String(jcmd.getInputStream().readAllBytes(), UTF_8);
            jcmd.waitFor();
            return answer;
        }

        /** Bytes that all live threads have ever allocated. */
        long allocatedBytes() throws Exception {
            Matcher matcher = Pattern.compile("allocated=([\\d.]+)([BKMG])").matcher(jcmd("Thread.print", "-e"));
            double sum = 0;
            while (matcher.find()) {
                sum += Double.parseDouble(matcher.group(1)) * Math.pow(1024, "BKMG".indexOf(matcher.group(2)));
            }
            return (long) sum;
        }
    }

    // --- starting and stopping ---------------------------------------------------------------------------------------

    Listener startFloor() throws Exception {
        Path socket = directory("floor").resolve("sock");
        Process process = start(List.of(programs.resolve("floor").toString(), socket.toString()), "floor.log");
        Listener floor = new Listener(process, socket, scratch.resolve("none"));
        awaitListening(floor);
        return floor;
    }

    /** Stops a floor: what it counted, and the CPU time it took. */
    Map<String, Long> stopFloor(Listener floor) throws Exception {
        stop(floor);
        return parse(Files.readString(scratch.resolve("floor.log")));
    }

    Listener startTaproot(String... more) throws Exception {
        Path runtime = Files.createTempDirectory(scratch, "run");
        return startTaproot(runtime, runtime.resolve("state"), more);
    }

    Listener startTaproot(Path runtime, Path state, String... more) throws Exception {
        List<String> command = join(
                List.of(LAUNCHER, "run", "--runtime-dir", runtime.toString(), "--state-dir", state.toString()),
                List.of(more),
                run);
        Listener taproot = new Listener(start(command, "taproot.log"), runtime.resolve("trace2.sock"), runtime);
        awaitListening(taproot);
        while (!accepts(runtime.resolve("control.sock"))) {
            Thread.sleep(2);
        }
        return taproot;
    }

    /** Starts a program that will listen on the socket, and waits until it does. */
    Listener startOther(List<String> command, Path socket) throws Exception {
        Listener other = new Listener(start(command, "other.log"), socket, scratch.resolve("none"));
        awaitListening(other);
        return other;
    }

    void stop(Listener listener) throws InterruptedException {
        stop(listener.process);
    }

    private void stop(Process process) throws InterruptedException {
        process.destroy();
        process.waitFor();
        running.remove(process);
    }

    Path directory(String name) throws IOException {
        return Files.createTempDirectory(scratch, name);
    }

    /** A repository, as far as anybody looks who only wants to know where it is. */
    Path repository() {
        return scratch.resolve("repository");
    }

    private void makeRepository() throws IOException {
        Path git = repository().resolve(".git");
        Files.createDirectories(git.resolve("objects"));
        Files.createDirectories(git.resolve("refs"));
        Files.writeString(git.resolve("HEAD"), "ref: refs/heads/main\n");
    }

    /** A recorded command, moved to a repository that exists here: otherwise each would be looked for anew. */
    Path recording(String name) throws IOException {
        Path moved = scratch.resolve(name);
        if (!Files.exists(moved)) {
            move(HERE.resolve(name), moved);
        }
        return moved;
    }

    /** The same for a directory of directories of recorded processes. */
    Path recordings(Path directory) throws IOException {
        Path moved = Files.createTempDirectory(scratch, "recordings");
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path target = moved.resolve(directory.relativize(file).toString());
                Files.createDirectories(target.getParent());
                move(file, target);
            }
        }
        return moved;
    }

    /** Byte by byte a character: what git writes is not always UTF-8. */
    private void move(Path recorded, Path target) throws IOException {
        Files.writeString(
                target,
                Files.readString(recorded, ISO_8859_1)
                        .replaceAll("\"worktree\":\"[^\"]*\"", "\"worktree\":\"" + repository() + "\""),
                ISO_8859_1);
    }

    /** The load, until it has sent everything: what it sent. */
    Map<String, Long> generate(Path socket, List<String> arguments) throws Exception {
        Process generator = startGenerating(socket, arguments);
        int status = generator.waitFor();
        running.remove(generator);
        String output = Files.readString(scratch.resolve("generate.log"));
        if (status != 0) {
            throw new IllegalStateException("the load ended with " + status + ": " + output);
        }
        return parse(output);
    }

    /** The load, for as long as it takes. */
    Process startGenerating(Path socket, List<String> arguments) throws IOException {
        return start(
                join(
                        List.of(programs.resolve("generate").toString()),
                        List.of("--socket", socket.toString()),
                        arguments),
                "generate.log");
    }

    void endGenerating(Process generator) throws InterruptedException {
        stop(generator);
    }

    /** The C program of this name. */
    Path program(String name) {
        return programs.resolve(name);
    }

    private Process start(List<String> command, String log) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(scratch.resolve(log).toFile());
        builder.environment().put("GIT_TRACE2_EVENT", "0");
        Process process = builder.start();
        running.add(process);
        return process;
    }

    private void awaitListening(Listener listener) throws Exception {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!accepts(listener.socket)) {
            if (!listener.process.isAlive() || System.nanoTime() > deadline) {
                try (Stream<Path> logs = Files.list(scratch)) {
                    for (Path log : logs.filter(path -> path.toString().endsWith(".log"))
                            .toList()) {
                        System.err.print(Files.readString(log));
                    }
                }
                throw new IllegalStateException("expected somebody to listen on " + listener.socket + ", nobody does;"
                        + " what was printed is above");
            }
            Thread.sleep(2);
        }
    }

    private static boolean accepts(Path socket) {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            return channel.connect(UnixDomainSocketAddress.of(socket));
        } catch (IOException notYet) {
            return false;
        }
    }

    private void compile(String program, String... sources) throws Exception {
        Path binary = Files.createDirectories(programs).resolve(program);
        List<Path> paths = Arrays.stream(sources).map(HERE::resolve).toList();
        if (Files.exists(binary)) {
            boolean current = true;
            for (Path path : paths) {
                current &= Files.getLastModifiedTime(path).compareTo(Files.getLastModifiedTime(binary)) < 0;
            }
            if (current) {
                return;
            }
        }
        List<String> command = new ArrayList<>(
                List.of("gcc", "-std=gnu11", "-O2", "-Wall", "-Wextra", "-pthread", "-o", binary.toString()));
        paths.stream().map(Path::toString).filter(path -> path.endsWith(".c")).forEach(command::add);
        try {
            if (new ProcessBuilder(command).inheritIO().start().waitFor() != 0) {
                throw new IllegalStateException("gcc could not compile " + program);
            }
        } catch (IOException e) {
            throw new IllegalStateException("needs gcc, and could not start it: " + e.getMessage());
        }
    }

    @Override
    public void close() {
        cleanUp();
    }

    private void cleanUp() {
        List.copyOf(running).forEach(Process::destroyForcibly);
        if (!Files.exists(scratch)) {
            return;
        }
        try (Stream<Path> files = Files.walk(scratch)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException | UncheckedIOException e) {
            System.err.println("taproot bench: could not remove " + scratch + ": " + e.getMessage());
        }
    }

    /** Lines of {@code key=value}, the way the C programs print. */
    static Map<String, Long> parse(String output) {
        Map<String, Long> values = new HashMap<>();
        Matcher matcher = Pattern.compile("(\\w+)=(\\d+)").matcher(output);
        while (matcher.find()) {
            values.put(matcher.group(1), Long.parseLong(matcher.group(2)));
        }
        return values;
    }

    @SafeVarargs
    static List<String> join(List<String>... parts) {
        return Arrays.stream(parts).flatMap(List::stream).toList();
    }
}
