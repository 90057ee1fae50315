package taproot.daemon.log;

import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Those who want to know whether the writer still turns. Costs the writer a look at an empty queue a round. */
final class SignsOfLife {
    private final Queue<CompletableFuture<Void>> awaited = new ConcurrentLinkedQueue<>();
    private volatile boolean over;

    /** Completes with the writer's next round, exceptionally if there will be none. From any thread. */
    CompletableFuture<Void> next() {
        CompletableFuture<Void> sign = new CompletableFuture<>();
        awaited.add(sign);
        if (over) {
            give(); // The writer may have looked for the last time.
        }
        return sign;
    }

    /** The writer is at it. */
    void give() {
        for (CompletableFuture<Void> sign = awaited.poll(); sign != null; sign = awaited.poll()) {
            if (over) {
                sign.completeExceptionally(new LogException(LogException.Kind.CLOSED, "the log is closed"));
            } else {
                sign.complete(null);
            }
        }
    }

    /** The writer has ended. */
    void end() {
        over = true;
        give();
    }
}
