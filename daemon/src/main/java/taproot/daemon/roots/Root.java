package taproot.daemon.roots;

import taproot.normalizer.Memory;
import taproot.normalizer.Normalizer;

/**
 * Everything about one root: alive, or the tombstone it left. One value of one map, so that nothing can come between
 * finishing and remembering. Touched inside the map's compute only.
 */
sealed interface Root {

    /** A root with something unfinished, or with a connection still open. */
    final class Live implements Root {
        final Normalizer normalizer;

        /** For when the alarm is set that will look at its deadlines. */
        long alarmAt = Normalizer.NEVER;

        /** One of its processes is known not to read only. */
        boolean changing;

        /** When its last line came. */
        long heardAt;

        Live(Normalizer normalizer) {
            this.normalizer = normalizer;
        }
    }

    /**
     * A finished root: what late lines need to be told from new ones. Equal only to itself, and that is why it is no
     * record: a root that is buried a second time has the same memory, but its first stone must not stand for the second
     * one when the ring evicts it.
     */
    final class Tombstone implements Root {
        final RootId id;
        final Memory memory;

        Tombstone(RootId id, Memory memory) {
            this.id = id;
            this.memory = memory;
        }
    }
}
