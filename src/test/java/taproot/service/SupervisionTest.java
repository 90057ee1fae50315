package taproot.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import taproot.daemon.metrics.Counter;
import taproot.daemon.metrics.Counters;
import taproot.daemon.systemd.Supervision;

/** What systemd is told, and when it is told nothing. */
class SupervisionTest {
    private static final long SHORT_WATCHDOG_MICROS = 60_000;

    @TempDir
    private Path directory;

    private final Counters counters = new Counters();
    private final AtomicReference<String> status = new AtomicReference<>("Log open");
    private FakeSystemd systemd;

    SupervisionTest() {}

    @BeforeEach
    void listen() throws Exception {
        systemd = new FakeSystemd(directory.resolve("notify").toString());
    }

    @AfterEach
    void stop() {
        systemd.close();
    }

    @Test
    void aServiceSaysThatItIsReadyReloadsAndStops() throws Exception {
        long before = TimeUnit.NANOSECONDS.toMicros(System.nanoTime());
        try (Supervision supervision = new Supervision(systemd.environment(), counters)) {
            supervision.ready(status::get, SupervisionTest::alive);
            assertThat(systemd.expect("READY=1")).containsEntry("STATUS", "Log open");
            supervision.reloading();
            Map<String, String> reloading = systemd.expect("RELOADING=1");
            assertThat(Long.parseLong(reloading.get("MONOTONIC_USEC")))
                    .isBetween(before, TimeUnit.NANOSECONDS.toMicros(System.nanoTime()));
            supervision.reloaded("Reloaded,\n  but ingest.loops needs a restart");
            assertThat(systemd.expect("READY=1"))
                    .containsEntry("STATUS", "Reloaded,; but ingest.loops needs a restart");
            supervision.stopping(Duration.ofSeconds(10));
        }
        assertThat(systemd.expect("STOPPING=1")).containsEntry("EXTEND_TIMEOUT_USEC", "10000000");
        assertThat(systemd.within(50)).as("anything without a watchdog").isNull();
    }

    @Test
    void anAbstractSocketIsReachedToo() throws Exception {
        try (FakeSystemd manager = new FakeSystemd("@taproot-" + directory.getFileName());
                Supervision supervision = new Supervision(manager.environment(), counters)) {
            supervision.ready(status::get, SupervisionTest::alive);
            assertThat(manager.expect("READY=1")).isNotEmpty();
        }
    }

    @Test
    void theWatchdogIsFedWhileEverythingIsAliveAndNoLonger() throws Exception {
        ConcurrentLinkedQueue<CompletableFuture<Void>> asked = new ConcurrentLinkedQueue<>();
        AtomicBoolean answering = new AtomicBoolean(true);
        try (Supervision supervision = new Supervision(watched(), counters)) {
            supervision.ready(status::get, () -> {
                CompletableFuture<Void> answer = new CompletableFuture<>();
                asked.add(answer);
                if (answering.get()) {
                    answer.complete(null);
                }
                return answer;
            });
            systemd.expect("READY=1");
            for (int i = 0; i < 5; i++) {
                systemd.expect("WATCHDOG=1");
            }
            answering.set(false);
            Awaitility.await().until(() -> asked.stream().anyMatch(answer -> !answer.isDone()));
            systemd.forget();
            assertThat(systemd.within(3 * SHORT_WATCHDOG_MICROS / 1_000))
                    .as("a sign of life without life")
                    .isNull();
            assertThat(asked.stream().filter(answer -> !answer.isDone()))
                    .as("questions that wait for an answer")
                    .hasSize(1);
            // A late answer is an answer.
            answering.set(true);
            asked.forEach(answer -> answer.complete(null));
            systemd.expect("WATCHDOG=1");
            systemd.expect("WATCHDOG=1");
        }
    }

    @Test
    void aFailureIsNoSignOfLife() throws Exception {
        try (Supervision supervision = new Supervision(watched(), counters)) {
            supervision.ready(
                    status::get, () -> CompletableFuture.failedFuture(new IllegalStateException("the log is closed")));
            systemd.expect("READY=1");
            assertThat(systemd.within(3 * SHORT_WATCHDOG_MICROS / 1_000)).isNull();
        }
    }

    @Test
    void statusIsSaidAgainOnlyWhenItHasChanged() throws Exception {
        try (Supervision supervision = new Supervision(watched(), counters)) {
            supervision.ready(status::get, SupervisionTest::alive);
            systemd.expect("READY=1");
            assertThat(systemd.expect("WATCHDOG=1")).doesNotContainKey("STATUS");
            status.set("Log failing");
            Map<String, String> next = systemd.expect("WATCHDOG=1");
            assertThat(next.containsKey("STATUS") ? next : systemd.expect("WATCHDOG=1"))
                    .containsEntry("STATUS", "Log failing");
            assertThat(systemd.expect("WATCHDOG=1")).doesNotContainKey("STATUS");
        }
    }

    @Test
    void aWatchdogOfAnotherProcessIsNotFed() throws Exception {
        Map<String, String> inherited = new HashMap<>(watched());
        inherited.put("WATCHDOG_PID", "1");
        try (Supervision supervision = new Supervision(inherited, counters)) {
            supervision.ready(status::get, SupervisionTest::alive);
            systemd.expect("READY=1");
            assertThat(systemd.within(3 * SHORT_WATCHDOG_MICROS / 1_000)).isNull();
        }
    }

    @Test
    void withoutSystemdThereIsNothingToSayAndNoThread() throws Exception {
        try (Supervision supervision = new Supervision(Map.of(), counters)) {
            supervision.ready(status::get, () -> {
                throw new AssertionError("nobody wants to know");
            });
            supervision.reloading();
            supervision.reloaded("all of it");
            supervision.stopping(Duration.ofSeconds(1));
            assertThat(supervision.socket("trace2", directory.resolve("trace2.sock")))
                    .isNull();
            assertThat(Thread.getAllStackTraces().keySet())
                    .extracting(Thread::getName)
                    .doesNotContain("systemd");
        }
        assertThat(counters.get(Counter.NOTIFICATIONS_FAILED)).isZero();
    }

    @Test
    void whatDoesNotArriveIsCounted() {
        String nowhere = directory.resolve("nowhere").toString();
        try (Supervision supervision = new Supervision(Map.of("NOTIFY_SOCKET", nowhere), counters)) {
            supervision.ready(status::get, SupervisionTest::alive);
        }
        assertThat(counters.get(Counter.NOTIFICATIONS_FAILED)).isEqualTo(1);
    }

    private Map<String, String> watched() {
        Map<String, String> environment = new HashMap<>(systemd.environment());
        environment.put("WATCHDOG_USEC", Long.toString(SHORT_WATCHDOG_MICROS));
        environment.put("WATCHDOG_PID", Long.toString(ProcessHandle.current().pid()));
        return environment;
    }

    private static CompletionStage<?> alive() {
        return CompletableFuture.completedFuture(null);
    }
}
