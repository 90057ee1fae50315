package taproot.daemon.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import taproot.daemon.config.ConfigException;
import taproot.daemon.log.LogSettings;
import taproot.daemon.metrics.Counter;
import taproot.daemon.metrics.SinkStatus;

class SinkRunnerTest {
    @TempDir
    Path directory;

    private Path state;
    private Path file;

    @BeforeEach
    void places() {
        state = directory.resolve("state");
        file = directory.resolve("out");
    }

    private List<String> settings(String... more) {
        List<String> settings = new ArrayList<>(List.of(
                "sinks.a.type=file",
                "sinks.a.path=" + file,
                "sinks.a.batch_age=10ms",
                "sinks.a.retry_first=5ms",
                "sinks.a.retry_longest=20ms",
                "sinks.a.delivery_timeout=100ms"));
        for (String setting : more) {
            settings.add("sinks.a." + setting);
        }
        return settings;
    }

    private Outlet open(String... more) throws Exception {
        return Outlet.open(state, settings(more));
    }

    private void tell(String what, String... lines) throws Exception {
        Files.write(FileSinkFactory.beside(file, what), List.of(lines));
    }

    private void tellNoMore(String what) throws Exception {
        Files.delete(FileSinkFactory.beside(file, what));
    }

    private List<Long> seqs() throws Exception {
        return seqs(file);
    }

    private static List<Long> seqs(Path file) throws Exception {
        return !Files.exists(file)
                ? List.of()
                : Files.readAllLines(file).stream()
                        .map(line -> Long.parseLong(line.split(" ")[1]))
                        .toList();
    }

    private static List<Long> upTo(long last) {
        return LongStream.rangeClosed(1, last).boxed().toList();
    }

