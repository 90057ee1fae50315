package taproot.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import taproot.daemon.Daemon;
import taproot.daemon.config.Places;
import taproot.daemon.log.CommandLog;
import taproot.daemon.log.LogSettings;
import taproot.daemon.log.SinkCursors;
import taproot.daemon.metrics.Counter;
import taproot.daemon.metrics.Counters;
import taproot.normalizer.DropReason;

/**
 * Every way in which something can fail to arrive is provoked through the real daemon, and counted. One that is
 * added fails here until somebody says how it comes about.
 */
class NothingSilentTest {
    @RegisterExtension
    final GitLab lab = new GitLab(
            "ingest.line_limit=64KiB",
            "roots.scratch_total=1MiB",
            "roots.scratch_limit=64KiB",
            "roots.completed_guard=16",
            "log.queue_limit=64KiB",
            "ingest.ignore=/ignored",
            "redact.patterns=(a+)+b\\1");

    @ParameterizedTest
    @EnumSource
    void everyReasonWhyALineIsDropped(DropReason reason) throws Exception {
        switch (reason) {
            case MALFORMED -> send("garbage\n");
            case UNADDRESSED -> send("{\"event\":\"start\"}\n");
            case OVERLONG -> send("x".repeat((64 << 10) + 1) + "\n");
            case NO_MEMORY -> unfinishedLines(40);
            case TORN -> send("{\"event\":\"start\",\"sid\":\"x");
            case LATE -> {
                Events over = Events.command("git", "status");
                send(over);
                send(over);
            }
            case FOREIGN_UID -> {
                assumeTrue("root".equals(System.getProperty("user.name")), "only root can become somebody else");
                stranger();
            }
            case ROOT_FULL -> {
                Events root = Events.ofGit().version().start("git", "commit");
                StringBuilder lines = new StringBuilder(new String(root.bytes(), StandardCharsets.UTF_8));
                for (int i = 0; i < 4_200; i++) {
                    lines.append(
                            new String(Events.under(root.sid).start("git", "gc").bytes(), StandardCharsets.UTF_8));
                }
                send(lines.toString());
            }
            case DEFECT -> {
                provokedBy("daemon/src/test/java/taproot/daemon/roots/DefectsTest.java", "DropReason.DEFECT");
                return;
            }
        }
        GitLab.until(() -> lab.status().dropped().getOrDefault(reason, 0L) > 0);
    }

