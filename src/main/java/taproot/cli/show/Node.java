package taproot.cli.show;

import java.util.List;
import org.jspecify.annotations.Nullable;
import taproot.cli.text.Ending;

/**
 * One line of a tree of commands, and what hangs below it in the order of their starts.
 *
 * @param sid of a git process
 * @param startedAt microseconds since the epoch
 * @param git whether it is a git process; else something that git started
 */
record Node(
        @Nullable String sid,
        String label,
        @Nullable Long startedAt,
        @Nullable Long durationUs,
        Ending ending,
        boolean git,
        List<Node> children) {}
