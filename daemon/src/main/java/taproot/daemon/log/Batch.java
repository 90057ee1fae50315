package taproot.daemon.log;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * The group that is to be committed next, with those who wait for it. It survives failed attempts; it is bounded, so
 * that a transaction is short. Writer thread only.
 */
final class Batch {
    private static final int MAX_ROWS = 512;
    private static final long MAX_BYTES = 4 << 20;

    private final List<Database.Row> rows = new ArrayList<>();
    private final List<Long> footprints = new ArrayList<>();
    private final List<CompletableFuture<Long>> flushes = new ArrayList<>();
    private final List<AppendQueue.Entry.Sink> sinks = new ArrayList<>();
    private long bytes;

    void add(Database.Row row, long footprint) {
        rows.add(row);
        footprints.add(footprint);
        bytes += footprint;
    }

    void add(CompletableFuture<Long> flush) {
        flushes.add(flush);
    }

    void add(AppendQueue.Entry.Sink change) {
        sinks.add(change);
    }

    /** Takes a refused record out; returns what it occupied. */
    long remove(int index) {
        rows.remove(index);
        long footprint = footprints.remove(index);
        bytes -= footprint;
        return footprint;
    }

    boolean isFull() {
        return rows.size() >= MAX_ROWS || bytes >= MAX_BYTES;
    }

    boolean isEmpty() {
        return rows.isEmpty() && flushes.isEmpty() && sinks.isEmpty();
    }

    /** Whether somebody waits for the commit. */
    boolean isAwaited() {
        return !flushes.isEmpty();
    }

    List<Database.Row> rows() {
        return rows;
    }

    List<AppendQueue.Entry.Sink> sinks() {
        return sinks;
    }

    long bytes() {
        return bytes;
    }

    /** Takes those out whose sinks wait for them. */
    List<AppendQueue.Entry.Sink> takeSinks() {
        List<AppendQueue.Entry.Sink> taken = List.copyOf(sinks);
        sinks.clear();
        return taken;
    }

    /** Forgets everything; returns those who waited. */
    List<CompletableFuture<Long>> clear() {
        rows.clear();
        footprints.clear();
        bytes = 0;
        List<CompletableFuture<Long>> waiting = List.copyOf(flushes);
        flushes.clear();
        return waiting;
    }
}
