package taproot.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import taproot.daemon.Daemon;
import taproot.daemon.DaemonStartException;
import taproot.daemon.api.Control;
import taproot.daemon.config.Config;
import taproot.daemon.config.ConfigException;
import taproot.daemon.config.Places;
import taproot.daemon.log.CommandQuery;
import taproot.daemon.log.LogException;
import taproot.daemon.log.LogReader;
import taproot.daemon.metrics.Counter;
import taproot.normalizer.CommandRecord;
import taproot.normalizer.StoredRecord;

/**
 * A home directory, a git configuration of its own and a running daemon, for one test. Costs a daemon's start; after the
 * test it ends every process that was begun here, and holds the daemon to its accounts: every line received is in them,
 * and nothing is left alive.
 */
final class GitLab implements BeforeEachCallback, AfterEachCallback {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration GRACE = Duration.ofSeconds(5);

    /** The {@code bin} of another git than that of the path, by {@code -Dtaproot.git=DIR}: every test of this package takes it. */
    private static final String GIT = System.getProperty("taproot.git", "");

    /** Every process begun here carries it in its environment, however far it has wandered off. */
    private static final String MARK = "TAPROOT_LAB";

    private static final String GLOBAL_CONFIG = """
            [user]
            	name = Dev
            	email = dev@example.com
            [init]
            	defaultBranch = main
            [core]
            	editor = true
            [gc]
            	auto = 0
            [maintenance]
            	auto = false
            [protocol "file"]
            	allow = always
            [advice]
            	detachedHead = false
            """;

    private final List<String> settings;
    private final List<SocketChannel> connections = new ArrayList<>();

    private @Nullable Path directory;
    private @Nullable Daemon daemon;
    private long seen;

    /** @param settings what {@code --set} takes */
    GitLab(String... settings) {
        this.settings = List.of(settings);
    }

    @Override
    public void beforeEach(ExtensionContext context) throws Exception {
        directory = Files.createTempDirectory("lab").toRealPath();
        Files.createDirectory(home());
        Files.createDirectory(work());
        Files.writeString(home().resolve(".gitconfig"), GLOBAL_CONFIG);
        startDaemon();
    }

    @Override
    public void afterEach(ExtensionContext context) throws Exception {
        try {
            for (SocketChannel connection : connections) {
                connection.close();
            }
            processes().forEach(ProcessHandle::destroyForcibly);
            if (daemon != null) {
                if (context.getExecutionException().isEmpty()) {
                    nothingIsLeftAlive();
                    everyLineIsAccountedFor();
                }
                stopDaemon();
            }
        } finally {
            delete(root());
        }
    }

    // The daemon.

    Daemon daemon() {
        if (daemon == null) {
            throw new IllegalStateException("the daemon is stopped");
        }
        return daemon;
    }

    /** @param more settings, besides those of the lab */
    void startDaemon(String... more) throws DaemonStartException, ConfigException {
        List<String> all = Stream.concat(settings.stream(), Stream.of(more)).toList();
        daemon = Daemon.start(Config.load(null, all), places(), "test");
    }

    /** In order: as SIGTERM would. */
    void stopDaemon() throws InterruptedException {
        assertThat(daemon().stop(GRACE)).as("everything received was written").isTrue();
        daemon = null;
    }

    Places places() {
        return new Places(root().resolve("run"), root().resolve("state"), null);
    }

    Control.Status status() {
        return daemon().status();
    }

    long count(Counter counter) {
        return status().counters().getOrDefault(counter, 0L);
    }

    /** N7, for the test that has just run, whatever it did. */
    void everyLineIsAccountedFor() {
        long dropped =
                status().dropped().values().stream().mapToLong(Long::longValue).sum();
        assertThat(count(Counter.DEFECTS)).as("defects of our own").isZero();
        assertThat(count(Counter.EVENTS_APPLIED) + count(Counter.EVENTS_IGNORED) + dropped)
                .as("applied + ignored + dropped, of %s", status())
                .isEqualTo(count(Counter.EVENTS_RECEIVED));
    }

