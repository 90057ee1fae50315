package taproot.daemon.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static taproot.daemon.log.CommandQuery.where;
import static taproot.daemon.log.Commands.STARTED;
import static taproot.daemon.log.Commands.command;
import static taproot.daemon.log.Commands.plain;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import taproot.normalizer.Outcome;

class LogReaderTest extends LogTestBase {
    @Test
    void theRecordCarriesItsSeqAfterItsVersion() throws Exception {
        CommandLog log = open();
        append(log, plain("a"));
        settled(log);

        String json = new String(all(where().after(0, 0)).getFirst().json(), StandardCharsets.UTF_8);
        assertThat(json).startsWith("{\"v\":1,\"seq\":1,\"key\":\"a\",").endsWith("}");
    }

    @Test
    void theNewestComeOldestFirst() throws Exception {
        CommandLog log = open();
        for (int i = 1; i <= 300; i++) {
            append(log, command("k" + i).named(i % 2 == 0 ? "even" : "odd").finished());
        }
        settled(log);

        assertThat(keys(where().newest(3))).containsExactly("k298", "k299", "k300");
        assertThat(keys(where().command("odd").newest(2))).containsExactly("k297", "k299");
        assertThat(keys(where().newest(0))).hasSize(300).startsWith("k1").endsWith("k300");
        assertThat(keys(where().newest(1000))).hasSize(300);
        assertThat(keys(where().command("none").newest(5))).isEmpty();
        assertThat(keys(where().after(297, 2))).containsExactly("k298", "k299");
        assertThat(keys(where().after(300, 2))).isEmpty();
        assertThat(keys(where().command("even").after(0, 200))).hasSize(150);
    }

    @Test
    void aRepositoryIsItselfAndWhatLiesBelow() throws Exception {
        CommandLog log = open();
        append(
                log,
                command("itself").in("/src/app").finished(),
                command("submodule").in("/src/app/lib").finished(),
                command("neighbour").in("/src/app2").finished(),
                command("dashed").in("/src/app-old").finished(),
                command("bare").inBare("/src/app.git").finished(),
                command("none").in(null).finished());
        settled(log);

        assertThat(keys(where().repository("/src/app").newest(0))).containsExactly("itself", "submodule");
        assertThat(keys(where().repository("/src/app/").newest(0))).containsExactly("itself", "submodule");
        assertThat(keys(where().repository("/src/app.git").newest(0))).containsExactly("bare");
        assertThat(keys(where().repository("/").newest(0))).hasSize(5);
        assertThat(keys(where().repository("/src/a").newest(0))).isEmpty();
    }

    @Test
    void everyConditionHasToHold() throws Exception {
        CommandLog log = open();
        append(
                log,
                command("good").took(1_000L).finished(),
                command("bad").ended(Outcome.EXITED, 1).took(2_000L).finished(),
                command("lost").ended(Outcome.LOST, null).took(null).finished(),
                command("read").readOnly().took(3_000L).session("ide-7").finished(),
                command("later").startedAt(STARTED + 1_000_000).took(4_000L).finished());
        settled(log);

        assertThat(keys(where().failed(true).newest(0))).containsExactly("bad", "lost");
        assertThat(keys(where().failed(false).newest(0))).containsExactly("good", "read", "later");
        assertThat(keys(where().outcome(Outcome.LOST).newest(0))).containsExactly("lost");
        assertThat(keys(where().readOnly(true).newest(0))).containsExactly("read");
        assertThat(keys(where().readOnly(false).newest(0))).hasSize(4);
        assertThat(keys(where().session("ide-7").newest(0))).containsExactly("read");
        assertThat(keys(where().minDurationUs(2_000L).newest(0))).containsExactly("bad", "read", "later");
        Instant second = Instant.ofEpochSecond(STARTED / 1_000_000 + 1);
        assertThat(keys(where().since(second).newest(0))).containsExactly("later");
        assertThat(keys(where().until(second).newest(0))).hasSize(4);
        assertThat(keys(where().minDurationUs(2_000L).failed(true).newest(0))).containsExactly("bad");
    }

