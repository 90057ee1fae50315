package taproot.normalizer;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Puts aside, in a root with very many processes, those that ended long before their owner: what they said goes into the
 * bounded lists of the process above, and their own state is given up. So a command with tens of thousands of git
 * children holds no more than those of its last second, and drops nothing.
 *
 * <p>It is done when they have been over for {@code roots.lost_after}: had their owner ended before them, that would
 * have been read by then. Inside the root's compute only.
 */
final class Folding {
    /** As many processes a root holds before any is put aside: as many as fit into a record's list. */
    static final int FREE = Contents.MAX_PROCESSES;

    private final Settings settings;
    private final Tree tree;

    /** Made when there are that many. */
    private @Nullable ArrayDeque<GitProcess> line;

    Folding(Settings settings, Tree tree) {
        this.settings = settings;
        this.tree = tree;
    }

    /** The process may have become one that can be put aside. */
    void consider(GitProcess process) {
        if (tree.size() > FREE && !process.foldable && isOver(process)) {
            process.foldable = true;
            if (line == null) {
                line = new ArrayDeque<>();
            }
            line.add(process);
        }
    }

    /** Puts aside those that have been over for long enough; where there are far too many, also the others. */
    void fold(long now) {
        ArrayDeque<GitProcess> waiting = line;
        while (waiting != null && tree.size() > FREE && !waiting.isEmpty()) {
            GitProcess process = waiting.getFirst();
            boolean crowded = tree.size() >= Normalizer.MAX_PROCESSES;
            if (!crowded && now < process.closedAt + settings.lostAfter()) {
                return;
            }
            waiting.removeFirst();
            process.foldable = false;
            Life above = isOver(process) ? above(process) : null;
            if (above != null) {
                fold(process, above);
            }
        }
    }

    private void fold(GitProcess process, Life above) {
        Life life = process.first();
        // Its raw lines stay on the account: they go with the record that they will be part of.
        above.folded().add(life, above);
        life.settle();
        tree.forgetIfOver(process);
        if (process.parent != null) {
            consider(process.parent);
        }
    }

    /** Nothing more comes from it or from below it, and its owner still runs. */
    private boolean isOver(GitProcess process) {
        Life life = process.first();
        return !process.isOpen()
                && process.below().isEmpty()
                && process.lives.size() == 1
                && process.isStarted()
                && !life.settled
                && life.end != null
                && Lineage.of(life, Normalizer.NEVER, settings) instanceof Lineage.Standing.Pending pending
                && pending.on().end == null;
    }

    /** Whose record it will be on is the question of the nearest life above: the one in which it began. */
    private static @Nullable Life above(GitProcess process) {
        long began = process.first().beganAt();
        for (GitProcess above = process.parent; above != null; above = above.parent) {
            for (int i = above.lives.size() - 1; i >= 0; i--) {
                Life life = above.lives.get(i);
                boolean within = life.number == 1 || began >= life.beganAt();
                if (above.isStarted() && !life.settled && within) {
                    return life;
                }
            }
        }
        return null;
    }
}
