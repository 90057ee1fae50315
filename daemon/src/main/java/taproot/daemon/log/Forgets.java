package taproot.daemon.log;

import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Deque;

/** Those who want part of the log removed, in their order; as many as ask at a time. Writer thread only. */
final class Forgets {
    private final Deque<AppendQueue.Entry.Forget> waiting = new ArrayDeque<>();
    private final Newest newest;
    private boolean toBegin;

    /** @param newest where what is removed may still be kept in memory */
    Forgets(Newest newest) {
        this.newest = newest;
    }

    void add(AppendQueue.Entry.Forget forget) {
        waiting.add(forget);
        toBegin = true;
    }

    /** Whether somebody was added last: what was appended after him is not to be committed before {@link #begin}. */
    boolean isToBegin() {
        return toBegin;
    }

    /** To be called when everything is committed that was appended before those who were added. */
    void begin(Database open) throws SQLException {
        if (toBegin) {
            waiting.getLast().forgetting().begin(open.connection());
            toBegin = false;
        }
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    /** Does one step for the first of them; false if nobody wants anything. */
    boolean step(Database open) throws SQLException {
        AppendQueue.Entry.Forget first = waiting.peek();
        if (first == null) {
            return false;
        }
        if (first.forgetting().step(open.connection())) {
            open.checkpoint(); // What was removed is to be gone from the write-ahead log too.
            waiting.remove();
            newest.clear();
            first.done().complete(first.forgetting().forgotten());
        }
        return true;
    }

    /** Nothing is removed any more. */
    void fail(LogException why) {
        waiting.forEach(forget -> forget.done().completeExceptionally(why));
        waiting.clear();
        toBegin = false;
    }
}
