package taproot.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import taproot.daemon.config.Places;
import taproot.daemon.log.CommandQuery;
import taproot.daemon.log.LogReader;
import taproot.normalizer.CommandRecord;
import taproot.normalizer.Outcome;
import taproot.normalizer.RecordJson;

/**
 * What restarts under load cost: real git in several threads, a daemon that is stopped in order and started again as
 * systemd would, with and without the socket unit. Each command carries an id, so that what became of it can be told.
 *
 * <p>The figures: {@code ./taproot test --long -- -Dtest=RestartTest -Dsurefire.failIfNoSpecifiedTests=false}
 */
class RestartTest {
    private static final int THREADS = 3;

    /** What each thread runs in turn: one process, several, and one that takes a while and runs others. */
    private static final List<String> COMMANDS = List.of(
            "git status",
            "git commit -q --allow-empty -m x",
            "git -c alias.two='!git version; sleep 0.1; git version' two");

    @TempDir
    private Path directory;

    /** What became of a command. */
    private enum Fate {
        WHOLE,
        INTERRUPTED,
        IN_PARTS,
        UNRECORDED
    }

    @Test
    void withoutTheSocketARestartCostsWhatRunsMeanwhileAndNothingElse() throws Exception {
        Map<Fate, Integer> fates = restarts(2, false);
        assertThat(fates.get(Fate.WHOLE)).isPositive();
    }

    @Test
    void withTheSocketNothingGoesUnrecorded() throws Exception {
        Map<Fate, Integer> fates = restarts(2, true);
        assertThat(fates.get(Fate.WHOLE)).isPositive();
        assertThat(fates.get(Fate.UNRECORDED)).isZero();
    }

    @Test
    @Tag("long")
    void whatTenRestartsCost() throws Exception {
        for (boolean socket : new boolean[] {false, true}) {
            Map<Fate, Integer> fates = restarts(10, socket);
            System.out.printf("10 restarts %s the socket unit: %s%n", socket ? "with" : "without", fates);
        }
    }

    private Map<Fate, Integer> restarts(int count, boolean socket) throws Exception {
        Path home = Files.createDirectory(directory.resolve(socket ? "with" : "without"));
        Places places = new Places(home.resolve("run"), home.resolve("state"), null);
        Files.createDirectory(
                places.runtimeDirectory(),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        AtomicBoolean over = new AtomicBoolean();
        AtomicInteger commands = new AtomicInteger();
        Process service = service(places, socket);
        try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
            Awaitility.await().until(() -> Files.exists(places.traceSocket()));
            List<Future<?>> load = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                Path repository = home.resolve("r" + i);
                load.add(threads.submit(() -> {
                    work(repository, places.traceSocket(), over, commands);
                    return null;
                }));
            }
            long pid = awaitDaemon(places, 0);
            for (int i = 0; i < count; i++) {
                int before = commands.get();
                Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> commands.get() > before + 10 * THREADS);
                ProcessHandle.of(pid).orElseThrow().destroy();
                pid = awaitDaemon(places, pid);
            }
            over.set(true);
            for (Future<?> thread : load) {
                thread.get(1, TimeUnit.MINUTES); // git never hung, and never failed: see there.
            }
            Files.createFile(places.runtimeDirectory().resolve("over"));
            ProcessHandle.of(pid).orElseThrow().destroy();
            assertThat(service.waitFor()).isZero();
        } finally {
            service.descendants().forEach(ProcessHandle::destroyForcibly);
            service.destroyForcibly();
        }
        return fates(places, commands.get());
    }

    /** A loop that starts the daemon again whenever it ends, and holds the listening socket open if there is one. */
    private Process service(Places places, boolean socket) throws IOException {
        List<String> command = new ArrayList<>();
        if (socket) {
            command.addAll(List.of(
                    "systemd-socket-activate",
                    "--fdname=trace2",
                    "-l",
                    places.traceSocket().toString()));
        }
        command.addAll(List.of(
                "bash",
                "-c",
                "while [ ! -e \"$0/over\" ]; do (export LISTEN_PID=$BASHPID; exec \"$@\"); done",
                places.runtimeDirectory().toString(),
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
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
        ProcessBuilder builder = new ProcessBuilder(command);
        Path log = directory.resolve("service.log");
        return builder.redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
    }

    /** Until another one than this listens; the pid file is written before, the control socket behind that. */
    private static long awaitDaemon(Places places, long before) {
        Path file = places.runtimeDirectory().resolve("taproot.pid");
        Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> {
            long pid = pid(file);
            return pid != 0 && pid != before && Files.exists(places.controlSocket());
        });
        return pid(file);
    }

    private static long pid(Path file) {
        try {
            String text = Files.readString(file).strip();
            return text.isEmpty() ? 0 : Long.parseLong(text);
        } catch (IOException e) {
            return 0; // Between two daemons there is none.
        }
    }

    private static void work(Path repository, Path socket, AtomicBoolean over, AtomicInteger commands)
            throws Exception {
        run(List.of("git", "init", "-q", repository.toString()), Path.of("/"), Map.of("GIT_TRACE2_EVENT", "0"));
        for (int i = 0; !over.get(); i++) {
            Map<String, String> environment = Map.of(
                    "GIT_TRACE2_EVENT", "af_unix:stream:" + socket,
                    "GIT_TRACE2_PARENT_SID", "load-" + commands.getAndIncrement());
            run(List.of("sh", "-c", COMMANDS.get(i % COMMANDS.size())), repository, environment);
        }
    }

    private static void run(List<String> command, Path cwd, Map<String, String> environment) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(command).directory(cwd.toFile());
        builder.redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD);
        builder.environment()
                .putAll(Map.of(
                        "GIT_AUTHOR_NAME", "A",
                        "GIT_AUTHOR_EMAIL", "a@example.org",
                        "GIT_COMMITTER_NAME", "A",
                        "GIT_COMMITTER_EMAIL", "a@example.org"));
        builder.environment().putAll(environment);
        assertThat(builder.start().waitFor()).as(String.join(" ", command)).isZero();
    }

    private static Map<Fate, Integer> fates(Places places, int commands) throws Exception {
        Map<String, List<CommandRecord>> byId = new HashMap<>();
        Set<String> keys = new HashSet<>();
        try (LogReader log = LogReader.open(places.stateDirectory())) {
            log.query(CommandQuery.where().after(0, 0), stored -> {
                CommandRecord record = read(stored.json());
                assertThat(keys.add(record.key()))
                        .as("a second record of " + record.key())
                        .isTrue();
                byId.computeIfAbsent(String.valueOf(record.session()), _ -> new ArrayList<>())
                        .add(record);
            });
        }
        Map<Fate, Integer> fates = new EnumMap<>(Fate.class);
        for (Fate fate : Fate.values()) {
            fates.put(fate, 0);
        }
        for (int i = 0; i < commands; i++) {
            fates.merge(fate(byId.getOrDefault("load-" + i, List.of())), 1, Integer::sum);
        }
        return fates;
    }

    private static Fate fate(List<CommandRecord> records) {
        if (records.isEmpty()) {
            return Fate.UNRECORDED;
        }
        if (records.stream().anyMatch(record -> record.outcome() == Outcome.INTERRUPTED)) {
            return Fate.INTERRUPTED;
        }
        boolean whole =
                records.stream().anyMatch(record -> record.parent() == null && record.outcome() == Outcome.EXITED);
        return whole ? Fate.WHOLE : Fate.IN_PARTS;
    }

    private static CommandRecord read(byte[] json) {
        try {
            return RecordJson.read(json).record();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
