package taproot.normalizer;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * Plays streams into normalizers, one per root, as the daemon would: with a clock of its own, which only the player
 * moves, and the waiting times run out when it says so.
 */
final class Replay {
    private final Settings settings;
    private final Map<String, Normalizer> roots = new LinkedHashMap<>();
    private final Map<Integer, LineReader> connections = new HashMap<>();
    private final Map<Integer, Map<String, Sid>> carried = new HashMap<>();
    private final EventDecoder decoder = new EventDecoder();
    private final List<FinishedCommand> finished = new ArrayList<>();
    final Map<String, Integer> dropped = new TreeMap<>();
    int emptySecondLives;
    int unstarted;
    int unclaimedReports;
    private boolean drainedHeld;
    long now;

    /** The earliest deadline of all roots, or an earlier time. */
    private long earliest = Normalizer.NEVER;

    Replay(Settings settings) {
        this.settings = settings;
    }

    /** The records of a recording whose lines came in the order in which they were written. */
    static List<CommandRecord> inRecordedOrder(Recording recording) {
        return new Replay(Settings.DEFAULTS)
                .play(Arrivals.asRecorded(recording.streams()))
                .runOut()
                .records();
    }

    /** Reads what arrives; the clock goes with it, forwards only. */
    Replay play(List<Arrivals.Arrival> arrivals) {
        for (Arrivals.Arrival arrival : arrivals) {
            advanceTo(arrival.at());
            if (arrival.line() == null) {
                close(arrival.connection());
            } else {
                line(arrival.connection(), arrival.line().bytes());
            }
        }
        return this;
    }

    void line(int connection, byte[] bytes) {
        LineReader reader = connections.computeIfAbsent(connection, _ -> new LineReader(decoder));
        switch (reader.read(bytes, 0, bytes.length)) {
            case Line line -> {
                carried.computeIfAbsent(connection, _ -> new HashMap<>())
                        .put(line.sid().value(), line.sid());
                Normalizer root =
                        roots.computeIfAbsent(line.sid().root(), _ -> new Normalizer(settings, TraceBudget.UNBOUNDED));
                DropReason reason = root.line(line, connection, now);
                if (reason != null) {
                    dropped.merge(reason.wire(), 1, Integer::sum);
                }
                advance(root);
            }
            case ReadLine.Dropped drop -> drop(drop);
            case ReadLine.Ignored _ -> {}
        }
    }

    private void drop(ReadLine.Dropped drop) {
        dropped.merge(drop.reason().wire(), 1, Integer::sum);
        Sid sid = drop.sid();
        Normalizer root = sid == null ? null : roots.get(sid.root());
        if (sid != null && root != null) {
            root.dropped(sid, drop.reason());
        }
    }

    void close(int connection) {
        Map<String, Sid> sids = carried.remove(connection);
        connections.remove(connection);
        if (sids != null) {
            for (Sid sid : sids.values()) {
                Normalizer root = roots.get(sid.root());
                if (root != null) {
                    root.closed(sid, connection, now);
                    advance(root);
                }
            }
        }
    }

    /** The sweeper found that this process does not exist any more. */
    void gone(Sid sid) {
        Normalizer root = Objects.requireNonNull(roots.get(sid.root()), sid.root());
        root.gone(sid);
        advance(root);
    }

    /** How many processes the root with this SID holds. */
    int size(String root) {
        return Objects.requireNonNull(roots.get(root), root).size();
    }

    /** How many finished processes of that root are remembered. */
    int remembered(String root) {
        return Objects.requireNonNull(roots.get(root), root).memory().size();
    }

    /** As long as this is set, what was sent before some ending counts as not yet read. */
    void holdDrained(boolean hold) {
        drainedHeld = hold;
        roots.values().forEach(this::advance);
    }

    /** Lets the time pass, stopping wherever a root has a deadline. */
    void advanceTo(long time) {
        while (true) {
            long next = earliest;
            if (next > time) {
                now = Math.max(now, time);
                return;
            }
            now = Math.max(now, next);
            earliest = Normalizer.NEVER;
            for (Normalizer root : List.copyOf(roots.values())) {
                if (root.deadline() <= now) {
                    advance(root);
                }
                earliest = Math.min(earliest, root.deadline());
            }
        }
    }

    /** Lets all waiting times run out. */
    Replay runOut() {
        advanceTo(now + 10_000_000_000L);
        return this;
    }

    void interrupt() {
        for (Normalizer root : roots.values()) {
            root.interrupt(now, now);
            take(root);
        }
    }

    /** The finished records in the order of their keys. */
    List<CommandRecord> records() {
        return finished.stream()
                .map(FinishedCommand::record)
                .sorted(Comparator.comparing(CommandRecord::key))
                .toList();
    }

    List<FinishedCommand> finished() {
        return finished;
    }

    /** Each record's trace as its lines, sorted: nothing orders the lines of two connections. */
    Map<String, List<String>> traces() {
        Map<String, List<String>> traces = new TreeMap<>();
        for (FinishedCommand command : finished) {
            traces.put(
                    command.record().key(),
                    new String(command.trace(), StandardCharsets.ISO_8859_1)
                            .lines()
                            .sorted()
                            .toList());
        }
        return traces;
    }

    /** How many roots hold more than memories. */
    long live() {
        return roots.values().stream().filter(root -> !root.isOver()).count();
    }

    private void advance(Normalizer root) {
        root.advance(now, now);
        while (!drainedHeld && root.takeDrainWanted()) {
            // Here nothing is ever left in a buffer.
            root.drained(now, now);
            root.advance(now, now);
        }
        take(root);
        earliest = Math.min(earliest, root.deadline());
    }

    private void take(Normalizer root) {
        finished.addAll(root.takeFinished());
        emptySecondLives += root.takeEmptySecondLives();
        unstarted += root.takeUnstarted();
        unclaimedReports += root.takeUnclaimedReports();
    }
}
