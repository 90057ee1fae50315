package taproot.daemon.repositories;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import taproot.daemon.metrics.Counter;
import taproot.daemon.metrics.Counters;
import taproot.daemon.metrics.Waiting;
import taproot.normalizer.CommandRecord;
import taproot.normalizer.Effects;
import taproot.normalizer.FinishedCommand;

/**
 * The last step before the log: commands leave in the order in which those of their family ended, with what they did in
 * words, but for those of which nothing is to be recorded. A command with nobody before it leaves at once; nobody waits for
 * another family, and for his own no longer than {@link #PATIENCE}.
 */
final class WayOut {
    /** So long one waits for those of his family that ended before him and of whom more is being found out. */
    static final Duration PATIENCE = Duration.ofMillis(50);

    private final Counters counters;
    private final Consumer<FinishedCommand> log;
    private final Pending pending = new Pending();
    private final InOrder order;

    private volatile IgnoredPaths ignored;

    WayOut(IgnoredPaths ignored, Counters counters, Consumer<FinishedCommand> log) {
        this.ignored = ignored;
        this.counters = counters;
        this.log = log;
        order = new InOrder(PATIENCE, counters);
    }

    void ignore(IgnoredPaths changed) {
        ignored = changed;
    }

    /**
     * A command of which something has to be found out.
     *
     * @param line what is known of its family: its common directory, or a name that leads there
     * @param slow its file system is known to take long: nobody is to wait for it
     */
    Pending.Item expect(FinishedCommand command, Traffic.@Nullable Journey journey, String line, boolean slow) {
        return pending.add(command, journey, slow ? InOrder.beside() : order.enter(line));
    }

    /** Its family is known by now: from here on it stands in that one's line. */
    void stands(Pending.Item item, String family) {
        InOrder.Place before = item.place();
        if (!before.isIn(family)) {
            item.standAt(order.enter(family));
            order.vacate(before);
        }
    }

    /** Lets out a command of which all is known, behind those of its family that are expected. */
    void handOn(FinishedCommand command, String line) {
        if (order.isEmpty(line)) {
            handOut(command);
        } else {
            handOn(pending.addKnown(command, order.enter(line)), command);
        }
    }

    /** Lets out one that was expected; to be called by the one who claimed it. */
    void handOn(Pending.Item item, FinishedCommand command) {
        order.leave(item.place(), () -> {
            try {
                handOut(command);
            } finally {
                pending.remove(item);
            }
        });
    }

    /** Lets out a command that belongs to no family. */
    void handOut(FinishedCommand command) {
        CommandRecord record = command.record();
        if (ignored.test(record)) {
            counters.increment(Counter.RECORDS_IGNORED);
        } else {
            log.accept(command.with(record.withEffects(Effects.of(record))));
        }
    }

    /** Whether nobody is waited for. */
    boolean isEmpty() {
        return pending.size() == 0;
    }

    /** Lets out whoever is due; to be called now and then while somebody is waited for. */
    void look() {
        order.advance();
    }

    /** From now on nobody waits for anybody. */
    void end() {
        order.end();
    }

    Iterable<Pending.Item> expected() {
        return pending.all();
    }

    Waiting waiting() {
        return pending.waiting();
    }

    long bytes() {
        return pending.bytes();
    }

    /** Completes when everything that was expected before the call is out. */
    CompletableFuture<Void> empty() {
        return pending.gone();
    }
}