    private static <T> T get(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    @Test
    void eachRecordComesOnceAndInOrderAlsoAcrossRestarts() throws Exception {
        for (int round = 0; round < 3; round++) {
            try (Outlet outlet = open("batch_records=7")) {
                outlet.append(round * 100, round * 100 + 100);
                outlet.awaitAllDelivered();
                assertThat(outlet.status().delivered()).isEqualTo((round + 1) * 100L);
                assertThat(outlet.status().lagRecords()).isZero();
                assertThat(outlet.counters().get(Counter.SINK_RECORDS_DELIVERED))
                        .isEqualTo(100);
            }
        }
        assertThat(seqs()).isEqualTo(upTo(300));
    }

    @Test
    void aBatchIsSentForItsCountItsBytesOrItsAge() throws Exception {
        try (Outlet outlet = open("batch_records=10", "batch_age=1h")) {
            outlet.append(0, 25);
            outlet.await(status -> status.cursor() == 20);
            assertThat(outlet.status().state()).isEqualTo(SinkStatus.State.IDLE);
        }
        try (Outlet outlet = open("batch_records=1000", "batch_age=1h", "batch_bytes=4KiB")) {
            outlet.append(25, 60);
            outlet.await(status -> status.cursor() > 40);
        }
        try (Outlet outlet = open("batch_records=1000", "batch_age=50ms")) {
            outlet.awaitAllDelivered();
        }
        assertThat(seqs()).isEqualTo(upTo(60));
    }

    @Test
    void aNewSinkStartsNowOrAtTheBeginning() throws Exception {
        try (Outlet before = Outlet.open(state, List.of())) {
            before.append(0, 5);
        }
        Path other = directory.resolve("other");
        List<String> both = new ArrayList<>(settings());
        both.addAll(List.of(
                "sinks.b.type=file", "sinks.b.path=" + other, "sinks.b.start=beginning", "sinks.b.batch_age=1ms"));
        try (Outlet outlet = Outlet.open(state, both)) {
            outlet.append(5, 8);
            Awaitility.await().until(() -> seqs().size() == 3 && seqs(other).size() == 8);
        }
        assertThat(seqs()).containsExactly(6L, 7L, 8L);
        assertThat(seqs(other)).isEqualTo(upTo(8));
    }

    @Test
    void aSystemThatIsDownIsTriedAgainUntilItIsUp() throws Exception {
        tell("down");
        try (Outlet outlet = open()) {
            outlet.append(0, 10);
            outlet.await(status -> status.failures() >= 3);
            assertThat(outlet.status().lastError()).contains("there is no way to");
            assertThat(outlet.status().lagRecords()).isEqualTo(10);
            tellNoMore("down");
            outlet.awaitAllDelivered();
        }
        assertThat(seqs()).isEqualTo(upTo(10));
    }

    @Test
    void anAnswerThatIsLostAndAnExceptionAreUnknownAndTheSameBatchIsSentAgain() throws Exception {
        tell("swallows");
        tell("throws");
        try (Outlet outlet = open()) {
            outlet.append(0, 10);
            outlet.awaitAllDelivered();
            assertThat(outlet.status().unknown()).isEqualTo(2);
        }
        assertThat(seqs()).isEqualTo(upTo(10));
    }

    @Test
    void aSinkThatDoesNotAnswerIsClosedAndOpenedAnew() throws Exception {
        tell("hangs");
        try (Outlet outlet = open()) {
            outlet.append(0, 10);
            outlet.awaitAllDelivered();
            assertThat(outlet.status().lastError()).contains("no answer within 200 ms");
            assertThat(FileSinkFactory.OPENED.get(file)).hasValue(2);
        }
        assertThat(seqs()).isEqualTo(upTo(10));
    }

    @Test
    void whatIsRefusedIsSetAsideKeptAcrossARestartAndSentAgainWhenAskedFor() throws Exception {
        tell("refuses", TestRecords.key(3), TestRecords.key(5));
        try (Outlet outlet = open()) {
            outlet.append(0, 10);
            outlet.awaitAllDelivered();
            assertThat(outlet.status().aside()).isEqualTo(2);
            assertThat(outlet.status().delivered()).isEqualTo(8);
            assertThat(outlet.counters().get(Counter.SINK_RECORDS_SET_ASIDE)).isEqualTo(2);
        }
        assertThat(seqs()).containsExactly(1L, 2L, 3L, 5L, 7L, 8L, 9L, 10L);
        tell("refuses", TestRecords.key(5));
        try (Outlet outlet = open()) {
            outlet.await(status -> status.aside() == 2);
            get(outlet.sinks().resend("a"));
            outlet.await(status -> status.aside() == 1 && status.batch() == null);
            assertThat(outlet.status().delivered()).isEqualTo(9);
            get(outlet.sinks().discard("a"));
            assertThat(outlet.status().aside()).isZero();
        }
        assertThat(seqs()).endsWith(4L);
    }

    @Test
    void aRecordThatStallsHoldsNobodyUpAndIsSentAgainByItself() throws Exception {
        tell("stalls", TestRecords.key(0));
        try (Outlet outlet = open("batch_records=2")) {
            outlet.append(0, 10);
            outlet.await(status -> status.cursor() == 10 && status.aside() == 1);
            tellNoMore("stalls");
            outlet.await(status -> status.aside() == 0);
            assertThat(outlet.status().delivered()).isEqualTo(10);
        }
        assertThat(seqs()).containsExactly(2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L, 10L, 1L);
    }

    @Test
    void aPausedSinkRestsAlsoAfterARestartUntilItIsResumed() throws Exception {
        try (Outlet outlet = open()) {
            outlet.append(0, 5);
            outlet.awaitAllDelivered();
            get(outlet.sinks().pause("a"));
            outlet.append(5, 10);
            outlet.await(status -> status.state() == SinkStatus.State.PAUSED && status.lagRecords() == 5);
        }
        try (Outlet outlet = open()) {
            outlet.await(status -> status.state() == SinkStatus.State.PAUSED);
            get(outlet.sinks().resume("a"));
            outlet.awaitAllDelivered();
        }
        assertThat(seqs()).isEqualTo(upTo(10));
    }

    @Test
    void resumingTriesAtOnceWhatWouldHaveWaited() throws Exception {
        tell("fails");
        try (Outlet outlet = Outlet.open(state, settingsWithLongPauses())) {
            outlet.append(0, 5);
            outlet.await(status -> status.state() == SinkStatus.State.RETRYING);
            tellNoMore("fails");
            get(outlet.sinks().resume("a"));
            outlet.awaitAllDelivered();
        }
        assertThat(seqs()).isEqualTo(upTo(5));
    }

    private List<String> settingsWithLongPauses() {
        return settings("retry_first=1h", "retry_longest=1h");
    }

    @Test
    void aBackfillSendsAgainFromASeqOrATime() throws Exception {
        try (Outlet outlet = open()) {
            outlet.append(0, 10);
            outlet.awaitAllDelivered();
            get(outlet.sinks().backfill("a", 8));
            outlet.await(status -> status.delivered() == 13);
            get(outlet.sinks().backfill("a", Instant.EPOCH));
            outlet.await(status -> status.delivered() == 23);
            assertThatThrownBy(() -> get(outlet.sinks().backfill("a", 100)))
                    .isInstanceOf(ExecutionException.class)
                    .hasMessageContaining("at most seq 11");
        }
        List<Long> expected = new ArrayList<>(upTo(10));
        expected.addAll(List.of(8L, 9L, 10L));
        expected.addAll(upTo(10));
        assertThat(seqs()).isEqualTo(expected);
    }

    @Test
    void theDatabaseIsReplacedWhileTheSinkRunsAndTheNewOneIsReadFromItsFirstRecord() throws Exception {
        try (Outlet outlet = open()) {
            outlet.append(0, 10);
            outlet.awaitAllDelivered();
            for (String name : List.of("log.db", "log.db-wal", "log.db-shm")) {
                Files.deleteIfExists(state.resolve(name));
            }
            outlet.append(10, 15);
            outlet.await(status -> status.cursor() == 5 && status.lagRecords() == 0);
        }
        List<Long> expected = new ArrayList<>(upTo(10));
        expected.addAll(upTo(5));
        assertThat(seqs()).isEqualTo(expected);
    }

    @Test
    void retentionWaitsForASinkAndWhatItDoesNotWaitForIsCounted() throws Exception {
        LogSettings impatient = new LogSettings(
                LogSettings.Durability.NORMAL,
                Duration.ofMillis(1),
                Duration.ofMillis(1),
                1L << 30,
                1L << 24,
                Duration.ofMillis(10),
                Duration.ofMillis(100),
                Duration.ofMillis(10));
        tell("fails");
        try (Outlet outlet = Outlet.open(state, impatient, settings("batch_records=10"))) {
            outlet.append(0, 30);
            outlet.await(status -> status.failures() >= 5);
            assertThat(outlet.counters().get(Counter.RECORDS_EXPIRED)).isZero();
            tellNoMore("fails");
            outlet.awaitAllDelivered();
            Awaitility.await()
                    .until(() -> outlet.counters().get(Counter.RECORDS_EXPIRED)
                                    + outlet.counters().get(Counter.RECORDS_FOLDED)
                            == 30);
        }
        assertThat(seqs()).isEqualTo(upTo(30));

        tell("fails");
        List<String> noHold = new ArrayList<>(settings("batch_records=10"));
        noHold.add("sinks.hold_age=50ms");
        try (Outlet outlet = Outlet.open(state, impatient, noHold)) {
            outlet.append(30, 60);
            Awaitility.await()
                    .until(() -> outlet.counters().get(Counter.RECORDS_EXPIRED)
                                    + outlet.counters().get(Counter.RECORDS_FOLDED)
                            == 30);
            tellNoMore("fails");
            outlet.append(60, 61);
            outlet.await(status -> status.cursor() == 61);
            SinkStatus status = outlet.status();
            assertThat(status.missed()).isBetween(20L, 31L);
            assertThat(status.delivered() + status.missed()).isEqualTo(61);
            assertThat(outlet.counters().get(Counter.SINK_RECORDS_MISSED)).isEqualTo(status.missed());
        }
    }

    @Test
    void partsOfABatchGoAtOnceEachThroughASlotOfItsOwn() throws Exception {
        tell("slow", "20");
        FileSinkFactory.MOST_INSIDE.set(0);
        List<String> settings = settings("parts=6", "batch_records=60");
        settings.add("sinks.flushes=3");
        try (Outlet outlet = Outlet.open(state, settings)) {
            outlet.append(0, 300);
            outlet.awaitAllDelivered();
        }
        assertThat(seqs()).containsExactlyInAnyOrderElementsOf(upTo(300));
        assertThat(FileSinkFactory.MOST_INSIDE).hasValue(3);
    }

    @Test
    void fiftySinksInLineForOneSlotLoseNothingWhenTheDaemonStops() throws Exception {
        List<String> settings = new ArrayList<>(List.of("sinks.flushes=1"));
        List<Path> files = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            Path out = directory.resolve("out" + i);
            files.add(out);
            Files.writeString(FileSinkFactory.beside(out, "slow"), "1500\n");
            settings.addAll(List.of(
                    "sinks.s" + i + ".type=file", "sinks.s" + i + ".path=" + out, "sinks.s" + i + ".batch_age=1ms"));
        }
        long bypasses;
        try (Outlet outlet = Outlet.open(state, settings)) {
            outlet.append(0, 20);
            Awaitility.await().until(() -> outlet.sinks().gate().waiting() == 49);
            outlet.stop(Duration.ofSeconds(5));
            bypasses = outlet.sinks().gate().bypasses();
        }
        assertThat(bypasses).isGreaterThan(40);
        for (Path out : files) {
            Files.delete(FileSinkFactory.beside(out, "slow"));
        }
        try (Outlet outlet = Outlet.open(state, settings)) {
            Awaitility.await()
                    .until(() -> outlet.sinks().status().stream().allMatch(status -> status.delivered() == 20));
        }
        for (Path out : files) {
            assertThat(seqs(out)).isEqualTo(upTo(20));
        }
    }