    @ParameterizedTest
    @EnumSource
    void everythingElseThatIsCounted(Counter counter) throws Exception {
        switch (counter) {
            case EVENTS_RECEIVED,
                    EVENTS_APPLIED,
                    CONNECTIONS_ACCEPTED,
                    CONNECTIONS_CLOSED,
                    BYTES_RECEIVED,
                    RECORDS_FINISHED,
                    RECORDS_COMMITTED,
                    LOG_COMMITS -> send(Events.command("git", "status"));
            case EVENTS_IGNORED -> send("{\"event\":\"new\",\"sid\":\"x\"}\n");
            case CONNECTIONS_FOREIGN_UID -> {
                assumeTrue("root".equals(System.getProperty("user.name")), "only root can become somebody else");
                stranger();
            }
            case SCRATCH_BYTES_SHED -> unfinishedLines(40);
            case RECORDS_DUPLICATE -> {
                Events twice = Events.command("git", "status");
                send(twice);
                lab.records();
                lab.stopDaemon();
                lab.startDaemon(); // Who has forgotten what was finished before.
                send(twice);
            }
            case RECORDS_QUEUE_FULL -> {
                try (Connection other = database();
                        Statement statement = other.createStatement()) {
                    statement.execute("BEGIN IMMEDIATE");
                    for (int i = 0; i < 300; i++) {
                        send(Events.command("git", "status"));
                    }
                    GitLab.until(() -> lab.count(Counter.RECORDS_QUEUE_FULL) > 0);
                    statement.execute("ROLLBACK");
                }
            }
            case REPOSITORIES_OVERLOADED -> {
                try (Connection other = database();
                        Statement statement = other.createStatement()) {
                    statement.execute("BEGIN IMMEDIATE");
                    for (int i = 0; i < 100; i++) {
                        send(in("/nowhere-" + i));
                    }
                    GitLab.until(() -> lab.count(Counter.REPOSITORIES_OVERLOADED) > 0);
                    statement.execute("ROLLBACK");
                }
            }
            case REPOSITORIES_TIMED_OUT -> {
                provokedBy("src/test/java/taproot/endtoend/HungRepositoriesTest.java", "Counter." + counter);
                return;
            }
            case RECORDS_IGNORED -> send(in("/ignored/repository"));
            case SECOND_LIVES_EMPTY -> {
                Events detaching = Events.command("git", "maintenance");
                send(detaching.exit(0).atexit(0));
            }
            case PROCESSES_UNSTARTED -> send(Events.ofGit().data("a", "b"));
            case REPORTS_UNCLAIMED -> {
                String one = "1".repeat(40);
                send(Events.under(Events.ofGit().sid)
                        .version()
                        .start("git", "rev-parse", "--sq-quote", "taproot:rewrites", one, one)
                        .atexit(0));
            }
            case TOMBSTONES_EVICTED -> {
                for (int i = 0; i < 40; i++) {
                    send(Events.command("git", "status"));
                }
            }
            case TEXTS_REDACTED_WHOLE ->
                send(Events.ofGit()
                        .version()
                        .start("git", "a".repeat(60))
                        .exit(0)
                        .atexit(0));
            case LOG_ERRORS -> {
                try (Connection other = database();
                        Statement statement = other.createStatement()) {
                    statement.execute("BEGIN IMMEDIATE");
                    send(Events.command("git", "status"));
                    GitLab.until(() -> lab.count(Counter.LOG_ERRORS) > 0);
                    statement.execute("ROLLBACK");
                }
            }
            case RECORDS_REFUSED -> {
                try (Connection other = database();
                        Statement statement = other.createStatement()) {
                    statement.execute("CREATE TRIGGER refuse BEFORE INSERT ON commands WHEN NEW.command = 'push'"
                            + " BEGIN SELECT RAISE(ABORT, 'no'); END");
                }
                send(Events.command("git", "push"));
                send(Events.command("git", "fetch"));
                assertThat(lab.records().only().command())
                        .as("the record behind it")
                        .isEqualTo("fetch");
            }
            case RECORDS_UNWRITTEN -> {
                theDaemonIsStoppedBeforeItCanWrite();
                return;
            }
            case RECORDS_EXPIRED, RECORDS_FOLDED -> {
                aHundredDaysGoBy(counter);
                return;
            }
            case ACCEPTS_FAILED -> {
                nobodyHasADescriptorLeft();
                return;
            }
            case COMMANDS_ADOPTED ->
                send(Events.under(Events.ofGit().sid)
                        .version()
                        .start("git", "gc")
                        .exit(0)
                        .atexit(0));
            case COMMANDS_INTERRUPTED -> {
                provokedBy("daemon/src/test/java/taproot/daemon/DaemonTest.java", "Counter." + counter);
                return;
            }
            case NOTIFICATIONS_FAILED -> {
                provokedBy("src/test/java/taproot/service/SupervisionTest.java", "Counter." + counter);
                return;
            }
            case SINK_RECORDS_DELIVERED, SINK_RECORDS_SET_ASIDE, SINK_RECORDS_MISSED -> {
                provokedBy("daemon/src/test/java/taproot/daemon/sink/SinkRunnerTest.java", "Counter." + counter);
                return;
            }
            case CONNECTION_ERRORS -> {
                // A Unix socket that is only read from does not fail.
                provokedBy(
                        "daemon/src/test/java/taproot/daemon/ingest/ConnectionErrorsTest.java",
                        "Counter.CONNECTION_ERRORS");
                return;
            }
            case DEFECTS, ROOTS_GIVEN_UP -> {
                // Of those there is none to be had from outside.
                provokedBy("daemon/src/test/java/taproot/daemon/roots/DefectsTest.java", "Counter." + counter);
                return;
            }
        }
        GitLab.until(() -> lab.count(counter) > 0);
        assertThat(lab.status().counters()).containsKeys(Counter.values());
    }

    /** A command in a work tree that need not be there. */
    private static Events in(String worktree) {
        return Events.ofGit()
                .version()
                .start("git", "status")
                .event("def_repo", ",\"repo\":1,\"worktree\":\"" + worktree + "\"")
                .name("status")
                .exit(0)
                .atexit(0);
    }

