package taproot.normalizer;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a root remembers of its finished processes: that they are over, and when those that owned a record lived. It is
 * all that stays of a finished root; bounded to the {@value #MAX_PROCESSES} processes finished last.
 */
public final class Memory {
    static final int MAX_PROCESSES = 1024;

    /** One life. */
    private record Lived(@Nullable End end, boolean owner, boolean host) {}

    /** Of a process that neither owned nor hosted anything only that it is over matters. */
    private static final List<Lived> ON_ANOTHERS_RECORD = List.of(new Lived(null, false, false));

    private Map<String, List<Lived>> processes = Map.of();

    boolean knows(String sid) {
        return processes.containsKey(sid);
    }

    void remember(GitProcess process) {
        if (!process.isHeard()) {
            return;
        }
        boolean matters = process.isHost();
        for (Life life : process.lives) {
            matters |= life.owner;
        }
        put(process.sid.value(), matters ? lives(process) : ON_ANOTHERS_RECORD);
    }

    private static List<Lived> lives(GitProcess process) {
        boolean host = process.isHost();
        Lived[] lives = new Lived[process.lives.size()];
        for (int i = 0; i < lives.length; i++) {
            Life life = process.lives.get(i);
            lives[i] = new Lived(life.end, life.owner, host);
        }
        return List.of(lives);
    }

    /** Thousands of roots are remembered, and most had one process: an immutable map of one is a quarter of the other. */
    private void put(String sid, List<Lived> lives) {
        if (processes.isEmpty()) {
            processes = Map.of(sid, lives);
            return;
        }
        if (processes.size() == 1) {
            processes = new LinkedHashMap<>(processes);
        }
        processes.put(sid, lives);
        if (processes.size() > MAX_PROCESSES) {
            processes.remove(processes.keySet().iterator().next());
        }
    }

    /** Gives a process that has to stand in the tree again, as somebody's ancestor, the lives it had. */
    void recall(GitProcess process) {
        List<Lived> lives = processes.get(process.sid.value());
        if (lives == null) {
            return;
        }
        for (int i = 0; i < lives.size(); i++) {
            Lived lived = lives.get(i);
            Life life = i == 0 ? process.first() : process.beginNextLife();
            life.recall(lived.end(), lived.owner(), lived.host());
        }
    }

    /** How many processes are remembered. */
    public int size() {
        return processes.size();
    }

    public boolean isEmpty() {
        return processes.isEmpty();
    }
}