    @Test
    void anyUnambiguousPartOfAKeyFindsItsRecord() throws Exception {
        CommandLog log = open();
        append(log, plain("20261120T064500.1Z-P0001"), plain("20261120T064500.1Z-P0001/sub"), plain("x_%"));
        settled(log);

        try (LogReader reader = reader()) {
            assertThat(found(reader, "20261120T064500.1Z-P0001")).isEqualTo("20261120T064500.1Z-P0001"); // Exact first.
            assertThat(found(reader, "P0001/")).isEqualTo("20261120T064500.1Z-P0001/sub");
            assertThat(found(reader, "%")).isEqualTo("x_%"); // No pattern, a part.
            assertThat(reader.find("nobody")).isInstanceOf(KeyMatch.None.class);
            assertThat(reader.find("P0001/su%")).isInstanceOf(KeyMatch.None.class);
            assertThat(reader.find("P0001"))
                    .isEqualTo(new KeyMatch.Ambiguous(
                            List.of("20261120T064500.1Z-P0001/sub", "20261120T064500.1Z-P0001"), false));
        }
    }

    @Test
    void tooManyCandidatesAreCutAndSaid() throws Exception {
        CommandLog log = open();
        for (int i = 0; i < 50; i++) {
            append(log, plain("key-" + i));
        }
        settled(log);

        try (LogReader reader = reader()) {
            assertThat(reader.find("key-")).isInstanceOfSatisfying(KeyMatch.Ambiguous.class, match -> {
                assertThat(match.keys()).hasSize(10).startsWith("key-49");
                assertThat(match.more()).isTrue();
            });
        }
    }

    @Test
    void aReaderSeesEveryRecordOnceWhileTheWriterWrites() throws Exception {
        CommandLog log = open();
        append(log, plain("first"));
        settled(log);
        int records = 20_000;
        AtomicBoolean overlapped = new AtomicBoolean();
        Thread writing = Thread.ofPlatform().start(() -> {
            for (int i = 1; i < records; i++) {
                append(log, plain("k" + i));
            }
        });
        List<Long> seen = new ArrayList<>();
        try (LogReader reader = reader()) {
            while (seen.size() < records) {
                long after = seen.isEmpty() ? 0 : seen.getLast();
                reader.query(where().after(after, 500), command -> seen.add(command.seq()));
                overlapped.compareAndSet(false, seen.size() > 1 && reader.head() < records);
            }
        }
        writing.join();

        assertThat(seen).isEqualTo(LongStream.rangeClosed(1, records).boxed().toList());
        assertThat(overlapped).isTrue();
    }

    @Test
    void theHeadAndTheNameAreTheLogs() throws Exception {
        CommandLog log = open();
        append(log, plain("a"), plain("b"));
        settled(log);

        try (LogReader reader = reader()) {
            assertThat(reader.head()).isEqualTo(2);
            assertThat(reader.count()).isEqualTo(2);
            assertThat(reader.logId()).isEqualTo(log.status().logId()).hasSize(36);
        }
    }

    @Test
    void aReaderNeedsNoDaemon() throws Exception {
        CommandLog log = open();
        append(log, plain("a"));
        log.close(GRACE);

        assertThat(keys(where().newest(0))).containsExactly("a");
    }

    @Test
    void whereNothingWasRecordedTheReaderSaysSo() throws Exception {
        assertThatExceptionOfType(LogException.class)
                .isThrownBy(this::reader)
                .withMessageContaining("no log in")
                .extracting(LogException::kind)
                .isEqualTo(LogException.Kind.NO_LOG);
        assertThat(state).doesNotExist(); // Looking leaves nothing behind.

        Files.createDirectories(state);
        Files.createFile(state.resolve("log.db")); // A daemon that is just starting.
        assertThatExceptionOfType(LogException.class)
                .isThrownBy(this::reader)
                .extracting(LogException::kind)
                .isEqualTo(LogException.Kind.NO_LOG);
    }

    private static String found(LogReader reader, String part) throws LogException {
        return reader.find(part) instanceof KeyMatch.Found(StoredCommand command) ? command.key() : "not found";
    }
}
