package taproot.daemon.repositories;

import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import taproot.daemon.metrics.Waiting;
import taproot.normalizer.CommandRecord;
import taproot.normalizer.FinishedCommand;

/**
 * The commands that wait until something is known of their repository. Each leaves once, by whoever is first: the one who
 * found out, or the one whose patience is over.
 */
final class Pending {
    /** Besides its trace, roughly. */
    private static final long RECORD_BYTES = 4 << 10;

    private final Set<Item> items = ConcurrentHashMap.newKeySet();
    private final AtomicLong bytes = new AtomicLong();

    /** One of them. */
    static final class Item {
        final FinishedCommand command;

        /** Of one that may have moved refs. */
        final Traffic.@Nullable Journey journey;

        /** {@link System#nanoTime} at which it came. */
        final long since = System.nanoTime();

        /** Where it stands in the order of those that came; in another line when its family is known. */
        private volatile InOrder.Place place;

        private final AtomicBoolean claimed;
        private final CompletableFuture<Void> gone = new CompletableFuture<>();

        /** What is known of its repository so far. */
        private volatile CommandRecord.@Nullable Repository repository;

        private Item(FinishedCommand command, Traffic.@Nullable Journey journey, InOrder.Place place, boolean known) {
            this.command = command;
            this.journey = journey;
            this.place = place;
            claimed = new AtomicBoolean(known);
        }

        InOrder.Place place() {
            return place;
        }

        void standAt(InOrder.Place other) {
            place = other;
        }

        void foundIn(CommandRecord.Repository found) {
            repository = found;
        }

        CommandRecord.@Nullable Repository repository() {
            return repository;
        }

        /** True for the one who may hand it on. */
        boolean claim() {
            return claimed.compareAndSet(false, true);
        }

        boolean isClaimed() {
            return claimed.get();
        }
    }

    /** One of which something has to be found out. */
    Item add(FinishedCommand command, Traffic.@Nullable Journey journey, InOrder.Place place) {
        return add(new Item(command, journey, place, false));
    }

    /** One of which all is known, and which waits for those before it; claimed already. */
    Item addKnown(FinishedCommand command, InOrder.Place place) {
        return add(new Item(command, null, place, true));
    }

    private Item add(Item item) {
        bytes.addAndGet(bytes(item.command));
        items.add(item);
        return item;
    }

    /** To be called by the one who claimed it, when it is handed on. */
    void remove(Item item) {
        items.remove(item);
        bytes.addAndGet(-bytes(item.command));
        item.gone.complete(null);
    }

    private static long bytes(FinishedCommand command) {
        return RECORD_BYTES + command.trace().length;
    }

    Waiting waiting() {
        return Waiting.since(items.stream().map(item -> item.since).toList());
    }

    long bytes() {
        return bytes.get();
    }

    int size() {
        return items.size();
    }

    Iterable<Item> all() {
        return items;
    }

    /** Completes when all that wait now are gone. */
    CompletableFuture<Void> gone() {
        return CompletableFuture.allOf(items.stream().map(item -> item.gone).toArray(CompletableFuture[]::new));
    }
}
