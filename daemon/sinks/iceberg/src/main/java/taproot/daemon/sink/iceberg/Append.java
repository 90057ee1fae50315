package taproot.daemon.sink.iceberg;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotAncestryValidator;
import org.apache.iceberg.Table;
import org.apache.iceberg.exceptions.CleanableFailure;
import org.apache.iceberg.exceptions.CommitFailedException;

/**
 * One commit of some batches, with all the tries that Iceberg makes of it: an append without a look at what is in the
 * table, on the newest snapshot. Whoever was faster is a conflict, and it is tried again on what is then the newest.
 *
 * <p>Before each try the ancestry that the try is bound to is asked for the batches, so that no earlier attempt can come
 * in between. Files of Iceberg's own that a failed try left are removed here and not by Iceberg: it takes a failed validation
 * for a commit that has failed, but what failed may be the second try of one whose first had arrived unheard.
 */
final class Append implements SnapshotAncestryValidator {
    private final Table table;
    private final List<Committer.Offer> batches;
    private final Recognition recognition;
    private final BatchFiles files;
    private final BooleanSupplier closed;
    private final List<String> litter = new ArrayList<>();
    private final Set<Snapshot> bringers = new HashSet<>();

    private int tries;
    private int conflicts;

    Append(
            Table table,
            List<Committer.Offer> batches,
            Recognition recognition,
            BatchFiles files,
            BooleanSupplier closed) {
        this.table = table;
        this.batches = batches;
        this.recognition = recognition;
        this.files = files;
        this.closed = closed;
    }

    int conflicts() {
        return conflicts;
    }

    /**
     * Says to each batch what became of it. Those that nothing is said to were held up by others that were there already, and
     * are to be tried again without them.
     *
     * @return whether there is a new snapshot
     */
    boolean run() {
        boolean committed = commit();
        removeLitter();
        return committed;
    }

    private boolean commit() {
        try {
            AppendFiles append = table.newFastAppend().deleteWith(litter::add).validateWith(this);
            for (Committer.Offer batch : batches) {
                append.set(batch.mark().property(), batch.mark().attempt());
                batch.files().forEach(append::appendFile);
            }
            append.commit();
            conflicts = tries - 1;
            batches.forEach(batch -> batch.became(new Committer.Outcome.Committed()));
            return true;
        } catch (RuntimeException e) {
            conflicts = tries - (e instanceof CommitFailedException ? 0 : 1);
            failed(e);
            return false;
        }
    }

    @Override
    public boolean validate(Iterable<Snapshot> ancestry) {
        if (closed.getAsBoolean()) {
            throw new IllegalStateException("the sink was closed");
        }
        tries++;
        return !lookFor(ancestry);
    }

    @Override
    public String errorMessage() {
        return "a batch is in the table already";
    }

    /** Whether any of the batches is there; says so to those that are. */
    private boolean lookFor(Iterable<Snapshot> ancestry) {
        for (Committer.Offer batch : batches) {
            Recognition.Found found = recognition.find(ancestry, batch.mark().batch());
            if (found != null) {
                bringers.add(found.snapshot());
                batch.became(new Committer.Outcome.AlreadyThere(found.attempt()));
            }
        }
        return !bringers.isEmpty();
    }

    private void failed(RuntimeException e) {
        if (!bringers.isEmpty()) {
            return; // That was it, and those that are there know it.
        }
        if (e instanceof CleanableFailure) {
            refused(e);
        } else {
            batches.forEach(batch -> batch.became(new Committer.Outcome.Unknown(Reason.of(e))));
            litter.clear();
        }
    }

    /** The last try has failed for certain. An earlier one may have arrived under a conflict that was none. */
    private void refused(RuntimeException e) {
        try {
            table.refresh();
            batches.forEach(batch -> batch.became(new Committer.Outcome.Failed(Reason.of(e))));
            lookFor(Ancestry.of(table));
        } catch (RuntimeException again) {
            batches.forEach(batch -> batch.became(new Committer.Outcome.Unknown(Reason.of(again))));
            litter.clear();
        }
    }

    private void removeLitter() {
        Set<String> used = new HashSet<>();
        try {
            for (Snapshot bringer : bringers) {
                used.add(bringer.manifestListLocation());
                bringer.allManifests(table.io()).stream()
                        .map(ManifestFile::path)
                        .forEach(used::add);
            }
        } catch (RuntimeException e) {
            files.left(litter, e); // What is in use is not known, so nothing is removed.
            return;
        }
        litter.stream().filter(path -> !used.contains(path)).forEach(path -> files.remove(table, path));
    }
}
