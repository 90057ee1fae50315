package taproot.daemon.roots;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import taproot.normalizer.DropReason;
import taproot.normalizer.FinishedCommand;
import taproot.normalizer.Normalizer;
import taproot.normalizer.Sid;

/** What a compute found that its caller must do afterwards. Written inside the compute, read after it, once. */
final class Verdict {
    private List<FinishedCommand> finished = List.of();
    private List<DropReason> dropped = List.of();
    private Root.@Nullable Tombstone tombstone;
    private long alarmAt = Normalizer.NEVER;
    private boolean changing;
    private boolean drainWanted;
    private List<Sid> unplaced = List.of();
    private int emptySecondLives;
    private int unstarted;
    private int adopted;
    private int unclaimedReports;

    void finished(List<FinishedCommand> commands) {
        finished = commands;
    }

    void dropped(DropReason reason) {
        if (dropped.isEmpty()) {
            dropped = new ArrayList<>();
        }
        dropped.add(reason);
    }

    void buried(Root.Tombstone stone) {
        tombstone = stone;
    }

    void alarmAt(long deadline) {
        alarmAt = deadline;
    }

    /** The root has a process that does not only read, and had none before. */
    void changing() {
        changing = true;
    }

    void drainWanted(boolean wanted) {
        drainWanted = wanted;
    }

    void unplaced(List<Sid> processes) {
        unplaced = processes;
    }

    void adopted(int commands) {
        adopted = commands;
    }

    void uncounted(int emptyLives, int withoutStart, int withoutCommand) {
        emptySecondLives = emptyLives;
        unstarted = withoutStart;
        unclaimedReports = withoutCommand;
    }

    List<FinishedCommand> finished() {
        return finished;
    }

    List<DropReason> dropped() {
        return dropped;
    }

    Root.@Nullable Tombstone tombstone() {
        return tombstone;
    }

    long alarmAt() {
        return alarmAt;
    }

    boolean isChanging() {
        return changing;
    }

    boolean drainWanted() {
        return drainWanted;
    }

    List<Sid> unplaced() {
        return unplaced;
    }

    int emptySecondLives() {
        return emptySecondLives;
    }

    int adopted() {
        return adopted;
    }

    int unstarted() {
        return unstarted;
    }

    int unclaimedReports() {
        return unclaimedReports;
    }
}
