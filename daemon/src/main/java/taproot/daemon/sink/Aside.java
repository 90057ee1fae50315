package taproot.daemon.sink;

import java.util.SplittableRandom;
import taproot.daemon.log.LogException;

/**
 * What a sink has set aside, as far as its runner has to know: how much it is, and when what is to be sent again is due. The
 * records are in the log's database. For the sink's own thread.
 */
final class Aside {
    /** As many records may be set aside; who refuses more refuses everything, and that is no matter of single records. */
    static final int MOST = 10_000;

    private final Backoff pauses;
    private long count;
    private boolean waiting;
    private long dueAt;

    Aside(SinkDefinition definition) {
        pauses = new Backoff(definition.retryFirst(), definition.retryLongest(), new SplittableRandom());
    }

    /** Looks how it stands in the log. */
    void look(SinkCursor here) throws LogException {
        count = here.countAside();
        waiting = count > 0 && !here.waitingAside(1).isEmpty();
    }

    long count() {
        return count;
    }

    boolean isFull() {
        return count >= MOST;
    }

    /** Whether some are to be sent again by now. */
    boolean isDue() {
        return waiting && dueAt - System.nanoTime() <= 0;
    }

    /** Everything is to be sent again, now. */
    void recall() {
        waiting = true;
        dueAt = System.nanoTime();
    }

    /** Nothing is, until somebody says so or the next look. */
    void leaveAlone() {
        waiting = false;
    }

    /** Looks how it stands after a batch, and lets pass some time before those are sent again that were in its way. */
    void changed(SinkCursor here, boolean gotRidOfSome) throws LogException {
        look(here);
        dueAt = System.nanoTime() + (gotRidOfSome ? 0 : pauses.next(null).toNanos());
    }

    /** A batch is done with. */
    void rested() {
        if (!waiting) {
            pauses.succeeded();
        }
    }

    /** How long one may rest, at most {@code nanos}. */
    long rest(long nanos) {
        return waiting ? Math.clamp(dueAt - System.nanoTime(), 1, nanos) : nanos;
    }
}
