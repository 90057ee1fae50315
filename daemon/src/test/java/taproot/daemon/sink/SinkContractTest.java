package taproot.daemon.sink;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import taproot.daemon.BuiltProgram;
import taproot.daemon.metrics.SinkStatus;
import taproot.normalizer.FinishedCommand;

/**
 * What every sink has to hold, against its real system behind a network that fails: each record once and in order, whatever
 * breaks and wherever the daemon is killed. A sink's own test extends this and says how to reach the system and what it holds.
 */
public abstract class SinkContractTest {
    /** The attempt's own time in these tests; answers that are to come too late take longer. */
    protected static final Duration DELIVERY_TIMEOUT = Duration.ofSeconds(1);

    @TempDir
    protected Path directory;

    private @Nullable FaultProxy proxy;
    private @Nullable BackEnd backEnd;

    /** A system that runs, as a sink and its reader see it. */
    public interface BackEnd {
        /** Where it listens. */
        InetSocketAddress address();

        /** {@code KEY=VALUE} of the sink's table: its type, and how to reach the system at this address. */
        List<String> settings(InetSocketAddress at);

        /** The keys that have arrived, in their order, doubles included. */
        List<String> arrived() throws Exception;

        /** A command like the {@code n}th that the system refuses as such; null if there is none. */
        default @Nullable FinishedCommand refusable(int n) {
            return null;
        }
    }

    /** The system, empty. */
    protected abstract BackEnd backEnd() throws Exception;

    @BeforeEach
    final void aSystemBehindANetwork() throws Exception {
        backEnd = backEnd();
        proxy = new FaultProxy(backEnd.address());
    }

    @AfterEach
    final void theNetworkIsGone() throws Exception {
        proxy().close();
    }

    private FaultProxy proxy() {
        if (proxy == null) {
            throw new IllegalStateException("not before the test begins");
        }
        return proxy;
    }

    private BackEnd system() {
        if (backEnd == null) {
            throw new IllegalStateException("not before the test begins");
        }
        return backEnd;
    }

    private List<String> settings(String... more) {
        List<String> settings = new ArrayList<>(List.of(
                "batch_age=5ms",
                "batch_records=50",
                "retry_first=10ms",
                "retry_longest=100ms",
                "delivery_timeout=" + DELIVERY_TIMEOUT.toMillis() + "ms"));
        settings.addAll(List.of(more));
        return settings(proxy().address(), settings);
    }

    private List<String> settings(InetSocketAddress at, List<String> more) {
        return Stream.of(system().settings(at), List.of("start=beginning"), more)
                .flatMap(List::stream)
                .map(setting -> "sinks.it." + setting)
                .toList();
    }

    private Outlet open(String... more) throws Exception {
        return Outlet.open(directory.resolve("state"), settings(more));
    }

    private void arrivedOnceAndInOrder(int records) throws Exception {
        assertThat(system().arrived())
                .isEqualTo(
                        IntStream.range(0, records).mapToObj(TestRecords::key).toList());
    }

    @Test
    void itsTypeIsTheNameOfItsDirectory() {
        assertThat(system().settings(system().address()))
                .contains("type=" + Path.of("").toAbsolutePath().getFileName());
    }

    /** Loaded from its directory beside the daemon's jars, by the program as it was built. */
    @Test
    void whatGitDoesArrivesByTheBuiltProgram() throws Exception {
        Path launcher = BuiltProgram.launcher();
        List<String> settings = settings(system().address(), List.of("batch_age=5ms"));
        try (BuiltProgram program = BuiltProgram.run(launcher, directory, settings)) {
            program.git("version");
            Awaitility.await()
                    .atMost(Duration.ofSeconds(30))
                    .ignoreExceptions() // Of a system in which nothing is there yet.
                    .until(() -> system().arrived().size() == 1);
            assertThat(program.terminate()).isZero();
        }
        assertThat(system().arrived()).hasSize(1);
    }

