package taproot.daemon.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static taproot.daemon.log.CommandQuery.where;
import static taproot.daemon.log.Commands.command;
import static taproot.daemon.log.Commands.plain;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.LongStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import taproot.daemon.metrics.Counter;

class LogRecoveryTest extends LogTestBase {
    @Test
    void whatWasConfirmedSurvivesKillMinusNine() throws Exception {
        long before = 0;
        for (int round = 0; round < 3; round++) {
            Process child = startChild("round" + round);
            long confirmed = 0;
            try (BufferedReader lines = child.inputReader(UTF_8)) {
                for (int i = 0; i < 40; i++) {
                    confirmed = Long.parseLong(Objects.requireNonNull(lines.readLine(), "the child ended"));
                }
                assertThat(unfinished()).as("while somebody writes it").isZero();
            } finally {
                child.destroyForcibly(); // SIGKILL, in the midst of it
                child.waitFor();
            }

            assertThat(unfinished()).as("when he was killed").isPositive();
            assertThat(confirmed).isGreaterThan(before);
            try (LogReader reader = reader()) {
                assertThat(reader.head()).isGreaterThanOrEqualTo(confirmed);
                assertThat(seqs())
                        .isEqualTo(
                                LongStream.rangeClosed(1, reader.head()).boxed().toList());
                before = reader.head();
            }
            assertThat(sql("PRAGMA integrity_check")).isEqualTo("ok");
        }
    }

    private long unfinished() throws Exception {
        return StateDirectory.create(state).secureDatabase().unfinished();
    }

    @Test
    void aDefectInTheWriterIsCountedAndTheLogIsWrittenOn() throws Exception {
        AtomicBoolean broken = new AtomicBoolean();
        InstantSource clock = () -> {
            if (broken.getAndSet(false)) {
                throw new IllegalStateException("a defect");
            }
            return now;
        };
        CommandLog opened =
                CommandLog.open(state, queueLimit(1 << 20), SinkCursors.UNCHANGED, Commands::encode, counters, clock);
        log = opened;
        append(opened, plain("before"));
        settled(opened);
        broken.set(true);
        opened.alive().toCompletableFuture().get(30, TimeUnit.SECONDS);
        Awaitility.await().until(() -> count(Counter.DEFECTS) > 0);
        append(opened, plain("after"));
        assertThat(settled(opened)).isEqualTo(2);
        assertThat(keys(where().after(0, 0))).containsExactly("before", "after");
    }

    private Process startChild(String name) throws Exception {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        KilledWriter.class.getName(),
                        state.toString(),
                        name)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    @Test
    void aLockedDatabaseIsWaitedFor() throws Exception {
        CommandLog log = open();
        append(log, plain("a"));
        settled(log);
        try (Connection other = database();
                Statement statement = other.createStatement()) {
            statement.execute("BEGIN IMMEDIATE");
            append(log, plain("b"));
            Awaitility.await().until(() -> count(Counter.LOG_ERRORS) >= 2);
            assertThat(log.status().state()).isEqualTo(LogStatus.State.FAILING);
            assertThat(log.status().lastError()).contains("SQLITE_BUSY");
            assertThat(log.status().queuedRecords()).isEqualTo(1);
            statement.execute("ROLLBACK");
        }

        assertThat(settled(log)).isEqualTo(2);
        assertThat(log.status().state()).isEqualTo(LogStatus.State.OPEN);
        assertThat(seqs()).containsExactly(1L, 2L);
    }

    /** On a file system of a few MiB, where the test may mount one. */
    @Test
    void aFullDiskLosesNothingOnceThereIsRoom() throws Exception {
        Path disk = temporary.resolve("disk");
        Files.createDirectories(disk);
        Assumptions.assumeTrue(exitStatus("mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", disk.toString()) == 0);
        try {
            state = disk.resolve("state");
            CommandLog log = open();
            append(log, plain("a"));
            settled(log);
            Path ballast = disk.resolve("ballast");
            fill(ballast);
            for (int i = 0; i < 500; i++) {
                append(log, plain("k" + i));
            }
            Awaitility.await().until(() -> count(Counter.LOG_ERRORS) >= 2);
            assertThat(log.status().state()).isEqualTo(LogStatus.State.FAILING);
            Files.delete(ballast);

            assertThat(settled(log)).isEqualTo(501);
            assertThat(seqs()).isEqualTo(LongStream.rangeClosed(1, 501).boxed().toList());
            assertThat(count(Counter.RECORDS_DUPLICATE)).isZero();
            log.close(GRACE);
        } finally {
            exitStatus("umount", "-l", disk.toString());
        }
    }

