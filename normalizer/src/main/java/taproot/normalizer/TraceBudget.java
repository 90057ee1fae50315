package taproot.normalizer;

/** Who may gather how many raw bytes: shared by all roots, asked for every line, never waiting. */
public interface TraceBudget {
    /** Everything may be gathered. */
    TraceBudget UNBOUNDED = new TraceBudget() {
        @Override
        public boolean take(int bytes, boolean readOnly) {
            return true;
        }

        @Override
        public void giveBack(long bytes) {}
    };

    /** Whether so many bytes more may be gathered; from half of the whole on, no longer for read-only roots. */
    boolean take(int bytes, boolean readOnly);

    /** So many bytes are no longer gathered here. */
    void giveBack(long bytes);
}