    @Test
    void eachRecordArrivesOnceAndInOrder() throws Exception {
        try (Outlet outlet = open()) {
            outlet.append(0, 1_000);
            outlet.awaitAllDelivered();
            assertThat(outlet.status().failures()).isZero();
            assertThat(outlet.status().delivered()).isEqualTo(1_000);
        }
        arrivedOnceAndInOrder(1_000);
    }

    @Test
    void whatWasDeliveredIsNotDeliveredAgainByTheNextDaemon() throws Exception {
        for (int round = 0; round < 3; round++) {
            try (Outlet outlet = open()) {
                outlet.append(round * 60, round * 60 + 60);
                outlet.awaitAllDelivered();
            }
        }
        arrivedOnceAndInOrder(180);
    }

    @Test
    void aSystemThatIsDownGetsEverythingWhenItIsUp() throws Exception {
        proxy().down(true);
        try (Outlet outlet = open()) {
            outlet.append(0, 100);
            outlet.await(status -> status.failures() + status.unknown() >= 3);
            assertThat(outlet.status().lastError()).isNotBlank();
            proxy().down(false);
            outlet.awaitAllDelivered();
            proxy().down(true);
            outlet.append(100, 200);
            outlet.await(status -> status.lagRecords() == 100 && status.state() == SinkStatus.State.RETRYING);
            proxy().down(false);
            outlet.awaitAllDelivered();
        }
        arrivedOnceAndInOrder(200);
    }

    @Test
    void aSlowSystemGetsEverythingSlowly() throws Exception {
        proxy().rule((answer, _) -> {
            TimeUnit.MILLISECONDS.sleep(answer ? 30 : 0);
            return FaultProxy.Fate.PASS;
        });
        try (Outlet outlet = open()) {
            outlet.append(0, 200);
            outlet.awaitAllDelivered();
        }
        arrivedOnceAndInOrder(200);
    }

    /** The system has done it, and nobody hears of it: at each answer of a delivery, one after the other. */
    @Test
    void anAnswerThatNeverComesLeavesNothingTwiceAndNothingOut() throws Exception {
        int records = 0;
        try (Outlet outlet = open()) {
            for (int lost = 1; lost <= 6; lost++) {
                int which = lost;
                AtomicInteger answers = new AtomicInteger();
                proxy().rule((answer, _) ->
                        answer && answers.incrementAndGet() == which ? FaultProxy.Fate.CUT : FaultProxy.Fate.PASS);
                outlet.append(records, records + 20);
                records += 20;
                outlet.awaitAllDelivered();
            }
            assertThat(outlet.status().failures() + outlet.status().unknown()).isPositive();
        }
        arrivedOnceAndInOrder(records);
    }

    @Test
    void anAnswerAfterTheTimeoutLeavesNothingTwiceAndNothingOut() throws Exception {
        try (Outlet outlet = open()) {
            outlet.append(0, 20);
            outlet.awaitAllDelivered();
            AtomicInteger late = new AtomicInteger();
            proxy().rule((answer, _) -> {
                if (answer && late.incrementAndGet() <= 2) {
                    TimeUnit.MILLISECONDS.sleep(DELIVERY_TIMEOUT.toMillis() * 5 / 2);
                }
                return FaultProxy.Fate.PASS;
            });
            outlet.append(20, 40);
            outlet.awaitAllDelivered();
            assertThat(late.get()).isGreaterThanOrEqualTo(2);
        }
        arrivedOnceAndInOrder(40);
    }

    @Test
    void aRecordThatIsRefusedIsSetAsideAndTheRestGoesOn() throws Exception {
        FinishedCommand bad = system().refusable(7);
        Assumptions.assumeTrue(bad != null, "this system refuses no record as such");
        List<String> expected = new ArrayList<>();
        try (Outlet outlet = open()) {
            for (int n = 0; n < 100; n++) {
                outlet.append(n == 7 && bad != null ? bad : TestRecords.command(n));
                if (n != 7) {
                    expected.add(TestRecords.key(n));
                }
            }
            outlet.awaitAllDelivered();
            assertThat(outlet.status().aside()).isEqualTo(1);
            outlet.sinks().resend("it").toCompletableFuture().get(10, TimeUnit.SECONDS);
            outlet.await(status -> status.batches() > 2 && status.batch() == null && status.aside() == 1);
        }
        assertThat(system().arrived()).isEqualTo(expected);
    }

