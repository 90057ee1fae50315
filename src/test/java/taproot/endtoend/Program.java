package taproot.endtoend;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import taproot.daemon.config.Places;
import taproot.daemon.metrics.Counter;

/** {@code taproot run} in a process of its own, which can be killed. Costs the start of a JVM. */
public final class Program implements AutoCloseable {
    private static final Pattern SEQ = Pattern.compile("\"seq\":(\\d+)");
    private static final Pattern WAITING = Pattern.compile("\"waiting\":(\\d+)");

    private final Process process;
    private final Places places;
    private final Path errors;

    private Program(Process process, Places places, Path errors) {
        this.process = process;
        this.places = places;
        this.errors = errors;
    }

    /**
     * Starts it and waits until it listens.
     *
     * @param settings what {@code --set} takes
     */
    public static Program run(Places places, String... settings) throws IOException {
        return run(places, List.of(), Map.of(), settings);
    }

    /**
     * The same as a service.
     *
     * @param starter what goes before the command line and becomes it; then it may listen only later
     * @param environment variables besides the test's own
     */
    public static Program run(Places places, List<String> starter, Map<String, String> environment, String... settings)
            throws IOException {
        List<String> command = new ArrayList<>(starter);
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-Xmx256m", // As the launcher has it.
                "-Xss512k",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                "taproot.cli.Main",
                "run",
                "--runtime-dir",
                places.runtimeDirectory().toString(),
                "--state-dir",
                places.stateDirectory().toString()));
        for (String setting : settings) {
            command.add("--set");
            command.add(setting);
        }
        Path errors = Files.createTempFile("program", ".err");
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(errors.toFile());
        builder.environment().putAll(environment);
        Process process = builder.start();
        Program program = new Program(process, places, errors);
        if (starter.isEmpty()) {
            program.awaitListening();
        }
        return program;
    }

    /** Until it says so. */
    public void awaitListening() throws IOException {
        BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        String line = out.readLine();
        if (line == null || !line.startsWith("listening on ")) {
            String said = said();
            close();
            throw new IOException("expected to be told where it listens, got " + line + said);
        }
    }

    /** What it has said to stderr. */
    public String said() throws IOException {
        return Files.readString(errors);
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** Sends a signal by its name, without {@code SIG}. */
    public void signal(String name) throws Exception {
        GitLab.kill(name, process.toHandle());
    }

    /** Waits for its end; its exit status. */
    public int ended() throws InterruptedException {
        return process.waitFor();
    }

    public long pid() {
        return process.pid();
    }

    /** The barrier of the control socket: the head of the log, with everything that was sent before in it. */
    public long barrier() throws IOException {
        return number(SEQ, ask("POST /v1/barrier?timeout=30s"));
    }

    /** What its status says of this counter. */
    long count(Counter counter) throws IOException {
        return number(Pattern.compile('"' + counter.wire() + "\":(\\d+)"), ask("GET /v1/status"));
    }

    /** How many sinks wait at the flush gate. */
    long sinksInLine() throws IOException {
        return number(WAITING, ask("GET /v1/sinks"));
    }

    private String ask(String request) throws IOException {
        try (SocketChannel control = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            control.connect(UnixDomainSocketAddress.of(places.controlSocket()));
            control.write(ByteBuffer.wrap(
                    (request + " HTTP/1.1\r\nHost: taproot\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII)));
            return new String(Channels.newInputStream(control).readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static long number(Pattern what, String reply) throws IOException {
        Matcher found = what.matcher(reply);
        if (!found.find()) {
            throw new IOException("expected " + what + ", got " + reply);
        }
        return Long.parseLong(found.group(1));
    }

    /** How many descriptors it may have; the soft limit, so that it can be raised again. */
    void limitDescriptors(long limit) throws Exception {
        Process prlimit = new ProcessBuilder("prlimit", "--pid", Long.toString(pid()), "--nofile=" + limit + ":")
                .inheritIO()
                .start();
        if (prlimit.waitFor() != 0) {
            throw new IOException("prlimit failed");
        }
    }

    /** How many descriptors it has. */
    long descriptors() throws IOException {
        try (Stream<Path> open = Files.list(Path.of("/proc", Long.toString(pid()), "fd"))) {
            return open.count();
        }
    }

    /** {@code kill -9}. */
    public void kill() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor();
    }

    /** SIGTERM, and its exit status. */
    public int terminate() throws InterruptedException {
        process.destroy();
        return process.waitFor();
    }

    @Override
    public void close() throws IOException {
        process.destroyForcibly();
        System.err.print(said());
        Files.deleteIfExists(errors);
    }
}
