package taproot.daemon.log;

import static org.assertj.core.api.Assertions.assertThat;
import static taproot.daemon.log.CommandQuery.where;
import static taproot.daemon.log.Commands.STARTED;
import static taproot.daemon.log.Commands.command;
import static taproot.daemon.log.Commands.plain;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import taproot.normalizer.RecordJson;

/** Removal of what somebody does not want to be remembered. */
class ForgetTest extends LogTestBase {
    @Test
    void aRepositoryIsForgottenWithItsTracesAndNothingElse() throws Exception {
        CommandLog log = open();
        for (int i = 0; i < 3_000; i++) {
            byte[] trace = ("secret trace " + i).getBytes(StandardCharsets.UTF_8);
            append(log, command("s" + i).in("/src/secret/sub").traced(trace).finished());
            append(log, command("k" + i).in("/src/kept").traced(trace).finished());
        }

        Forgotten forgotten = forget(log, where().repository("/src/secret").newest(0));

        assertThat(forgotten).isEqualTo(new Forgotten(3_000, 3_000, 0));
        assertThat(keys(where().newest(0))).hasSize(3_000).allMatch(key -> key.startsWith("k"));
        assertThat(sql("SELECT count(*) FROM traces")).isEqualTo("3000");
        assertThat(forget(log, where().repository("/src/secret").newest(0))).isEqualTo(Forgotten.NOTHING);
        append(log, plain("next"));
        settled(log);
        assertThat(seqs()).endsWith(6_000L, 6_001L);
    }

    @Test
    void whatBeganBeforeATimeIsForgottenAndCountedInBucketsToo() throws Exception {
        CommandLog log = open(settings(Duration.ofMinutes(10), Duration.ofDays(30), 1L << 30));
        append(
                log,
                command("early").readOnly().finished(),
                command("minute").readOnly().startedAt(STARTED + 120_000_000).finished(),
                command("change").finished(),
                command("late").startedAt(STARTED + 600_000_000).finished());
        settled(log);
        now = now.plus(Duration.ofMinutes(20));
        append(log, plain("wakes retention"));
        settled(log);
        org.awaitility.Awaitility.await()
                .until(() -> sql("SELECT count(*) FROM read_only_buckets").equals("2"));

        Instant before = Instant.ofEpochSecond(STARTED / 1_000_000 + 90);
        assertThat(forget(log, where().until(before).newest(0))).isEqualTo(new Forgotten(2, 0, 1));
        assertThat(keys(where().newest(0))).containsExactly("late");
        assertThat(sql("SELECT count(*) FROM read_only_buckets")).isEqualTo("1");
    }

    @Test
    void whatIsForgottenIsInNoFileAnyMore() throws Exception {
        CommandLog log = open();
        append(log, command("k").argv("git").session("SECRETSESSION").finished(), plain("kept"));
        settled(log);
        assertThat(inFiles("SECRETSESSION")).isTrue();

        forget(log, where().session("SECRETSESSION").newest(0));

        assertThat(inFiles("SECRETSESSION")).isFalse();
    }

    @Test
    void whatWasAppendedBeforeIsForgottenWhatComesAfterIsNot() throws Exception {
        CommandLog log = open();
        append(log, plain("before"));
        var asked = log.forget(where().newest(0)).toCompletableFuture();
        append(log, plain("after"));
        asked.get(10, TimeUnit.SECONDS);
        settled(log);

        assertThat(keys(where().newest(0))).containsExactly("after");
        try (LogReader reader = reader()) {
            assertThat(reader.after(0, 10).entries().getFirst()).isEqualTo(new RemovedRange(1, 1));
        }
    }

    @Test
    void recordsAreWrittenWhileMuchIsForgotten() throws Exception {
        CommandLog log = open();
        for (int i = 0; i < 20_000; i++) {
            append(log, plain("old" + i));
        }
        settled(log);
        var asked = log.forget(where().newest(0)).toCompletableFuture();
        int during = 0;
        while (!asked.isDone()) {
            append(log, plain("new" + during++));
            settled(log);
        }

        assertThat(asked.get().commands()).isEqualTo(20_000);
        assertThat(during).as("commits between the steps").isGreaterThan(1);
        assertThat(keys(where().newest(0))).hasSize(during).startsWith("new0");
    }

    @Test
    void aLogWithoutADaemonForgetsToo() throws Exception {
        CommandLog log = open();
        append(log, command("a").in("/x").finished(), command("b").in("/y").finished());
        log.close(GRACE);

        assertThat(CommandLog.forget(state, where().repository("/x").newest(0))).isEqualTo(new Forgotten(1, 0, 0));
        assertThat(keys(where().newest(0))).containsExactly("b");
    }

    /** Retention removes rows that a sink has set aside; its copies are not forgotten for that. */
    @Test
    void whatSinksHaveSetAsideIsForgottenToo() throws Exception {
        CommandLog log = open(
                settings(Duration.ofHours(1), Duration.ofDays(30), 1L << 30),
                command ->
                        new RecordCodec.Encoded(command.record(), RecordJson.write(command.record()), command.trace()));
        append(
                log,
                command("secret").in("/src/secret").finished(),
                command("kept").in("/src/kept").finished());
        for (int i = 0; i < 1_500; i++) {
            append(log, command("old" + i).in("/src/secret").finished());
        }
        settled(log);
        for (String sink : List.of("one", "other")) {
            sql("INSERT INTO set_aside SELECT '" + sink + "', seq, key, 0, 'no', 0, 1, 0, record FROM commands");
        }
        sql("DELETE FROM commands WHERE key <> 'kept'");

        assertThat(forget(log, where().repository("/src/secret").newest(0))).isEqualTo(new Forgotten(1_501, 0, 0));
        assertThat(sql("SELECT group_concat(sink || key) FROM set_aside")).isEqualTo("onekept,otherkept");
        assertThat(forget(log, where().newest(0))).isEqualTo(new Forgotten(1, 0, 0));
        assertThat(sql("SELECT count(*) FROM set_aside")).isEqualTo("0");
    }

    private static Forgotten forget(CommandLog log, CommandQuery what) throws Exception {
        return log.forget(what).toCompletableFuture().get(60, TimeUnit.SECONDS);
    }

    private boolean inFiles(String text) throws Exception {
        try (Stream<Path> files = Files.list(state)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                if (Files.readString(file, StandardCharsets.ISO_8859_1).contains(text)) {
                    return true;
                }
            }
            return false;
        }
    }
}
