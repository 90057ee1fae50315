package taproot.daemon.roots;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import taproot.daemon.metrics.Counter;
import taproot.daemon.metrics.Counters;
import taproot.normalizer.Memory;

/** The ring's two guards, each with a twin of the map that lacks what the guard relies on. */
class TombstoneRingTest {
    private static final RootId ROOT = new RootId("a");

    private final Counters counters = new Counters();

    @Test
    void aStoneThatIsDisplacedTakesOnlyItselfAlong() {
        assertThat(isStillRemembered(new ConcurrentHashMap<>())).isTrue();
        assertThat(counters.get(Counter.TOMBSTONES_EVICTED)).isZero();
        assertThat(isStillRemembered(new ByKeyAlone())).isFalse();
    }

    /** A root is buried, heard of again and buried once more; then the slot of its first stone is needed. */
    private boolean isStillRemembered(ConcurrentHashMap<RootId, Root> map) {
        TombstoneRing ring = new TombstoneRing(1, map, counters);
        Memory memory = new Memory();
        Root.Tombstone first = new Root.Tombstone(ROOT, memory);
        map.put(ROOT, first);
        ring.add(first);
        map.put(ROOT, new Root.Tombstone(ROOT, memory));
        ring.add(new Root.Tombstone(new RootId("b"), new Memory()));
        return map.containsKey(ROOT);
    }

    @Test
    void thereAreNeverMoreStonesThanSlots() {
        assertThat(stonesAfterAHundred(new ConcurrentHashMap<>())).isEqualTo(16);
        assertThat(counters.get(Counter.TOMBSTONES_EVICTED)).isEqualTo(84);
        assertThat(stonesAfterAHundred(new NothingLeaves())).isEqualTo(100);
    }

    private int stonesAfterAHundred(ConcurrentHashMap<RootId, Root> map) {
        TombstoneRing ring = new TombstoneRing(16, map, counters);
        for (int i = 0; i < 100; i++) {
            RootId id = new RootId("root " + i);
            Root.Tombstone stone = new Root.Tombstone(id, new Memory());
            map.put(id, stone);
            ring.add(stone);
        }
        return map.size();
    }

    /** The twin that does not ask whose stone it is. */
    private static final class ByKeyAlone extends ConcurrentHashMap<RootId, Root> {
        @Override
        public boolean remove(Object key, Object value) {
            return super.remove(key) != null;
        }
    }

    /** The twin that forgets nothing. */
    private static final class NothingLeaves extends ConcurrentHashMap<RootId, Root> {
        @Override
        public boolean remove(Object key, Object value) {
            return false;
        }
    }
}
