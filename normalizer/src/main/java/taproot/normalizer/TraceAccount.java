package taproot.normalizer;

/** What one root gathers of its raw lines, within its own limit and the budget it shares with all others. */
final class TraceAccount {
    private final long limit;
    private final TraceBudget budget;
    private long bytes;

    /** How much more of the read that is being applied will be gathered here, at most. */
    private int expected;

    TraceAccount(Settings settings, TraceBudget budget) {
        this.limit = settings.scratchLimit();
        this.budget = budget;
    }

    /** So many bytes of lines are about to come. */
    void expect(int size) {
        expected = size;
    }

    /** Keeps the line, or notes that it was given up. */
    void gather(Life life, Line line) {
        int size = line.size();
        if (life.scratch == Scratch.NONE) {
            life.scratch = new Scratch();
        }
        if (bytes + size <= limit && budget.take(size, life.isReadOnly())) {
            life.scratch.append(line.bytes, line.from, line.to, expected);
            bytes += size;
        } else {
            life.scratch.shed();
        }
        expected -= size;
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
