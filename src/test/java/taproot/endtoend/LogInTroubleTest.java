package taproot.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import taproot.daemon.log.CommandQuery;
import taproot.daemon.log.LogReader;
import taproot.daemon.metrics.Counter;

/**
 * The log in trouble below a daemon that runs: git does not notice, records wait in their bounded queue, what exceeds it
 * is counted, and when the trouble is over everything goes on by itself.
 */
class LogInTroubleTest {
    /** What git takes on this machine when nothing is wrong, and a good deal more: it may never wait for a lock. */
    private static final Duration NEVER_LONGER = Duration.ofSeconds(1);

    @RegisterExtension
    final GitLab lab = new GitLab("log.queue_limit=64KiB");

    @Test
    void aLockedDatabaseIsWaitedForAndWhatExceedsTheQueueIsCounted() throws Exception {
        locked(Duration.ofSeconds(1));
    }

    @Test
    @Tag("long")
    void aWriterThatIsTenSecondsSlowSlowsNobodyElse() throws Exception {
        locked(Duration.ofSeconds(10));
    }

    private void locked(Duration time) throws Exception {
        long before = git(5);
        assertThat(lab.records().all()).hasSize(5);
        long during;
        int sent = 0;
        try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + database());
                Statement statement = other.createStatement()) {
            statement.execute("BEGIN IMMEDIATE");
            long until = System.nanoTime() + time.toNanos();
            during = git(10);
            sent += 10;
            while (System.nanoTime() < until || lab.count(Counter.RECORDS_QUEUE_FULL) == 0) {
                say(20);
                sent += 20;
            }
            GitLab.until(() -> lab.status().log().state().equals("failing"));
            assertThat(lab.status().log().queuedBytes()).isBetween(1L, 64L << 10);
            assertThat(lab.status().log().queuedRecords()).isPositive();
            assertThat(lab.status().errors()).isNotEmpty();
            statement.execute("ROLLBACK");
        }
        System.out.printf("git version: %d us, with the log locked %d us%n", before, during);
        lab.records();
        assertThat(lab.status().log().state()).isEqualTo("open");
        assertThat(lab.count(Counter.RECORDS_COMMITTED) + lab.count(Counter.RECORDS_QUEUE_FULL))
                .isEqualTo(5L + sent)
                .isEqualTo(lab.count(Counter.RECORDS_FINISHED));
        wholeUpTo(lab.count(Counter.RECORDS_COMMITTED));
    }

    @Test
    void aFullDiskIsWaitedForAndNothingIsLostOnceThereIsRoom() throws Exception {
        onADiskOf("8m", () -> {
            git(3);
            lab.records();
            Path ballast = lab.places().stateDirectory().resolve("ballast");
            fill(ballast);
            int sent = 3;
            while (!lab.status().log().state().equals("failing")) { // Until what SQLite had in reserve is used up.
                git(2);
                sent += 2;
            }
            git(5);
            say(10);
            assertThat(lab.status().log().queuedRecords()).isPositive();
            Files.delete(ballast);
            lab.records();
            assertThat(lab.status().log().state()).isEqualTo("open");
            wholeUpTo(sent + 15);
        });
    }

    @Test
    void aDatabaseThatMayOnlyBeReadIsWrittenAsSoonAsItMayBe() throws Exception {
        lab.stopDaemon();
        Path state = lab.places().stateDirectory();
        Files.createDirectories(state);
        assumeTrue(status("mount", "--bind", state.toString(), state.toString()) == 0, "needs to be allowed to mount");
        try {
            lab.startDaemon();
            git(2);
            lab.records();
            lab.stopDaemon();
            assertThat(status("mount", "-o", "remount,ro,bind", state.toString()))
                    .isZero();
            lab.startDaemon();
            git(5);
            GitLab.until(() -> lab.status().log().state().equals("failing"));
            GitLab.until(() -> lab.status().log().queuedRecords() == 5);
            assertThat(status("mount", "-o", "remount,rw,bind", state.toString()))
                    .isZero();
            lab.records();
            wholeUpTo(7);
            lab.stopDaemon();
        } finally {
            status("umount", "-l", state.toString());
        }
        lab.startDaemon();
    }

    @Test
    void aDatabaseDamagedInItsMiddleIsSetAsideNotDeleted() throws Exception {
        say(500);
        lab.records();
        lab.stopDaemon();
        byte[] bytes = Files.readAllBytes(database());
        for (int i = 4096; i < bytes.length; i++) {
            bytes[i] = (byte) 0xa5;
        }
        Files.write(database(), bytes);
        lab.startDaemon();
        git(5);
        GitLab.until(() ->
                lab.status().log().state().equals("open") && lab.status().log().head() == 5);
        wholeUpTo(5);
        try (Stream<Path> files = Files.list(lab.places().stateDirectory())) {
            List<Path> aside = files.filter(
                            file -> file.getFileName().toString().matches("log\\.db\\.corrupt-.*"))
                    .toList();
            assertThat(aside).hasSize(1);
            assertThat(Files.readAllBytes(aside.getFirst())).isEqualTo(bytes);
        }
    }

    @Test
    void damageAmongOldRecordsIsFoundBeforeSomebodyAsksForThem() throws Exception {
        say(3_000);
        lab.records();
        lab.stopDaemon();
        byte[] bytes = Files.readAllBytes(database());
        for (int i = 4 * 4096; i < bytes.length / 2; i++) { // What a commit reads and writes lies at the end.
            bytes[i] = (byte) 0xa5;
        }
        Files.write(database(), bytes);
        lab.startDaemon();
        GitLab.until(() -> lab.status().errors().toString().contains("malformed"));
        git(5);
        GitLab.until(() ->
                lab.status().log().state().equals("open") && lab.status().log().head() == 5);
        wholeUpTo(5);
    }

    @Test
    void aNewerSchemaIsLeftAloneAndRecordsWaitForWhoeverPutsItRight() throws Exception {
        git(2);
        lab.records();
        lab.stopDaemon();
        long known = schema("PRAGMA user_version");
        schema("PRAGMA user_version = 99");
        byte[] before = Files.readAllBytes(database());
        lab.startDaemon();
        git(5);
        GitLab.until(() -> lab.status().log().queuedRecords() == 5
                && lab.status().log().state().equals("failing"));
        assertThat(lab.status().errors().getFirst().message()).contains("schema 99", "--state-dir");
        assertThat(Files.readAllBytes(database())).isEqualTo(before);
        schema("PRAGMA user_version = " + known);
        lab.records();
        wholeUpTo(7);
    }

    @Test
    void aDirectoryRemovedWhileItRunsIsNoticedAndALogBegunThere() throws Exception {
        git(5);
        lab.records();
        String old = lab.status().log().id();
        removeEverythingIn(lab.places().stateDirectory(), true);
        git(5);
        lab.records(); // There is a log again, and what came after is in it.
        GitLab.until(() -> lab.status().log().queuedRecords() == 0);
        assertThat(lab.status().log().id()).isNotEqualTo(old);
        assertThat(lab.status().errors().getFirst().message()).contains("was removed or replaced");
        wholeUpTo(5);
        assertThat(Files.getPosixFilePermissions(lab.places().stateDirectory())).hasSize(3);
    }

    @Test
    void aDatabaseReplacedWhileItRunsIsGoneOnWith() throws Exception {
        git(3);
        lab.records();
        lab.stopDaemon();
        Path copy = lab.root().resolve("copy.db");
        Files.copy(database(), copy);
        lab.startDaemon();
        git(4);
        lab.records();
        Path aside = lab.root().resolve("aside.db");
        Files.move(database(), aside);
        removeEverythingIn(lab.places().stateDirectory(), false);
        Files.move(copy, database(), StandardCopyOption.ATOMIC_MOVE);
        git(2);
        GitLab.until(() ->
                lab.status().log().queuedRecords() == 0 && lab.status().log().head() == 5);
        wholeUpTo(5);
        assertThat(aside).exists();
    }

    // What happens to it.

    /** Runs git so often and answers how many microseconds the median took; none of them may have waited. */
    private long git(int times) throws Exception {
        long[] took = new long[times];
        for (int i = 0; i < times; i++) {
            long began = System.nanoTime();
            assertThat(lab.run("exec git version").exit()).isZero();
            took[i] = (System.nanoTime() - began) / 1_000;
        }
        java.util.Arrays.sort(took);
        assertThat(Duration.ofNanos(took[times / 2] * 1_000)).as("git").isLessThan(NEVER_LONGER);
        return took[times / 2];
    }

    /** So many commands that are not there. */
    private void say(int times) throws IOException {
        for (int i = 0; i < times; i++) {
            try (var connection = lab.connect()) {
                connection.write(
                        java.nio.ByteBuffer.wrap(Events.command("git", "commit").bytes()));
            }
        }
    }

    private interface Story {
        void tell() throws Exception;
    }

    private void onADiskOf(String size, Story story) throws Exception {
        lab.stopDaemon();
        Path state = lab.places().stateDirectory();
        Files.createDirectories(state);
        assumeTrue(
                status("mount", "-t", "tmpfs", "-o", "mode=700,size=" + size, "tmpfs", state.toString()) == 0,
                "needs to be allowed to mount");
        try {
            lab.startDaemon();
            story.tell();
            lab.stopDaemon();
        } finally {
            status("umount", "-l", state.toString());
        }
        lab.startDaemon();
    }

    private static void fill(Path file) throws IOException {
        try (OutputStream out = Files.newOutputStream(file)) {
            byte[] page = new byte[4096];
            while (true) {
                out.write(page);
            }
        } catch (IOException e) {
            assertThat(e).hasMessageContaining("No space left");
        }
    }

    private static int status(String... command) throws Exception {
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
    }

    private static void removeEverythingIn(Path directory, boolean andItself) throws IOException {
        try (Stream<Path> paths = Files.walk(directory)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                if (andItself || !path.equals(directory)) {
                    Files.deleteIfExists(path);
                }
            }
        }
    }

    private long schema(String sql) throws Exception {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database());
                Statement statement = connection.createStatement()) {
            if (!statement.execute(sql)) {
                return 0;
            }
            try (var rows = statement.getResultSet()) {
                return rows.next() ? rows.getLong(1) : 0;
            }
        }
    }

    private Path database() {
        return lab.places().stateDirectory().resolve("log.db");
    }

    /** The log holds exactly the records 1 to {@code head}, each of another command. */
    private void wholeUpTo(long head) throws Exception {
        Set<Long> seqs = new HashSet<>();
        Set<String> keys = new HashSet<>();
        try (LogReader reader = LogReader.open(lab.places().stateDirectory())) {
            reader.query(CommandQuery.where().after(0, 0), stored -> {
                seqs.add(stored.seq());
                keys.add(stored.key());
            });
        }
        assertThat(seqs)
                .containsExactlyInAnyOrderElementsOf(
                        LongStream.rangeClosed(1, head).boxed().toList());
        assertThat(keys).hasSize((int) head);
    }
}
