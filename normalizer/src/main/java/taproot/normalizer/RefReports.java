package taproot.normalizer;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What hooks reported to one record: which refs moved, and which commits replace which. Bounded; what does not fit is
 * counted. Inside the root's compute only.
 */
final class RefReports {
    static final int MAX_REF_CHANGES = 4096;
    static final int MAX_REWRITES = 4096;

    /** They are cut when they have grown to this many times their bound. */
    private static final int SLACK = 2;

    /** One report; reports come in any order, and are told apart and put in order by when their processes began. */
    private record Piece(long beganAt, String sid, HookReport report, String by) {}

    private static final Comparator<Piece> BY_START =
            Comparator.comparingLong(Piece::beganAt).thenComparing(Piece::sid);

    private final List<Piece> pieces = new ArrayList<>(1);
    private int held;
    private long beyondRefs;
    private long beyondRewrites;

    /** Notes what this process, which is there for nothing else, said of the one above it. */
    void add(Life life, HookReport report) {
        GitProcess by = life.process.parent;
        pieces.add(new Piece(life.beganAt(), life.process.sid.value(), report, by == null ? "" : by.sid.value()));
        if (report.isOfRefs()) {
            beyondRefs += report.beyond();
        } else {
            beyondRewrites += report.beyond();
        }
        held += report.size();
        cutIfLong();
    }

    void addAll(RefReports others) {
        pieces.addAll(others.pieces);
        held += others.held;
        beyondRefs += others.beyondRefs;
        beyondRewrites += others.beyondRewrites;
        cutIfLong();
    }

    /** Keeps what comes first: of a rebase of ten thousand commits nobody reads the last. */
    private void cutIfLong() {
        if (held <= SLACK * (MAX_REF_CHANGES + MAX_REWRITES)) {
            return;
        }
        pieces.sort(BY_START);
        int refs = 0;
        int rewrites = 0;
        List<Piece> kept = new ArrayList<>();
        for (Piece piece : pieces) {
            int size = piece.report().size();
            boolean fits = piece.report().isOfRefs() ? refs < MAX_REF_CHANGES : rewrites < MAX_REWRITES;
            if (fits) {
                kept.add(piece);
            } else {
                held -= size;
            }
            if (piece.report().isOfRefs()) {
                refs += size;
                beyondRefs += fits ? 0 : size;
            } else {
                rewrites += size;
                beyondRewrites += fits ? 0 : size;
            }
        }
        pieces.clear();
        pieces.addAll(kept);
    }

    /** Whether any hook reported of refs, be it that none moved. */
    boolean knowsRefs() {
        return pieces.stream().anyMatch(piece -> piece.report().isOfRefs());
    }

    /** In the order in which they moved; what did not fit is counted where the record says so. */
    List<CommandRecord.RefChange> refChanges(String owner, Contents contents) {
        pieces.sort(BY_START);
        List<CommandRecord.RefChange> changes = new ArrayList<>();
        Set<String> deleted = new HashSet<>();
        long beyond = beyondRefs;
        for (Piece piece : pieces) {
            String sid = piece.by().equals(owner) ? null : piece.by();
            for (CommandRecord.RefChange change : piece.report().refChanges(sid)) {
                if (isToldAgain(change, deleted)) {
                    continue;
                }
                if (changes.size() < MAX_REF_CHANGES) {
                    changes.add(change);
                } else {
                    beyond++;
                }
            }
        }
        contents.count("ref_changes", beyond);
        return List.copyOf(changes);
    }

    /** git deletes a packed ref in two transactions, and tells of both. */
    private static boolean isToldAgain(CommandRecord.RefChange change, Set<String> deleted) {
        if (Deed.isZero(change.current())) {
            return !deleted.add(change.ref());
        }
        deleted.remove(change.ref());
        return false;
    }

    List<CommandRecord.Rewrite> rewrites(Contents contents) {
        pieces.sort(BY_START);
        List<CommandRecord.Rewrite> rewrites = new ArrayList<>();
        long beyond = beyondRewrites;
        for (Piece piece : pieces) {
            for (CommandRecord.Rewrite rewrite : piece.report().rewrites()) {
                if (rewrites.size() < MAX_REWRITES) {
                    rewrites.add(rewrite);
                } else {
                    beyond++;
                }
            }
        }
        contents.count("rewrites", beyond);
        return List.copyOf(rewrites);
    }
}
