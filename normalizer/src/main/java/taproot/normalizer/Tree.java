package taproot.normalizer;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The processes of one root of which something more may come, by SID; those that are over become memories. Inside the
 * root's compute only.
 */
final class Tree {
    /** Most roots have one process, and an immutable map of one is a quarter of a {@link HashMap}. */
    private Map<String, GitProcess> processes = Map.of();

    private final Memory memory;
    private @Nullable GitProcess latest;

    Tree(Memory memory) {
        this.memory = memory;
    }

    @Nullable
    GitProcess find(Sid sid) {
        GitProcess known = latest;
        if (known != null && known.sid.equals(sid)) {
            return known;
        }
        GitProcess process = processes.get(sid.value());
        if (process != null) {
            latest = process;
        }
        return process;
    }

    /** Adds the process, and those above it that are not in the tree, unheard. */
    GitProcess insert(Sid sid) {
        String above = sid.parent();
        GitProcess parent = null;
        if (above != null) {
            parent = processes.get(above);
            if (parent == null) {
                parent = insert(new Sid(above, sid.root()));
            }
        }
        GitProcess process = new GitProcess(sid, parent);
        memory.recall(process);
        put(sid.value(), process);
        return process;
    }

    private void put(String sid, GitProcess process) {
        if (processes.isEmpty()) {
            processes = Map.of(sid, process);
            return;
        }
        if (processes.size() == 1) {
            processes = new HashMap<>(processes);
        }
        processes.put(sid, process);
    }

    /** Whether it was there. */
    private boolean remove(String sid) {
        if (!processes.containsKey(sid)) {
            return false;
        }
        if (processes.size() == 1) {
            processes = Map.of();
        } else {
            processes.remove(sid);
        }
        return true;
    }

    /** Takes out what nothing holds any more: the process, and those above it that were only held by it. */
    void forgetIfOver(GitProcess process) {
        GitProcess over = process;
        while (over != null && over.isForgettable() && remove(over.sid.value())) {
            over.leave();
            if (latest == over) {
                latest = null;
            }
            memory.remember(over);
            over = over.parent;
        }
    }

    Iterable<GitProcess> processes() {
        return processes.values();
    }

    int size() {
        return processes.size();
    }

    boolean isEmpty() {
        return processes.isEmpty();
    }

    Memory memory() {
        return memory;
    }
}
