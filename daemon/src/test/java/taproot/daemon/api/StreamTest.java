package taproot.daemon.api;

import static org.assertj.core.api.Assertions.assertThat;
import static taproot.daemon.log.Commands.command;
import static taproot.daemon.log.Commands.plain;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import taproot.daemon.log.CommandQuery;
import taproot.normalizer.Outcome;

/** The live stream, over the control socket. */
@Timeout(20)
class StreamTest extends LoggedServerBase {
    @Test
    void aCommandIsSentWhenItIsCommittedWithItsSeqAndItsRecord() throws Exception {
        append(1, 3);
        settled();
        try (Http stream = stream("")) {
            assertThat(stream.head()).startsWith("HTTP/1.1 200 OK\r\n").contains("content-type: text/event-stream");
            Event first = Event.next(stream);
            assertThat(first.name()).isEqualTo("log");
            assertThat(first.data()).isEqualTo("{\"log_id\":\"" + log.status().logId() + "\",\"head\":3}");
            append(4, 4);
            Event event = Event.next(stream);
            assertThat(event.name()).isEqualTo("command");
            assertThat(event.id()).isEqualTo("4");
            String record = Http.ask(socket, "GET /v1/commands/k4");
            assertThat(record).endsWith(event.data() + "\n");
        }
    }

    @Test
    void whoResumesGetsWhatHeHasNotSeenFromTheDiskAndThenWhatIsNew() throws Exception {
        append(1, 1_000);
        settled();
        try (Http stream = stream("?after=10")) {
            assertThat(seqs(stream, 990)).isEqualTo(range(11, 1_000));
            append(1_001, 1_010);
            assertThat(seqs(stream, 10)).isEqualTo(range(1_001, 1_010));
        }
        try (Http again = Http.request(socket, "GET /v1/stream?after=10", "Last-Event-ID: 1007\r\n")) {
            assertThat(seqs(again, 3)).isEqualTo(range(1_008, 1_010));
        }
    }

    @Test
    void onlyWhatMatchesIsSentFromTheDiskAndFromMemory() throws Exception {
        append(
                command("a").in("/x").finished(),
                command("b").in("/y").finished(),
                command("c").in("/x/z").finished());
        settled();
        try (Http stream = stream("?after=0&repository=/x&failed=false")) {
            assertThat(seqs(stream, 2)).containsExactly(1L, 3L);
            append(
                    command("d").in("/y").finished(),
                    command("e").in("/x").ended(Outcome.EXITED, 1).finished(),
                    command("f").in("/x").finished());
            assertThat(seqs(stream, 1)).containsExactly(6L);
        }
    }

