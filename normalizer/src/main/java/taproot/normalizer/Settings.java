package taproot.normalizer;

/**
 * The waiting times and bounds of DESIGN §4 and §5; times in microseconds, sizes in bytes.
 *
 * @param overhang how long after its owner's end a process may end and still belong to it
 * @param linger how long a finished command waits for children that were started and not heard of
 * @param adoptionGrace how long a process waits for an owner that was never seen
 * @param lostAfter how long after the last connection closed an ending may still come
 * @param slowThreshold from which duration on a read-only command keeps its trace
 * @param scratchLimit how many raw bytes one root may gather
 */
public record Settings(
        long overhang, long linger, long adoptionGrace, long lostAfter, long slowThreshold, long scratchLimit) {

    public static final Settings DEFAULTS = new Settings(20_000, 50_000, 250_000, 1_000_000, 500_000, 4 << 20);
}
