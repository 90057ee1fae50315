package taproot.daemon.roots;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import taproot.daemon.metrics.Counters;
import taproot.normalizer.Sid;

/**
 * Finds git processes that died without a word while somebody else holds their connection open: a hook's background
 * process inherits it. Looks at roots that have been silent for two seconds, once a second, on a thread of its own,
 * because it reads {@code /proc}.
 *
 * <p>A process is known by its pid and by when that pid started, so that another process under the same pid is not
 * taken for it. What it cannot judge it leaves alone: see {@code Normalizer.sweepable}.
 */
public final class Sweeper implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Sweeper.class);
    private static final long SILENCE = TimeUnit.SECONDS.toMicros(2);
    private static final int START_TIME_FIELD = 22;

    private final Roots roots;
    private final Counters counters;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(
            task -> Thread.ofPlatform().name("sweeper").daemon().unstarted(task));

    /** When each pid that was looked at had started, in clock ticks since boot. Sweeper's thread only. */
    private Map<Sid, String> startTimes = new HashMap<>();

    private Sweeper(Roots roots, Counters counters) {
        this.roots = roots;
        this.counters = counters;
    }

    /** Begins to sweep. */
    public static Sweeper start(Roots roots, Counters counters) {
        Sweeper sweeper = new Sweeper(roots, counters);
        var unused = sweeper.thread.scheduleWithFixedDelay(sweeper::sweepOnce, 1, 1, TimeUnit.SECONDS);
        return sweeper;
    }

    /** An exception that got out would end the sweeping for good, and nobody would know. */
    private void sweepOnce() {
        try {
            sweep();
        } catch (RuntimeException e) {
            counters.defect("sweeping", e);
        }
    }

    private void sweep() {
        List<Sid> silent = roots.silentFor(SILENCE);
        Map<Sid, String> seen = new HashMap<>();
        for (Sid sid : silent) {
            try {
                String startTime = startTime(sid.pid());
                String before = startTimes.get(sid);
                if (startTime == null || (before != null && !before.equals(startTime))) {
                    roots.gone(sid);
                } else {
                    seen.put(sid, startTime);
                }
            } catch (IOException e) {
                // Not readable is not gone; it is looked at again in a second.
                LOG.debug("cannot look at pid {}: {}", sid.pid(), e.toString());
            }
        }
        startTimes = seen;
    }

    /** When the process with this pid started; null where there is none. The format is that of proc_pid_stat(5). */
    private static @Nullable String startTime(long pid) throws IOException {
        String stat;
        try {
            stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"), StandardCharsets.ISO_8859_1);
        } catch (NoSuchFileException e) {
            return null;
        }
        // The second field is the name in parentheses, which may hold spaces and parentheses itself.
        String[] fromState = stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ");
        if (fromState.length <= START_TIME_FIELD - 3) {
            throw new IOException("expected the fields of proc_pid_stat(5) for pid " + pid + ", came: " + stat);
        }
        boolean zombie = fromState[0].equals("Z") || fromState[0].equals("X");
        return zombie ? null : fromState[START_TIME_FIELD - 3];
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
