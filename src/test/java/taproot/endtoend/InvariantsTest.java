package taproot.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static taproot.endtoend.Records.exited;

import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import taproot.daemon.metrics.Counter;
import taproot.normalizer.CommandRecord;
import taproot.normalizer.DropReason;

/**
 * The invariants N1 to N7 of the design with the whole daemon and the real git; N8 to N10 are in {@link KeptAndPrivateTest}.
 * That each holds in its own part is tested there: framing and sockets in {@code ingest}, accounts in {@code roots}, groups
 * and sequences in {@code log}.
 */
class InvariantsTest {
    @RegisterExtension
    final GitLab lab = new GitLab();

    @Nested
    @DisplayName("N1: git never waits for us, and never dies of us")
    class GitNeverWaits {
        @Test
        void whileThousandPeersSayNothing() throws Exception {
            List<SocketChannel> silent = new ArrayList<>();
            for (int i = 0; i < 1_000; i++) {
                silent.add(lab.connect());
            }
            aHundredCommandsAreRecorded();
            for (SocketChannel connection : silent) {
                assertThat(isOpen(connection)).isTrue();
            }
            GitLab.until(() -> lab.status().live().connections() == 1_000);
        }

        @Test
        void whileAPeerFloodsTheSocket() throws Exception {
            AtomicBoolean enough = new AtomicBoolean();
            AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
            Thread flood = Thread.ofPlatform().start(() -> {
                try {
                    flood(enough);
                } catch (Exception e) {
                    failure.set(e);
                }
            });
            aHundredCommandsAreRecorded();
            enough.set(true);
            flood.join();
            assertThat(failure.get()).as("it was never closed").isNull();
            assertThat(lab.count(Counter.BYTES_RECEIVED)).isGreaterThan(50 << 20);
        }

        private void flood(AtomicBoolean enough) throws Exception {
            byte[] noise = Events.ofGit()
                    .raw("x".repeat(100_000) + "\n")
                    .raw("{\"event\":\"data\",\"sid\":\"flood\"}\n".repeat(3_000))
                    .bytes();
            try (SocketChannel connection = lab.connect()) {
                for (long sent = 0; sent < 60 << 20 || !enough.get(); sent += noise.length) {
                    write(connection, noise);
                }
            }
        }

        @Test
        void whileTheDatabaseIsLocked() throws Exception {
            lab.run("git version");
            assertThat(lab.records().all()).hasSize(1);
            try (Connection other = DriverManager.getConnection(
                            "jdbc:sqlite:" + lab.places().stateDirectory().resolve("log.db"));
                    Statement statement = other.createStatement()) {
                statement.execute("BEGIN IMMEDIATE");
                hundredCommands();
                assertThat(lab.count(Counter.RECORDS_COMMITTED)).isEqualTo(1);
                GitLab.until(() -> lab.count(Counter.RECORDS_FINISHED) == 101);
                statement.execute("ROLLBACK");
            }
            assertThat(lab.records().all()).hasSize(100);
        }

        @Test
        void beyondEveryBudgetConnectionsAreReadToTheirEnd() throws Exception {
            List<SocketChannel> greedy = new ArrayList<>();
            byte[] unfinished =
                    ("{\"event\":\"data\",\"sid\":\"x" + "y".repeat(3 << 20)).getBytes(StandardCharsets.UTF_8);
            for (int i = 0; i < 40; i++) {
                SocketChannel connection = lab.connect();
                write(connection, unfinished);
                greedy.add(connection);
            }
            aHundredCommandsAreRecorded();
            for (SocketChannel connection : greedy) {
                write(connection, "\n".getBytes(StandardCharsets.UTF_8));
                connection.close();
            }
            GitLab.until(() -> lab.status().live().connections() == 0);
            assertThat(lab.status().dropped().get(DropReason.NO_MEMORY)).isPositive();
            assertThat(lab.count(Counter.EVENTS_RECEIVED)).isGreaterThanOrEqualTo(40);
            assertThat(lab.status().live().scratchBytes()).isZero();
        }

        private void hundredCommands() throws Exception {
            GitLab.Ran ran = lab.run("for i in {1..100}; do git version > /dev/null || exit 1; done");
            assertThat(ran.exit()).isZero();
        }