    private static int exitStatus(String... command) throws Exception {
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
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

    @Test
    void aWriterThatCannotWriteIsAliveAllTheSameAndOneThatHasEndedIsNot() throws Exception {
        CommandLog log = open();
        append(log, plain("a"));
        settled(log);
        try (Connection other = database();
                Statement statement = other.createStatement()) {
            statement.execute("BEGIN IMMEDIATE");
            append(log, plain("b"));
            Awaitility.await().until(() -> log.status().state() == LogStatus.State.FAILING);
            log.alive().toCompletableFuture().get(10, TimeUnit.SECONDS);
            assertThat(log.status().state()).isEqualTo(LogStatus.State.FAILING);
            statement.execute("ROLLBACK");
        }
        log.close(GRACE);
        assertThatThrownBy(() -> log.alive().toCompletableFuture().get(10, TimeUnit.SECONDS))
                .hasCauseInstanceOf(LogException.class);
    }

    @Test
    void recordsThatCannotBeWrittenInTimeAreCounted() throws Exception {
        CommandLog log = open();
        append(log, plain("a"));
        settled(log);
        try (Connection other = database();
                Statement statement = other.createStatement()) {
            statement.execute("BEGIN IMMEDIATE");
            append(log, plain("b"), plain("c"));
            var waiting = log.committed().toCompletableFuture();
            log.close(Duration.ofMillis(300));

            assertThat(count(Counter.RECORDS_UNWRITTEN)).isEqualTo(2);
            assertThat(log.status().state()).isEqualTo(LogStatus.State.CLOSED);
            assertThatThrownBy(() -> waiting.get(1, TimeUnit.SECONDS)).hasCauseInstanceOf(LogException.class);
            statement.execute("ROLLBACK");
        }
        assertThat(seqs()).containsExactly(1L);
    }

    @Test
    void aNewerSchemaIsRefusedAndLeftAlone() throws Exception {
        CommandLog log = open();
        append(log, plain("a"));
        log.close(GRACE);
        sql("PRAGMA user_version = 99");
        byte[] before = Files.readAllBytes(state.resolve("log.db"));

        CommandLog refused = open();
        assertThatThrownBy(() -> refused.opened().toCompletableFuture().get(10, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        LogException.class, e -> assertThat(e.kind()).isEqualTo(LogException.Kind.NEWER_SCHEMA))
                .hasMessageContaining("schema 99")
                .hasMessageContaining("knows " + Schema.VERSION);
        assertThatExceptionOfType(LogException.class).isThrownBy(this::reader).withMessageContaining("schema 99");
        refused.close(Duration.ofMillis(100));
        assertThat(Files.readAllBytes(state.resolve("log.db"))).isEqualTo(before);
    }

    @Test
    void aDamagedDatabaseIsSetAsideAndANewOneBegun() throws Exception {
        Files.createDirectories(state);
        Files.writeString(state.resolve("log.db"), "this was a database once, said the disk\n".repeat(200));
        CommandLog log = open();
        append(log, plain("a"));

        assertThat(settled(log)).isEqualTo(1);
        Path aside = Objects.requireNonNull(log.status().setAside());
        assertThat(aside.getFileName().toString()).matches("log\\.db\\.corrupt-\\d{8}T\\d{6}Z");
        assertThat(aside).content().startsWith("this was a database once");
        assertThat(count(Counter.LOG_ERRORS)).isEqualTo(1);
    }

    @Test
    void damageInMidLifeCostsOnlyWhatWasDamaged() throws Exception {
        CommandLog log = open();
        for (int i = 0; i < 500; i++) {
            append(log, plain("k" + i));
        }
        settled(log);
        String id = log.status().logId();
        log.close(GRACE);
        overwrite(state.resolve("log.db"), 4096);

        CommandLog again = open();
        append(again, plain("new"));
        assertThat(settled(again)).isEqualTo(1);
        assertThat(again.status().logId()).isNotEqualTo(id); // A cursor of the old log is good for nothing here.
        assertThat(keys(where().after(0, 0))).containsExactly("new");
    }

    /** Leaves the first page as it is. */
    private static void overwrite(Path file, int from) throws Exception {
        byte[] bytes = Files.readAllBytes(file);
        for (int i = from; i < bytes.length; i++) {
            bytes[i] = (byte) 0xa5;
        }
        Files.write(file, bytes);
    }

    @Test
    void aStateDirectoryOfSomebodyElseIsRefused() throws Exception {
        Path foreign = Path.of("/");
        if (Files.getAttribute(foreign, "unix:uid").equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"))) {
            Files.createDirectories(state);
            Files.setAttribute(state, "unix:uid", 65_534);
            foreign = state;
        }
        Path theirs = foreign;

        assertThatExceptionOfType(LogException.class)
                .isThrownBy(() -> CommandLog.open(theirs, LogSettings.DEFAULTS, Commands::encode, counters))
                .withMessageContaining("belongs to uid")
                .extracting(LogException::kind)
                .isEqualTo(LogException.Kind.FOREIGN_OWNER);
    }

    @Test
    void aStateDirectoryThatOthersMayWriteIntoIsRefused() throws Exception {
        Files.createDirectories(state);
        Files.setPosixFilePermissions(state, PosixFilePermissions.fromString("rwxrwxrwx"));

        assertThatExceptionOfType(LogException.class)
                .isThrownBy(this::open)
                .withMessageContaining("chmod go-w")
                .extracting(LogException::kind)
                .isEqualTo(LogException.Kind.NOT_PRIVATE);
    }

    @Test
    void twoLogsInOneDirectoryShareTheSeq() throws Exception {
        CommandLog one = open();
        CommandLog two = open();
        for (int i = 0; i < 200; i++) {
            append(one, plain("one" + i));
            append(two, plain("two" + i));
        }
        settled(one);
        settled(two);
        one.close(GRACE);

        assertThat(seqs()).isEqualTo(LongStream.rangeClosed(1, 400).boxed().toList());
    }

    @Test
    void theStateDirectoryIsMadeWithWhatLiesAboveIt() throws Exception {
        state = temporary.resolve("a/b/state");
        CommandLog log = open();
        append(log, command("k").finished());

        assertThat(settled(log)).isEqualTo(1);
        assertThat(List.of(state.resolve("log.db"))).allMatch(Files::exists);
    }
}