    /** N5: with every connection closed nothing is live but tombstones. */
    private void nothingIsLeftAlive() {
        until(() -> status().live().connections() == 0);
        until(() -> status().live().roots() == 0);
        assertThat(status().live().commands()).isZero();
        assertThat(status().live().scratchBytes()).isZero();
    }

    // What happens.

    /** How a script ended, and what it printed; git's messages as a person would read them. */
    record Ran(int exit, String out, String err) {}

    /** What has to be there before the test begins: a script without tracing, which may not fail. */
    Ran given(String script) throws Exception {
        Ran ran = run("set -e\n" + script, Map.of("GIT_TRACE2_EVENT", "0"));
        assertThat(ran.exit()).as("%s%n%s", script, ran.err()).isZero();
        return ran;
    }

    /** A repository of five commits; {@code f1} to {@code f5} each came with one. */
    void repository(String name) throws Exception {
        given("git init -q " + name + "; cd " + name
                + "; for i in 1 2 3 4 5; do echo $i > f$i; git add f$i; git commit -q -m m$i; done");
    }

    /** The repository {@code r}, a bare clone of it, {@code b.git}, and a clone of that, {@code c}. */
    void remotes() throws Exception {
        repository("r");
        given("git clone -q --bare r b.git; git clone -q b.git c");
    }

    /** An executable in the working directory. */
    void program(String file, String script) throws IOException {
        Path path = work().resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, "#!/bin/bash\n" + script + "\n");
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    void hook(String repository, String name, String script) throws IOException {
        String hooks = Files.isDirectory(work().resolve(repository).resolve(".git")) ? "/.git/hooks/" : "/hooks/";
        program(repository + hooks + name, script);
    }

    /** Where programs are looked for, the git that is tested among them. */
    static String path() {
        String path = System.getenv("PATH");
        return GIT.isEmpty() ? path : GIT + ":" + path;
    }

    /** Whether the git that is tested is as new. */
    boolean gitIsAtLeast(int major, int minor) throws Exception {
        String[] version = given("git version").out().split("[ .\n]");
        int number = Integer.parseInt(version[2]) * 1_000 + Integer.parseInt(version[3]);
        return number >= major * 1_000 + minor;
    }

    /** A script whose git is traced. */
    Ran run(String script) throws Exception {
        return run(script, Map.of());
    }

    Ran run(String script, Map<String, String> environment) throws Exception {
        Path out = Files.createTempFile(root(), "out", null);
        Path err = Files.createTempFile(root(), "err", null);
        Process process = builder(script, environment)
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        process.getOutputStream().close();
        assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                .as("ended in time: %s", script)
                .isTrue();
        return new Ran(process.exitValue(), text(out), text(err));
    }

    /** A script that goes on while the test does; it can be talked to, and killed. */
    Process begin(String script) throws IOException {
        return builder(script, Map.of())
                .redirectErrorStream(true)
                .redirectOutput(root().resolve("begun").toFile())
                .start();
    }

    /** Signals that whoever started the tests ignores (a shell ignores INT for its background jobs) count here. */
    private ProcessBuilder builder(String script, Map<String, String> environment) {
        ProcessBuilder builder =
                new ProcessBuilder("env", "--default-signal", "bash", "-c", script).directory(work().toFile());
        Map<String, String> variables = builder.environment();
        variables.keySet().removeIf(name -> name.startsWith("GIT_") || name.startsWith("XDG_"));
        variables.putAll(Map.of(
                MARK,
                root().toString(),
                "HOME",
                home().toString(),
                "LAB",
                work().toString(),
                "GIT_CONFIG_NOSYSTEM",
                "1",
                "GIT_AUTHOR_DATE",
                "2026-11-20T05:00:00Z",
                "GIT_COMMITTER_DATE",
                "2026-11-20T05:00:00Z",
                "GIT_TRACE2_EVENT",
                "af_unix:stream:" + places().traceSocket(),
                "LC_ALL",
                "C"));
        variables.put("PATH", path());
        variables.putAll(environment);
        return builder;
    }

    /** A peer of the trace2 socket that is not git. */
    SocketChannel connect() throws IOException {
        SocketChannel connection = SocketChannel.open(StandardProtocolFamily.UNIX);
        connection.connect(UnixDomainSocketAddress.of(places().traceSocket()));
        connections.add(connection);
        return connection;
    }