    @Test
    void theDaemonIsKilledAtSomeStepsOfADelivery() throws Exception {
        killAtEach(IntStream.iterate(2, step -> step <= 26, step -> step + 6));
    }

    @Test
    @Tag("backends")
    void theDaemonIsKilledAtEachStepOfADelivery() throws Exception {
        killAtEach(IntStream.iterate(1, step -> step + 1));
    }

    /** Prints what the RATIONALE of each sink says; to be run alone. */
    @Test
    @Tag("backends")
    void recordsASecondAndTheLagAtAThousandCommandsASecond() throws Exception {
        int backlog = 100_000;
        int live = 20_000;
        fill(0, backlog);
        long began = System.nanoTime();
        try (Outlet outlet = Outlet.open(
                directory.resolve("state"),
                settings(system().address(), List.of("batch_records=2000", "batch_bytes=8MiB")))) {
            outlet.await(status -> status.cursor() == backlog, Duration.ofMinutes(5));
            double seconds = (System.nanoTime() - began) / 1e9;
            System.out.printf("%,d records in %.1f s: %,.0f records/s%n", backlog, seconds, backlog / seconds);
        }
        try (Outlet outlet = Outlet.open(directory.resolve("state"), settings(system().address(), List.of()))) {
            List<Long> lags = new ArrayList<>();
            long start = System.nanoTime();
            for (int n = 0; n < live; n++) {
                outlet.append(TestRecords.command(backlog + n));
                if (n % 10 == 9) {
                    lags.add(outlet.status().lag().toMillis());
                    for (long left = 1; left > 0; ) {
                        left = start + (n + 1) * 1_000_000L - System.nanoTime();
                        LockSupport.parkNanos(left);
                    }
                }
            }
            lags.sort(Long::compare);
            System.out.printf(
                    "lag at 1,000 commands/s, 500 records or 1 s a batch: p50 %d ms, p99 %d ms, most %d ms%n",
                    lags.get(lags.size() / 2), lags.get(lags.size() * 99 / 100), lags.getLast());
            outlet.awaitAllDelivered();
        }
        assertThat(system().arrived()).hasSize(backlog + live);
    }

    /** A step is a chunk that goes over the network; between the last of them and the next batch the cursor is stored. */
    private void killAtEach(IntStream steps) throws Exception {
        AtomicInteger records = new AtomicInteger();
        AtomicInteger kills = new AtomicInteger();
        AtomicBoolean reached = new AtomicBoolean(true);
        steps.takeWhile(_ -> reached.get()).forEach(step -> {
            try {
                fill(records.get(), records.addAndGet(10));
                reached.set(isKilledAt(step));
                kills.addAndGet(reached.get() ? 1 : 0);
            } catch (Exception e) {
                throw new AssertionError("at step " + step, e);
            }
        });
        proxy().pass();
        try (Outlet outlet = open()) {
            outlet.awaitAllDelivered();
        }
        System.out.println(kills + " kills");
        assertThat(kills.get()).isPositive();
        arrivedOnceAndInOrder(records.get());
    }

    private void fill(int from, int to) throws Exception {
        try (Outlet log = Outlet.open(directory.resolve("state"), List.of())) {
            log.append(from, to);
        }
    }

    /** False if everything was delivered before. */
    private boolean isKilledAt(int step) throws Exception {
        Process process = SinkProcess.start(directory.resolve("state"), settings("batch_records=5"));
        proxy().rule((_, chunk) -> {
            if (chunk == step) {
                process.destroyForcibly();
                process.waitFor();
            }
            return FaultProxy.Fate.PASS;
        });
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            String line = lines.readLine();
            boolean killed = !"done".equals(line);
            process.destroyForcibly();
            process.waitFor();
            return killed;
        }
    }
}
