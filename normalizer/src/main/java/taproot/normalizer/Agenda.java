package taproot.normalizer;

import java.util.HashSet;
import java.util.Iterator;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which processes of a root have to be looked at, now or at some time. What happens to one process touches it and those
 * whose standing hangs on it, so that an event costs the same whatever the number of processes.
 */
final class Agenda {
    /** Those that were touched stand in line, each knowing the next: most roots hold one process, and nothing more for it. */
    private @Nullable GitProcess first;

    private @Nullable GitProcess last;

    private Set<GitProcess> timed = Set.of();

    /** The earliest time on the agenda, or one before it: being called too early costs one look. */
    private long deadline = Normalizer.NEVER;

    void touch(GitProcess process) {
        if (!process.onAgenda) {
            process.onAgenda = true;
            if (last == null) {
                first = process;
            } else {
                last.nextOnAgenda = process;
            }
            last = process;
        }
    }

    void touchWithAllBelow(GitProcess process) {
        touch(process);
        for (GitProcess child : process.below()) {
            touchWithAllBelow(child);
        }
    }

    /** Touches those above whose ending was read and who wait for the processes below them. */
    void touchWaitingAbove(GitProcess process) {
        for (GitProcess above = process.parent; above != null; above = above.parent) {
            for (Life life : above.lives) {
                if (life.end != null && !life.settled) {
                    touch(above);
                }
            }
        }
    }

    /** Sets when the process is looked at if nothing happens; {@link Normalizer#NEVER} for not at all. */
    void wake(GitProcess process, long at) {
        if (process.wakeAt == at) {
            return;
        }
        process.wakeAt = at;
        if (timed.isEmpty()) {
            // Most roots never wait for anything.
            timed = new HashSet<>(2);
        }
        if (at == Normalizer.NEVER) {
            timed.remove(process);
            if (timed.isEmpty()) {
                deadline = Normalizer.NEVER;
            }
        } else {
            timed.add(process);
            deadline = Math.min(deadline, at);
        }
    }

    long deadline() {
        return deadline;
    }

    /** Whether anything is to be looked at by now. */
    boolean isDue(long now) {
        return first != null || now >= deadline;
    }

    /** Touches those whose time has come. */
    void strike(long now) {
        if (now < deadline) {
            return;
        }
        long next = Normalizer.NEVER;
        for (Iterator<GitProcess> all = timed.iterator(); all.hasNext(); ) {
            GitProcess process = all.next();
            if (process.wakeAt <= now) {
                process.wakeAt = Normalizer.NEVER;
                all.remove();
                touch(process);
            } else {
                next = Math.min(next, process.wakeAt);
            }
        }
        deadline = next;
    }

    /** The next one to look at; null where there is none. */
    @Nullable
    GitProcess poll() {
        GitProcess process = first;
        if (process != null) {
            first = process.nextOnAgenda;
            process.nextOnAgenda = null;
            process.onAgenda = false;
            if (first == null) {
                last = null;
            }
        }
        return process;
    }
}