    @Test
    void whatRetentionHasRemovedIsAnnounced() throws Exception {
        append(1, 10);
        settled();
        log.forget(CommandQuery.where().session("none").newest(0))
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);
        sql("DELETE FROM commands WHERE seq IN (1, 2, 3, 7)");
        try (Http stream = stream("?after=1&command=status")) {
            assertThat(Event.next(stream).name()).isEqualTo("log");
            assertThat(Event.next(stream)).isEqualTo(new Event("gap", "3", "{\"from\":2,\"to\":3}"));
            assertThat(seqs(stream, 3)).containsExactly(4L, 5L, 6L);
            assertThat(Event.next(stream)).isEqualTo(new Event("gap", "7", "{\"from\":7,\"to\":7}"));
            assertThat(seqs(stream, 3)).containsExactly(8L, 9L, 10L);
        }
    }

    @Test
    void aCursorAheadOfTheHeadOrOfAnotherLogIsReset() throws Exception {
        append(1, 2);
        settled();
        String now = "{\"log_id\":\"" + log.status().logId() + "\",\"head\":2}";
        for (String query : List.of("?after=3", "?after=2&log_id=another", "?log_id=another")) {
            try (Http stream = stream(query)) {
                assertThat(Event.next(stream)).isEqualTo(new Event("log", null, now));
                assertThat(Event.next(stream)).as(query).isEqualTo(new Event("reset", null, now));
                assertThat(seqs(stream, 2)).containsExactly(1L, 2L);
            }
        }
        try (Http stream = stream("?after=1&log_id=" + log.status().logId())) {
            assertThat(Event.next(stream).name()).isEqualTo("log");
            assertThat(Event.next(stream).id()).isEqualTo("2");
        }
    }

    @Test
    void aLogThatIsSetAsideResetsWhoFollowsIt() throws Exception {
        append(1, 5);
        settled();
        try (Http stream = stream("?after=4")) {
            assertThat(seqs(stream, 1)).containsExactly(5L);
            Files.delete(state.resolve("log.db"));
            append(plain("other"));
            assertThat(Event.next(stream).name()).isEqualTo("reset");
            assertThat(seqs(stream, 1)).containsExactly(1L);
        }
    }

    @Test
    void aRestartLosesNothingAndRepeatsNothing() throws Exception {
        List<Long> seen = new ArrayList<>();
        for (int round = 0; round < 5; round++) {
            append(round * 100 + 1, round * 100 + 50);
            long last = seen.isEmpty() ? 0 : seen.getLast();
            try (Http stream = stream("?after=" + last)) {
                append(round * 100 + 51, round * 100 + 100);
                seen.addAll(seqs(stream, 60)); // It goes with some of them on the way.
                restart();
            }
        }
        try (Http stream = stream("?after=" + seen.getLast())) {
            seen.addAll(seqs(stream, 500 - seen.size()));
        }
        assertThat(seen).isEqualTo(range(1, 500));
    }

    @Test
    void whoNeverReadsHoldsUpNobodyAndIsForgottenWhenHeGoes() throws Exception {
        append(1, 1);
        settled();
        List<SocketChannel> deaf = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            deaf.add(Http.sent(socket, "GET /v1/stream?after=0", ""));
        }
        try (Http stream = stream("")) {
            assertThat(Event.next(stream).name()).isEqualTo("log");
            for (int from = 2; from < 20_000; from += 1_000) {
                append(from, from + 999);
                assertThat(seqs(stream, 1_000)).isEqualTo(range(from, from + 999));
            }
        }
        try (Http catchesUp = stream("?after=0")) {
            assertThat(seqs(catchesUp, 20_001)).isEqualTo(range(1, 20_001));
        }
        assertThat(server.subscribers()).isGreaterThanOrEqualTo(50);
        for (SocketChannel channel : deaf) {
            channel.close();
        }
        Awaitility.await().until(() -> server.subscribers() == 0);
    }

    @Test
    void aThousandSubscribersEachGetEveryRecordOnceAndInOrder() throws Exception {
        int records = 300;
        try (Crowd crowd = new Crowd(socket, 1_000)) {
            Awaitility.await().until(() -> server.subscribers() == 1_000);
            append(1, records);
            crowd.read(records);
            assertThat(crowd.seqs()).allSatisfy(seqs -> assertThat(seqs).isEqualTo(range(1, records)));
        }
    }

    @Test
    void whoReadsSlowlyFallsBehindAloneAndMissesNothing() throws Exception {
        try (Http slow = stream("?after=0");
                Http quick = stream("?after=0")) {
            append(1, 10_000); // More than is kept in memory, by far more than a socket holds.
            assertThat(seqs(quick, 10_000)).isEqualTo(range(1, 10_000));
            assertThat(seqs(slow, 10_000)).isEqualTo(range(1, 10_000));
        }
    }

    @Test
    void whatIsRunningIsToldBeforeItsRecord() throws Exception {
        live.add(running("long", "/x"));
        live.add(running("elsewhere", "/y"));
        try (Http stream = stream("?live=true&repository=/x&outcome=exited")) {
            assertThat(Event.next(stream).name()).isEqualTo("log");
            Event started = Event.next(stream);
            assertThat(started.name()).isEqualTo("started");
            assertThat(started.id()).isNull();
            assertThat(started.data()).startsWith("{\"key\":\"long\",").contains("\"worktree\":\"/x\"");

            live.add(running("second", "/x"));
            assertThat(Event.next(stream).data()).startsWith("{\"key\":\"second\",");
            live.removeIf(running -> running.key().equals("long"));
            append(command("long").in("/x").finished());
            assertThat(seqs(stream, 1)).containsExactly(1L);
        }
    }

    @Test
    void curlFollowsTheStream() throws Exception {
        append(1, 3);
        settled();
        Process curl = new ProcessBuilder(
                        "curl", "-sN", "--unix-socket", socket.toString(), "http://taproot/v1/stream?after=1")
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (var lines = curl.inputReader()) {
            List<String> ids = new ArrayList<>();
            while (ids.size() < 3) {
                String line = lines.readLine();
                if (line.startsWith("id: ")) {
                    ids.add(line);
                    if (ids.size() == 2) {
                        append(4, 4);
                    }
                }
            }
            assertThat(ids).containsExactly("id: 2", "id: 3", "id: 4");
        } finally {
            curl.destroyForcibly();
        }
    }

    @Test
    void badParametersNameThemselves() throws IOException {
        assertThat(Http.ask(socket, "GET /v1/stream?after=x"))
                .startsWith("HTTP/1.1 400 ")
                .contains("content-type: application/problem+json")
                .contains("\"parameter\":\"after\",\"got\":\"x\",\"expected\":\"a whole number of at least 0\"");
        assertThat(Http.ask(socket, "GET /v1/stream?live=maybe")).contains("live: expected true or false, got maybe");
        try (Http http = Http.request(socket, "GET /v1/stream", "Last-Event-ID: abc\r\nConnection: close\r\n")) {
            assertThat(http.rest()).contains("Last-Event-ID: expected the id of an event, a seq, got abc");
        }
    }

    private static Control.Live running(String key, String worktree) {
        return new Control.Live(
                key,
                key,
                List.of("git", "gc"),
                "gc",
                null,
                false,
                new taproot.normalizer.CommandRecord.Repository(null, worktree, null, null, null),
                1L,
                "2.56.0",
                Instant.EPOCH,
                0,
                Duration.ZERO,
                true);
    }

    private void sql(String statement) throws Exception {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + state.resolve("log.db"));
                Statement sql = connection.createStatement()) {
            sql.executeUpdate(statement);
        }
    }

    private static List<Long> range(long from, long to) {
        return LongStream.rangeClosed(from, to).boxed().toList();
    }
}
