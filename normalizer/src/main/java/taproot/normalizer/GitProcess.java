package taproot.normalizer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One git process of a root: its SID, its lives, the processes below it and the connections that carry it. A process of
 * which only a descendant was heard stands in the tree as well, unheard. Inside the root's compute only.
 */
final class GitProcess {
    private static final long[] NO_CONNECTIONS = {};

    final Sid sid;
    final @Nullable GitProcess parent;
    final long pid;

    /** How many processes stand above it. */
    final int depth;

    /** The first life, then one for each time the process daemonized. */
    List<Life> lives;

    /** When the first line came; {@link Normalizer#NEVER} for a process that is only an ancestor of others. */
    long heardAt = Normalizer.NEVER;

    /** When its last connection closed. */
    long closedAt = Normalizer.NEVER;

    /** The sweeper found its pid gone. */
    boolean gone;

    /** It is in the {@link Agenda} of what is to be looked at. */
    boolean onAgenda;

    /** The one behind it there. */
    @Nullable
    GitProcess nextOnAgenda;

    /** When it is to be looked at without an event; the {@link Agenda} keeps it. */
    long wakeAt = Normalizer.NEVER;

    /** It stands in line to be folded. */
    boolean foldable;

    /** It came over more than one connection: nothing orders what they carry. */
    boolean scattered;

    private long[] connections = NO_CONNECTIONS;
    private List<GitProcess> below = List.of();
    private int place;
    private @Nullable Set<Long> reporters;

    GitProcess(Sid sid, @Nullable GitProcess parent) {
        this.sid = sid;
        this.parent = parent;
        this.pid = sid.pid();
        this.depth = parent == null ? 0 : parent.depth + 1;
        this.lives = List.of(new Life(this, 1, null));
        if (parent != null) {
            parent.adopt(this);
        }
    }

    Life first() {
        return lives.getFirst();
    }

    Life current() {
        return lives.getLast();
    }

    Life beginNextLife() {
        Life next = new Life(this, lives.size() + 1, current());
        List<Life> more = new ArrayList<>(lives);
        more.add(next);
        lives = List.copyOf(more);
        return next;
    }

    /** The processes directly below that are still in the tree, in no order. */
    List<GitProcess> below() {
        return below;
    }

    private void adopt(GitProcess child) {
        if (below.isEmpty()) {
            below = new ArrayList<>(2);
        }
        child.place = below.size();
        below.add(child);
    }

    /** The pids of the hooks directly below that reported to Taproot. */
    Set<Long> reporters() {
        return reporters == null ? Set.of() : reporters;
    }

    /** Notes that a hook with this pid reported. */
    void reportedBy(long reporter) {
        if (reporters == null) {
            reporters = new HashSet<>(2);
        }
        if (reporters.size() < Normalizer.MAX_PROCESSES) {
            reporters.add(reporter);
        }
        lives.forEach(life -> life.reportedBy(reporter));
    }

    /** Takes it out of the tree, at the same cost whatever the number of its siblings. */
    void leave() {
        if (parent != null) {
            List<GitProcess> siblings = parent.below;
            GitProcess last = siblings.removeLast();
            if (last != this) {
                siblings.set(place, last);
                last.place = place;
            }
        }
    }

    /** Notes that the connection carries this process; false where it was known to. */
    boolean open(long connection) {
        for (long known : connections) {
            if (known == connection) {
                return false;
            }
        }
        scattered |= isHeard();
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
                connections = rest.length == 0 ? NO_CONNECTIONS : rest;
                closedAt = now;
                return true;
            }
        }
        return false;
    }

    boolean isOpen() {
        return connections.length > 0;
    }

    /** Whether it may still say something: a connection is open, or that of the process it became. */
    boolean mayGoOn() {
        if (isOpen() && !gone) {
            return true;
        }
        GitProcess successor = successor();
        return successor != null && successor.first().end == null && successor.mayGoOn();
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

    /** Whether commands below it are commands of their own: by its name, or as what a host became by exec. */
    boolean isHost() {
        return first().isHost() || (parent != null && pid > 0 && parent.pid == pid && parent.isHost());
    }

    /** What it became by exec: a process directly below with the same pid; null where none was heard. */
    @Nullable
    GitProcess successor() {
        if (first().isExecuting() && pid > 0) {
            for (GitProcess candidate : below) {
                if (candidate.pid == pid && candidate.isHeard()) {
                    return candidate;
                }
            }
        }
        return null;
    }

    /** Nothing more can come of its lives, but perhaps of another one, on an open connection. */
    boolean isSettled() {
        for (Life life : lives) {
            if (!life.settled) {
                return false;
            }
        }
        return true;
    }

    /** Nothing holds it in the tree. */
    boolean isForgettable() {
        return !isOpen() && below.isEmpty() && (!isHeard() || isSettled());
    }
}
