package taproot.daemon.roots;

/**
 * How much is live.
 *
 * @param roots with something unfinished or a connection open
 * @param processes whose records are not finished
 * @param openings pairs of a connection and a process it carries
 * @param tombstones of finished roots
 * @param scratchBytes raw trace bytes gathered and not yet handed on
 * @param alarms waiting times running
 */
public record LiveRoots(long roots, long processes, long openings, long tombstones, long scratchBytes, long alarms) {

    /**
     * Adds up. Reads fields that belong to each root's compute from outside it: plain numbers, never torn, at worst those
     * of a moment ago, and no collection is walked.
     */
    static final class Counter {
        private long roots;
        private long processes;
        private long openings;
        private long tombstones;

        void count(Root root) {
            switch (root) {
                case Root.Live live -> {
                    roots++;
                    processes += live.normalizer.size();
                    openings += live.normalizer.openings();
                }
                case Root.Tombstone _ -> tombstones++;
            }
        }

        LiveRoots sum(long scratchBytes, long alarms) {
            return new LiveRoots(roots, processes, openings, tombstones, scratchBytes, alarms);
        }
    }
}
