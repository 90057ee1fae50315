package taproot.daemon.roots;

import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;
import taproot.daemon.metrics.Counter;
import taproot.daemon.metrics.Counters;

/**
 * The completed-root guard: remembers the tombstones in the order of their burial and, when they are too many, removes
 * the oldest. First in, first out; two atomic steps per root, no lock.
 *
 * <p>Two that are added at once may swap places, and one that is overtaken by a whole round may displace a younger one:
 * the order is that of the burials give or take as many as there are threads. What never happens is that a stone is in
 * the map and not in the ring, once its {@link #add} has returned: each has one slot, and leaves the map when it leaves
 * the slot.
 *
 * <p>A size-bounded cache would not do: of equally rare keys it evicts the newest.
 */
final class TombstoneRing {
    private final AtomicReferenceArray<Root.@Nullable Tombstone> ring;
    private final AtomicLong next = new AtomicLong();
    private final ConcurrentMap<RootId, Root> roots;
    private final Counters counters;

    TombstoneRing(int size, ConcurrentMap<RootId, Root> roots, Counters counters) {
        this.ring = new AtomicReferenceArray<>(size);
        this.roots = roots;
        this.counters = counters;
    }

    /** Called after the compute that made the stone; the one it displaces goes, unless its root is alive again. */
    void add(Root.Tombstone stone) {
        int slot = (int) (next.getAndIncrement() % ring.length());
        Root.Tombstone oldest = ring.getAndSet(slot, stone);
        if (oldest != null && roots.remove(oldest.id, oldest)) {
            counters.increment(Counter.TOMBSTONES_EVICTED);
        }
    }
}
