package taproot.normalizer;

/**
 * How connections are told apart: a number that never comes again, with the pid of the peer in its low bits, so that
 * nothing more needs to be kept to know who opened it.
 */
public final class ConnectionNumber {
    /** Linux has at most 2²² pids: see {@code pid_max} in proc(5). */
    private static final int PID_BITS = 23;

    private ConnectionNumber() {}

    /** The number of the {@code ordinal}th connection; a pid of 0 stands for an unknown peer. */
    public static long of(long ordinal, int peerPid) {
        return ordinal << PID_BITS | (peerPid & ((1L << PID_BITS) - 1));
    }

    static long peerPid(long connection) {
        return connection & ((1L << PID_BITS) - 1);
    }
}