    /** What cannot be brought about here is, there. */
    private static void provokedBy(String test, String counted) throws Exception {
        assertThat(Files.readString(Path.of("..", test))).contains(counted);
    }

    private void theDaemonIsStoppedBeforeItCanWrite() throws Exception {
        Daemon stopped = lab.daemon();
        try (Connection other = database();
                Statement statement = other.createStatement()) {
            statement.execute("BEGIN IMMEDIATE");
            send(Events.command("git", "push"));
            GitLab.until(() -> lab.count(Counter.RECORDS_FINISHED) == 2);
            assertThat(stopped.stop(Duration.ofMillis(500))).isFalse();
            statement.execute("ROLLBACK");
        }
        assertThat(stopped.status().counters().get(Counter.RECORDS_UNWRITTEN)).isEqualTo(1);
        lab.startDaemon();
    }

    /** The real log, by a clock that has gone on. */
    private void aHundredDaysGoBy(Counter counter) throws Exception {
        send(Events.command("git", "status"));
        send(Events.command("git", "push"));
        lab.records();
        lab.stopDaemon();
        LogSettings d = LogSettings.DEFAULTS;
        LogSettings impatient = new LogSettings(
                d.durability(),
                counter == Counter.RECORDS_FOLDED ? d.readOnlyAge() : Duration.ZERO,
                d.retentionAge(),
                d.retentionSize(),
                d.queueLimit(),
                d.retryFirst(),
                d.retryLongest(),
                Duration.ofMillis(1));
        Counters counters = new Counters();
        CommandLog log = CommandLog.open(
                lab.places().stateDirectory(),
                impatient,
                SinkCursors.UNCHANGED,
                command -> {
                    throw new IllegalStateException("nothing is written");
                },
                counters,
                () -> Instant.now().plus(Duration.ofDays(100)));
        GitLab.until(() -> counters.get(counter) > 0);
        log.close(Duration.ofSeconds(5));
        lab.startDaemon();
    }

    private void nobodyHasADescriptorLeft() throws Exception {
        Places places = new Places(lab.root().resolve("other-run"), lab.root().resolve("other-state"), null);
        List<SocketChannel> idle = new ArrayList<>();
        try (Program program = Program.run(places)) {
            long limit = program.descriptors() + 10;
            program.limitDescriptors(limit);
            for (int i = 0; i < 20; i++) {
                SocketChannel connection = SocketChannel.open(StandardProtocolFamily.UNIX);
                connection.connect(UnixDomainSocketAddress.of(places.traceSocket()));
                idle.add(connection);
            }
            GitLab.until(() -> program.descriptors() >= limit);
            program.limitDescriptors(4 * limit);
            GitLab.until(() -> program.count(Counter.ACCEPTS_FAILED) > 0);
            GitLab.until(() -> program.count(Counter.CONNECTIONS_ACCEPTED) >= idle.size());
        } finally {
            for (SocketChannel connection : idle) {
                connection.close();
            }
        }
    }

    private void unfinishedLines(int connections) throws Exception {
        for (int i = 0; i < connections; i++) {
            lab.connect().write(ByteBuffer.wrap("x".repeat(60 << 10).getBytes(StandardCharsets.US_ASCII)));
        }
    }

    private void stranger() throws Exception {
        for (Path path : new Path[] {
            lab.root(),
            lab.work(),
            lab.home(),
            lab.places().runtimeDirectory(),
            lab.places().traceSocket()
        }) {
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxrwxrwx"));
        }
        assertThat(lab.run("setpriv --reuid=65534 --regid=65534 --clear-groups git version")
                        .exit())
                .isZero();
    }

    private Connection database() throws Exception {
        send(Events.command("git", "status"));
        lab.records();
        return DriverManager.getConnection(
                "jdbc:sqlite:" + lab.places().stateDirectory().resolve("log.db"));
    }

    private void send(Events events) throws Exception {
        send(new String(events.bytes(), StandardCharsets.UTF_8));
    }

    private void send(String text) throws Exception {
        try (SocketChannel connection = lab.connect()) {
            ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                connection.write(bytes);
            }
        }
    }
}