        private void aHundredCommandsAreRecorded() throws Exception {
            hundredCommands();
            assertThat(lab.records().of("version")).hasSize(100);
        }
    }

    @Nested
    @DisplayName("N2: one command, one record")
    class OneCommandOneRecord {
        @Test
        void underFiveHundredGitsInParallel() throws Exception {
            lab.repository("r");
            lab.hook("r", "post-checkout", "git rev-parse HEAD > /dev/null");
            GitLab.Ran ran = lab.run("seq 500 | xargs -P 25 -I{} git -C r log -1 --format=%H{}");
            assertThat(ran.exit()).isZero();
            Records records = lab.records();
            assertThat(records.all()).hasSize(500);
            assertThat(records.all()).extracting(CommandRecord::key).doesNotHaveDuplicates();
            Set<String> formats = new HashSet<>();
            records.all().forEach(record -> formats.add(record.argv().getLast()));
            assertThat(formats).hasSize(500);
            assertThat(records.all()).allSatisfy(record -> exited(record, 0));
        }

        @Test
        void underAHundredTreesInParallel() throws Exception {
            lab.repository("r");
            lab.given("git config --global alias.t '!git rev-parse HEAD; git status -s; git rev-parse HEAD~1'");
            assertThat(lab.run("seq 100 | xargs -P 10 -I{} git -C r t > /dev/null")
                            .exit())
                    .isZero();
            Records records = lab.records();
            assertThat(records.all()).hasSize(100).allSatisfy(record -> {
                exited(record, 0);
                assertThat(Records.tree(record)).isEqualTo("t(rev-parse, status, rev-parse)");
            });
        }

        @Test
        void whoeverSaysItTwice() throws Exception {
            byte[] bytes = Events.command("git", "status").bytes();
            for (int i = 0; i < 3; i++) {
                send(bytes);
            }
            assertThat(lab.records().all()).hasSize(1);
            assertThat(lab.status().dropped().get(DropReason.LATE)).isEqualTo(10);
            lab.stopDaemon();
            lab.startDaemon();
            send(bytes);
            assertThat(lab.records().all())
                    .as("the log knows it, where the daemon does not")
                    .isEmpty();
            assertThat(lab.count(Counter.RECORDS_DUPLICATE)).isEqualTo(1);
        }
    }

    @Nested
    @DisplayName("N3: nothing invented")
    class NothingInvented {
        private static final Pattern T_ABS =
                Pattern.compile("\"event\":\"atexit\".*\"t_abs\":([0-9.]+),\"code\":(\\d+)");

        @Test
        void durationAndCodeAreGitsOwn() throws Exception {
            lab.repository("r");
            lab.run("cd r && git commit -q --allow-empty -m x; git checkout -q nothing; git commit -q -m none");
            List<CommandRecord> records = lab.records().all();
            assertThat(records).hasSize(3);
            for (CommandRecord record : records) {
                Matcher atexit = T_ABS.matcher(lab.trace(record));
                assertThat(atexit.find()).isTrue();
                assertThat(record.durationUs()).isEqualTo(Math.round(Double.parseDouble(atexit.group(1)) * 1e6));
                assertThat(record.exitCode()).isEqualTo(Integer.parseInt(atexit.group(2)));
            }
        }
        // Of those that were killed nothing is known, and nothing said: KilledGitTest.
    }

    @Nested
    @DisplayName("N4: close accounting is exact")
    class CloseAccounting {
        @Test
        void howeverManyConnectionsOfOneRootOpenAndCloseAtOnce() throws Exception {
            Events root = Events.ofGit().version().start("git", "commit").name("commit");
            AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
            List<Thread> threads = new ArrayList<>();
            send(root.bytes());
            for (int t = 0; t < 8; t++) {
                threads.add(Thread.ofPlatform().start(() -> {
                    try {
                        for (int i = 0; i < 250; i++) {
                            send(Events.of(root.sid).data("k", "v").bytes());
                        }
                    } catch (Exception e) {
                        failure.set(e);
                    }
                }));
            }
            for (Thread thread : threads) {
                thread.join();
            }
            assertThat(failure.get()).isNull();
            send(Events.of(root.sid).atexit(0).bytes());
            CommandRecord record = lab.records().only();
            exited(record, 0);
            assertThat(record.events()).isEqualTo(2_004);
            assertThat(lab.status().live().roots()).isZero();
        }
    }

