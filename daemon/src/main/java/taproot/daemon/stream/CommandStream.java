package taproot.daemon.stream;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import taproot.daemon.log.CommandLog;
import taproot.daemon.metrics.Counters;
import taproot.daemon.metrics.Waiting;

/**
 * The live stream: hands to each subscriber, as server-sent events, the records he asked for as they are committed. Each is
 * a cursor over the log: commits wake them, the newest records are shared in memory, who has fallen behind those reads the
 * database on threads apart. What has been sent and not yet taken is one piece of 32 KiB each; no subscriber waits for
 * another, and a commit costs the log's writer one flag, however many there are.
 *
 * <p>Everything but the waking happens on one event loop.
 */
public final class CommandStream {
    /** How often those who want to know are told what is running. */
    private static final Duration LIVE_INTERVAL = Duration.ofMillis(200);

    private final CommandLog log;
    private final LogReads reads;
    private final Supplier<List<Running>> running;
    private final ScheduledExecutorService loop;
    private final Duration heartbeat;
    private final Counters counters;
    private final AtomicBoolean woken = new AtomicBoolean();
    private volatile int size;

    // Event loop only.
    private final Set<Follower> followers = new LinkedHashSet<>();
    private Snapshot live = new Snapshot(0, List.of());
    private @Nullable ScheduledFuture<?> beats;
    private @Nullable ScheduledFuture<?> looks;

    /** What was running when the log's head was there: whatever of it ends later has a greater seq. */
    record Snapshot(long head, List<Running> commands) {}

    /**
     * @param running the commands that are running; called on the loop, so it must not block
     * @param loop where everything happens; a single thread
     * @param heartbeat how long nothing is sent before a comment is, so that both sides notice when the other is gone
     */
    public CommandStream(
            CommandLog log,
            LogReads reads,
            Supplier<List<Running>> running,
            ScheduledExecutorService loop,
            Duration heartbeat,
            Counters counters) {
        this.counters = counters;
        this.log = log;
        this.reads = reads;
        this.running = running;
        this.loop = loop;
        this.heartbeat = heartbeat;
        log.onCommit(_ -> wake());
    }

    /**
     * The events for one subscriber, in pieces; it never completes. To be subscribed to and asked for more on the loop; a
     * piece is to be asked for when the one before has been taken. The log must be open.
     */
    public Publisher<byte[]> events(StreamRequest request) {
        return subscriber -> {
            Follower follower = new Follower(this, log, reads, request, subscriber);
            enter(follower);
            subscriber.onSubscribe(follower);
        };
    }

    /** How many subscribers there are. */
    public int size() {
        return size;
    }

    /** Those who do not take what there is for them, and for how long the worst of them has not. Event loop only. */
    public Waiting waiting() {
        return Waiting.since(followers.stream()
                .map(Follower::stuckSince)
                .filter(since -> since != 0)
                .toList());
    }

    private void wake() {
        if (size > 0 && woken.compareAndSet(false, true)) {
            loop.execute(() -> guarded(this::advance));
        }
    }

    // Event loop only from here on.

    private void advance() {
        woken.set(false); // First: a commit that comes while this runs is for the next time.
        everybody(Follower::advance);
    }

    /** A follower may leave while the others are visited. */
    private void everybody(Consumer<Follower> action) {
        new ArrayList<>(followers).forEach(follower -> guarded(() -> action.accept(follower)));
    }

    /** One follower's defect costs the others nothing, and a task that is repeated goes on. */
    private void guarded(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | Error e) {
            counters.defect("serving those who follow the log", e);
        }
    }

    private void enter(Follower follower) {
        if (followers.isEmpty()) {
            log.follow();
            beats = every(heartbeat, this::beat);
        }
        followers.add(follower);
        size = followers.size();
        if (follower.wantsLive()) {
            look();
            if (looks == null) {
                looks = every(LIVE_INTERVAL, this::look);
            }
        }
    }

    void leave(Follower follower) {
        if (!followers.remove(follower)) {
            return;
        }
        size = followers.size();
        if (followers.isEmpty()) {
            log.unfollow();
            beats = stopped(beats);
        }
        if (followers.stream().noneMatch(Follower::wantsLive)) {
            looks = stopped(looks);
            live = new Snapshot(0, List.of());
        }
    }

    Snapshot live() {
        return live;
    }

    /** Where everything happens. */
    public ScheduledExecutorService loop() {
        return loop;
    }

    private void beat() {
        everybody(Follower::beat);
    }

    private void look() {
        long head = log.status().head(); // First: what ends in between is in the list, not before the head.
        live = new Snapshot(head, running.get());
        everybody(Follower::advance);
    }

    private ScheduledFuture<?> every(Duration interval, Runnable action) {
        long nanos = interval.toNanos();
        return loop.scheduleWithFixedDelay(() -> guarded(action), nanos, nanos, TimeUnit.NANOSECONDS);
    }

    private static @Nullable ScheduledFuture<?> stopped(@Nullable ScheduledFuture<?> task) {
        if (task != null) {
            task.cancel(false);
        }
        return null;
    }
}