    /** Waits for a condition. */
    static void until(Callable<Boolean> condition) {
        Awaitility.await().atMost(PATIENCE).pollInterval(Duration.ofMillis(5)).until(condition);
    }

    /** Waits until no process that was begun here is left, detached ones included. */
    void untilQuiet() {
        until(() -> processes().isEmpty());
    }

    /** Waits until the script has made this file, in the working directory unless it is absolute. */
    void untilExists(String file) {
        until(() -> Files.exists(work().resolve(file)));
    }

    /** Every process begun here that runs, however deep and wherever it has wandered off to. */
    List<ProcessHandle> processes() {
        return ProcessHandle.allProcesses().filter(this::isOurs).toList();
    }

    /** The one running process of whose command line this is a part. */
    ProcessHandle process(String partOfCommandLine) {
        List<ProcessHandle> found = processes().stream()
                .filter(process -> commandLine(process.pid()).contains(partOfCommandLine))
                .toList();
        assertThat(found).as(partOfCommandLine).hasSize(1);
        return found.getFirst();
    }

    /** Sends a signal by its name, without {@code SIG}. */
    static void kill(String signal, ProcessHandle process) throws Exception {
        Process kill = new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid())).start();
        assertThat(kill.waitFor()).isZero();
    }

    private boolean isOurs(ProcessHandle process) {
        try {
            String environment = new String(
                    Files.readAllBytes(Path.of("/proc", Long.toString(process.pid()), "environ")),
                    java.nio.charset.StandardCharsets.ISO_8859_1);
            return environment.contains(MARK + "=" + root() + "\0");
        } catch (IOException e) {
            // It has ended, or is another user's: in both cases not one of ours that runs.
            return false;
        }
    }

    private static String commandLine(long pid) {
        try {
            return Files.readString(Path.of("/proc", Long.toString(pid), "cmdline"))
                    .replace('\0', ' ');
        } catch (IOException e) {
            return "";
        }
    }

    // What became of it.

    /** The records of everything since the last call; what still runs has none. */
    Records records() throws Exception {
        daemon().barrier().toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        return stored();
    }

    /** The same without a barrier: of a daemon that is stopped. */
    Records stored() throws LogException {
        List<StoredRecord> found = new ArrayList<>();
        try (LogReader reader = LogReader.open(places().stateDirectory())) {
            reader.query(CommandQuery.where().after(seen, 0), stored -> found.add(Records.read(stored.json())));
        }
        for (StoredRecord record : found) {
            seen = Math.max(seen, record.seq() == null ? 0 : record.seq());
        }
        // The log's order is that of the commits, and what is looked up takes longer than what is known.
        return new Records(found.stream()
                .map(StoredRecord::record)
                .sorted(Comparator.comparingLong(CommandRecord::startedAt))
                .toList());
    }

    /** The raw lines that are kept beside the record. */
    String trace(CommandRecord record) throws LogException {
        try (LogReader reader = LogReader.open(places().stateDirectory())) {
            byte[] lines = reader.trace(record.key());
            assertThat(lines).as("the trace of %s", record.argv()).isNotNull();
            return new String(lines == null ? new byte[0] : lines, java.nio.charset.StandardCharsets.ISO_8859_1);
        }
    }

    Path work() {
        return root().resolve("work");
    }

    /** A path in the working directory, as git would write it. */
    String work(String path) {
        return work().resolve(path).toString();
    }

    Path home() {
        return root().resolve("home");
    }

    Path root() {
        if (directory == null) {
            throw new IllegalStateException("the test has not begun");
        }
        return directory;
    }

    private static String text(Path file) throws IOException {
        return new String(Files.readAllBytes(file), java.nio.charset.StandardCharsets.ISO_8859_1);
    }

    private static void delete(Path tree) throws IOException {
        Map<Path, IOException> failed = new HashMap<>();
        try (Stream<Path> paths = Files.walk(tree)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                try {
                    Files.deleteIfExists(path);
                } catch (IOException e) {
                    failed.put(path, e);
                }
            }
        }
        assertThat(failed).as("files that could not be removed").isEmpty();
    }
}
