package taproot.daemon.systemd;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import taproot.daemon.metrics.Counter;
import taproot.daemon.metrics.Counters;
import taproot.daemon.metrics.Part;

/**
 * The daemon as a service of systemd's: says when it is ready, reloads, stops and lives (sd_notify(3)), and takes the
 * sockets that were opened for it. Each part is silent where its variable is not set; then there is no thread either.
 *
 * <p>Everything is sent from a thread of its own, in the order in which it was said: systemd may be slow to read, and
 * nobody else waits for that.
 */
public final class Supervision implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Supervision.class);
    private static final Duration LAST_WORDS = Duration.ofSeconds(1);

    private final Map<String, String> environment;
    private final long ownPid = ProcessHandle.current().pid();
    private final Counters counters;
    private final @Nullable String address;
    private final @Nullable Watchdog watchdog;
    private final @Nullable ScheduledExecutorService thread;

    // On the thread only.
    private boolean asked;
    private @Nullable String lastStatus;

    /** @param environment this process's own, or an empty one for a daemon that is nobody's service */
    public Supervision(Map<String, String> environment, Counters counters) {
        this.environment = environment;
        this.counters = counters;
        address = address(environment.get("NOTIFY_SOCKET"));
        watchdog = address == null ? null : Watchdog.of(environment, ownPid);
        thread = address == null
                ? null
                : Executors.newSingleThreadScheduledExecutor(
                        task -> Thread.ofPlatform().name("systemd").daemon().unstarted(task));
    }

    private static @Nullable String address(@Nullable String variable) {
        if (variable == null || variable.isEmpty()) {
            return null;
        }
        if (variable.startsWith("/") || (variable.startsWith("@") && variable.length() > 1)) {
            return variable;
        }
        LOG.warn("expected NOTIFY_SOCKET to be a path, or a name behind @, got {}: nobody is notified", variable);
        return null;
    }

    /**
     * The listening socket of that name, null where we have to open one ourselves.
     *
     * @param expected where it has to listen
     * @throws IOException when what was handed over cannot be used
     */
    public @Nullable InheritedSocket socket(String name, Path expected) throws IOException {
        return InheritedSocket.of(environment, ownPid, name, expected);
    }

    /**
     * The service is started; from now on the watchdog is fed, once per interval, if {@code alive} completes.
     *
     * @param status one line for {@code systemctl status}, asked again at each feeding
     * @param alive starts a look at everything that has to be alive; not called again before it has completed
     */
    public void ready(Supplier<String> status, Supplier<CompletionStage<?>> alive) {
        say(() -> "READY=1" + statusLine(status.get()));
        if (watchdog != null && thread != null) {
            long nanos = watchdog.interval().toNanos();
            var unused = thread.scheduleWithFixedDelay(() -> look(status, alive), 0, nanos, TimeUnit.NANOSECONDS);
        }
    }

    /** The configuration is being read again, until {@link #reloaded}. The time is what {@code notify-reload} asks for. */
    public void reloading() {
        long now = TimeUnit.NANOSECONDS.toMicros(System.nanoTime()); // CLOCK_MONOTONIC
        say(() -> "RELOADING=1\nMONOTONIC_USEC=" + now + "\nSTATUS=Reading the configuration again");
        lastStatusIsOutdated();
    }

    /** @param status what came of it, in one line */
    public void reloaded(String status) {
        say(() -> "READY=1\nSTATUS=" + oneLine(status));
        lastStatusIsOutdated();
    }

    /** @param patience how long it may take; systemd waits as long, also where {@code TimeoutStopSec=} says less */
    public void stopping(Duration patience) {
        long micros = TimeUnit.NANOSECONDS.toMicros(patience.toNanos());
        say(() -> "STOPPING=1\nEXTEND_TIMEOUT_USEC=" + micros + "\nSTATUS=Writing down what git has sent");
    }

    private void look(Supplier<String> status, Supplier<CompletionStage<?>> alive) {
        if (asked || thread == null) {
            return; // It has not answered since the last time, and whether it will is what this is about.
        }
        asked = true;
        guarded(() -> ask(status, alive, thread));
    }

    private void ask(Supplier<String> status, Supplier<CompletionStage<?>> alive, ScheduledExecutorService thread) {
        alive.get().whenComplete((_, failure) -> {
            try {
                thread.execute(() -> guarded(() -> answered(status, failure)));
            } catch (RejectedExecutionException e) {
                LOG.debug("a sign of life came after the end: {}", e.toString());
            }
        });
    }

    /** The executor would keep to itself what a task throws, and never feed the watchdog again. */
    private void guarded(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | Error e) {
            counters.defect("talking to systemd", e);
        }
    }

    private void answered(Supplier<String> status, @Nullable Throwable failure) {
        asked = false;
        if (failure == null) {
            send("WATCHDOG=1" + statusLine(status.get()));
        } else {
            LOG.warn("The watchdog is not fed: {}", failure.toString());
        }
    }

    private void lastStatusIsOutdated() {
        if (thread != null) {
            run(() -> lastStatus = null);
        }
    }

    /** Nothing when systemd knows it already. */
    private String statusLine(String status) {
        if (status.equals(lastStatus)) {
            return "";
        }
        lastStatus = status;
        return "\nSTATUS=" + oneLine(status);
    }

    private static String oneLine(String text) {
        return text.strip().replaceAll("\\s*\\R\\s*", "; ");
    }

    private void say(Supplier<String> message) {
        if (thread != null) {
            run(() -> send(message.get()));
        }
    }

    private void run(Runnable task) {
        try {
            if (thread != null) {
                thread.execute(() -> guarded(task));
            }
        } catch (RejectedExecutionException e) {
            LOG.debug("systemd is not told after the end: {}", e.toString());
        }
    }

    private void send(String message) {
        String to = address;
        if (to == null) {
            return;
        }
        try {
            Sockets.send(to, message.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            counters.increment(Counter.NOTIFICATIONS_FAILED);
            counters.failed(Part.SUPERVISION, "systemd cannot be told how the daemon is: " + e.getMessage());
            LOG.warn(
                    "systemd cannot be told {}: {}", message.lines().findFirst().orElse(""), e.getMessage());
        }
    }

    /** Sends what was said, within a second. */
    @Override
    public void close() {
        if (thread == null) {
            return;
        }
        thread.shutdown();
        try {
            if (!thread.awaitTermination(LAST_WORDS.toMillis(), TimeUnit.MILLISECONDS)) {
                thread.shutdownNow();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