    @Test
    void aBatchGrowsWhileItsSinkWaitsForItsTurn() throws Exception {
        tell("slow", "600000");
        Path other = directory.resolve("other");
        List<String> both = new ArrayList<>(settings("delivery_timeout=1h"));
        both.addAll(List.of("sinks.flushes=1", "sinks.b.type=file", "sinks.b.path=" + other, "sinks.b.batch_age=1ms"));
        try (Outlet outlet = Outlet.open(state, both)) {
            outlet.committed();
            get(outlet.sinks().pause("b"));
            outlet.append(0, 1);
            Awaitility.await().until(() -> outlet.sinks().gate().active() == 1);
            get(outlet.sinks().resume("b"));
            Awaitility.await().until(() -> outlet.sinks().gate().waiting() == 1);
            outlet.append(1, 100);
            assertThat(other).doesNotExist();

            outlet.sinks().resize(2);
            Awaitility.await().until(() -> seqs(other).size() == 100);
            assertThat(Files.readAllLines(other).stream()
                            .map(line -> line.split(" ")[0])
                            .distinct())
                    .singleElement()
                    .asString()
                    .endsWith("/b/1-100");
        }
    }

    /** What it had begun is not known to have arrived; the next one asks. */
    @Test
    void aSinkThatHangsDoesNotKeepTheDaemonFromStopping() throws Exception {
        tell("hangs");
        Outlet outlet = open("delivery_timeout=1h");
        outlet.append(0, 10);
        outlet.await(status -> status.state() == SinkStatus.State.DELIVERING);
        Awaitility.await().until(() -> seqs().size() == 10);
        long began = System.nanoTime();
        outlet.stop(Duration.ofMillis(100));
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(3));
        try (Outlet next = open()) {
            next.awaitAllDelivered();
        }
        assertThat(seqs()).isEqualTo(upTo(10));
    }

    @Test
    void aSlowSinkHoldsUpNeitherTheLogNorAnotherSink() throws Exception {
        tell("slow", "3000");
        Path other = directory.resolve("other");
        List<String> both = new ArrayList<>(settings("delivery_timeout=1m"));
        both.addAll(List.of("sinks.b.type=file", "sinks.b.path=" + other, "sinks.b.batch_age=1ms"));
        try (Outlet outlet = Outlet.open(state, both)) {
            outlet.append(0, 200);
            Awaitility.await()
                    .atMost(Duration.ofSeconds(2))
                    .until(() -> seqs(other).size() == 200);
            assertThat(seqs()).isEmpty();
        }
    }

    @Test
    void whatIsWrongWithASinkIsSaidBeforeAnythingStarts() {
        assertThatThrownBy(() -> Outlet.open(state, List.of("sinks.a.type=postgras")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("sinks.a.type: expected one of")
                .hasMessageContaining("file");
        assertThatThrownBy(() -> Outlet.open(state, List.of("sinks.a.type=file", "sinks.a.pth=x")))
                .hasMessageContaining("did you mean sinks.a.path?")
                .hasMessageContaining("sinks.a.path: expected a path, got nothing");
        assertThatThrownBy(() -> Outlet.open(state, settings("parts=9"))).hasMessageContaining("at most 8 for a file");
        assertThatThrownBy(() -> Outlet.open(state, List.of("sinks.a.path=x")))
                .hasMessageContaining("sinks.a.type: expected the type of a sink, got nothing");
    }

    @Test
    void theInstallationKeepsItsName() throws Exception {
        String first = Installation.in(Files.createDirectories(state));
        assertThat(Installation.in(state)).isEqualTo(first).hasSize(36);
        Files.writeString(state.resolve("installation"), "me");
        assertThatThrownBy(() -> Installation.in(state)).hasMessageContaining("got \"me\"");
    }

    @Test
    void pausesGrowAreNeverTheSameForAllAndGiveWhatIsAskedFor() {
        Backoff backoff = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(1), new java.util.SplittableRandom(1));
        List<Duration> pauses =
                IntStream.range(0, 70).mapToObj(_ -> backoff.next(null)).toList();
        assertThat(pauses.getFirst()).isBetween(Duration.ofMillis(50), Duration.ofMillis(100));
        assertThat(pauses.subList(10, 70))
                .allSatisfy(pause -> assertThat(pause).isBetween(Duration.ofMillis(500), Duration.ofSeconds(1)))
                .doesNotHaveDuplicates();
        assertThat(backoff.next(Duration.ofMinutes(1))).isEqualTo(Duration.ofMinutes(1));
    }
}
