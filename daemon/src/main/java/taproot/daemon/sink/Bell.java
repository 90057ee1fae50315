package taproot.daemon.sink;

/**
 * What the threads of one sink wait at: rung when anything happens that may concern them. Ringing costs nothing to speak of
 * and never waits for those who listen.
 */
final class Bell {
    private long rings;

    /** To be asked before looking at what one waits for: what happens after the look is then not missed. */
    synchronized long rings() {
        return rings;
    }

    synchronized void ring() {
        rings++;
        notifyAll();
    }

    /** Waits until it is rung more often than {@code heard}, or the time is over. */
    synchronized void await(long heard, long nanos) throws InterruptedException {
        long until = System.nanoTime() + nanos;
        for (long left = nanos; rings == heard && left > 0; left = until - System.nanoTime()) {
            wait(left / 1_000_000, (int) (left % 1_000_000));
        }
    }
}
