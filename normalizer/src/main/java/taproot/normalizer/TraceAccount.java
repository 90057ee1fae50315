package taproot.normalizer;

/** What one root gathers of its raw lines, within its own limit and the budget it shares with all others. */
final class TraceAccount {
    private final long limit;
    private final TraceBudget budget;
    private long bytes;

    TraceAccount(Settings settings, TraceBudget budget) {
        this.limit = settings.scratchLimit();
        this.budget = budget;
    }

    /** Keeps the line, or notes that it was given up. */
    void gather(Life life, Line line) {
        int size = line.to - line.from + 1;
        if (life.scratch == Scratch.NONE) {
            life.scratch = new Scratch();
        }
        if (bytes + size <= limit && budget.take(size, life.isReadOnly())) {
            life.scratch.append(line.bytes, line.from, line.to);
            bytes += size;
        } else {
            life.scratch.shed();
        }
    }

    /** The life's lines, and those put aside for it, go elsewhere. */
    void release(Life life) {
        long released = bytes(life);
        bytes -= released;
        budget.giveBack(released);
    }

    /** What is gathered for one life, with what was put aside for it. */
    static long bytes(Life life) {
        return life.scratch.length() + (life.folded == null ? 0 : life.folded.scratchLength());
    }

    long bytes() {
        return bytes;
    }
}