    @Nested
    @DisplayName("N5: nothing comes back to life, nothing stays behind")
    class NothingComesBack {
        @Test
        void aLateEventNeverRevivesAFinishedCommand() throws Exception {
            lab.run("git version");
            CommandRecord record = lab.records().only();
            send(Events.of(record.sid()).data("too", "late").exit(1).atexit(1).bytes());
            assertThat(lab.records().all()).isEmpty();
            assertThat(lab.status().dropped().get(DropReason.LATE)).isEqualTo(3);
            assertThat(lab.status().live().roots()).isZero();
        }

        @Test
        @Tag("long")
        void aHundredThousandAbandonedRootsLeaveTheHeapAsItWas() throws Exception {
            abandon(30_000);
            long before = heap();
            abandon(100_000);
            GitLab.until(() -> lab.status().live().roots() == 0);
            GitLab.until(() -> heap() - before < 1 << 20);
            assertThat(lab.count(Counter.TOMBSTONES_EVICTED)).isPositive();
        }

        private void abandon(int roots) throws Exception {
            for (int i = 0; i < roots; i++) {
                Events events = Events.ofGit().version().start("git", "status");
                send((i % 3 == 0 ? events : i % 3 == 1 ? events.atexit(0) : events.exit(1)).bytes());
            }
            lab.records();
        }

        private static long heap() {
            System.gc();
            Runtime runtime = Runtime.getRuntime();
            return runtime.totalMemory() - runtime.freeMemory();
        }
    }

    @Nested
    @DisplayName("N6: no global lock")
    class NoGlobalLock {
        // That nothing blocks on an event loop BlockHound watches in every test here: BlockHoundTest.

        @Test
        void theDaemonStartsNoProcessThatCouldBeTraced() throws Exception {
            lab.repository("r");
            lab.run("cd r && git commit -q --allow-empty -m x && git status");
            assertThat(lab.records().all()).hasSize(2);
            assertThat(ProcessHandle.current().descendants()).isEmpty();
        }
    }

    @Nested
    @DisplayName("N7: every line is accounted for")
    class EveryLineIsAccountedFor {
        @Test
        void whateverBecameOfIt() throws Exception {
            lab.repository("r");
            Process work = lab.begin("cd r; for i in {1..40}; do git commit -q --allow-empty -m x; git log | head -1;"
                    + " git nothing; done");
            byte[] twice = Events.command("git", "status").bytes();
            for (int i = 0; i < 40; i++) {
                send(twice);
                send("no json\n{\"event\":\"a\"}\n{\"event\":\"new\",\"sid\":\"a\"}\n"
                        .getBytes(StandardCharsets.UTF_8));
                send(Events.ofGit()
                        .version()
                        .start("git", "x")
                        .raw("{\"event\":\"exit\",\"sid\":")
                        .bytes());
                send(Events.ofGit().data("a", "b").bytes());
            }
            send(Events.ofGit().start("git", "x").data("k", "x".repeat(5 << 20)).bytes());
            work.waitFor();
            lab.records();
            lab.everyLineIsAccountedFor();
            for (DropReason reason :
                    List.of(DropReason.LATE, DropReason.MALFORMED, DropReason.UNADDRESSED, DropReason.OVERLONG)) {
                assertThat(lab.status().dropped().get(reason)).as(reason.wire()).isPositive();
            }
            assertThat(lab.count(Counter.EVENTS_IGNORED)).isEqualTo(40);
            assertThat(lab.count(Counter.EVENTS_APPLIED)).isGreaterThan(1_000);
        }
    }

    private void send(byte[] bytes) throws Exception {
        try (SocketChannel connection = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            connection.connect(UnixDomainSocketAddress.of(lab.places().traceSocket()));
            write(connection, bytes);
        }
    }

    private static void write(SocketChannel connection, byte[] bytes) throws Exception {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining()) {
            connection.write(buffer);
        }
    }

    /** Whether the daemon has not closed its end: there is nothing to read, and no end either. */
    private static boolean isOpen(SocketChannel connection) throws Exception {
        connection.configureBlocking(false);
        return connection.read(ByteBuffer.allocate(1)) == 0;
    }
}
