package taproot.normalizer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One git process of a root: its SID, its lives, and the connections that carry them. A process of which only a
 * descendant was heard stands in the tree as well, unheard. Inside the root's compute only.
 */
final class GitProcess {
    private static final long[] NONE = {};

    final Sid sid;
    final @Nullable GitProcess parent;
    final long pid;

    /** The first life, then one for each time the process daemonized. */
    final List<Life> lives = new ArrayList<>(1);

    /** When the first line came; {@link Normalizer#NEVER} for a process that is only an ancestor of others. */
    long heardAt = Normalizer.NEVER;

    /** When its last connection closed. */
    long closedAt = Normalizer.NEVER;

    /** The sweeper found its pid gone. */
    boolean gone;

    private long[] connections = NONE;

    GitProcess(Sid sid, @Nullable GitProcess parent) {
        this.sid = sid;
        this.parent = parent;
        this.pid = sid.pid();
        lives.add(new Life(this, 1, null));
    }

    Life first() {
        return lives.getFirst();
    }

    Life current() {
        return lives.getLast();
    }

    Life beginNextLife() {
        Life next = new Life(this, lives.size() + 1, current());
        lives.add(next);
        return next;
    }

    /** Notes that the connection carries this process; false where it was known to. */
    boolean open(long connection) {
        for (long known : connections) {
            if (known == connection) {
                return false;
            }
        }
        connections = Arrays.copyOf(connections, connections.length + 1);
        connections[connections.length - 1] = connection;
        return true;
    }

    /** Notes that the connection closed; false where it was not known to carry this process, or closed before. */
    boolean close(long connection, long now) {
        for (int i = 0; i < connections.length; i++) {
            if (connections[i] == connection) {
                long[] rest = Arrays.copyOf(connections, connections.length - 1);
                System.arraycopy(connections, i + 1, rest, i, rest.length - i);
                connections = rest.length == 0 ? NONE : rest;
                closedAt = now;
                return true;
            }
        }
        return false;
    }

    boolean isOpen() {
        return connections.length > 0;
    }

    boolean isHeard() {
        return heardAt != Normalizer.NEVER;
    }

    /** Whether one of its open connections was opened by its own pid: the peer's pid is part of the number. */
    boolean openedConnectionItself() {
        for (long connection : connections) {
            if (pid > 0 && ConnectionNumber.peerPid(connection) == pid) {
                return true;
            }
        }
        return false;
    }

    /** Whether its own start was received: until then it owns nothing. */
    boolean isStarted() {
        return first().isStarted();
    }

    /** Whether it is this process that the other one became by exec: a direct child with the same pid. */
    boolean isSuccessorOf(GitProcess other) {
        return parent == other && pid > 0 && pid == other.pid;
    }

    /** Where its last life has ended, nothing more can come of it but a second life, on an open connection. */
    boolean isSettled() {
        for (Life life : lives) {
            if (!life.settled) {
                return false;
            }
        }
        return true;
    }
}
