package taproot.normalizer;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A git process that has started and whose record is not finished.
 *
 * @param key what its record's key would be
 * @param ended it has ended; its record waits for children or for the end of its owner
 * @param owner whether it would own a record, as far as is known
 * @param connected whether a connection of it is open
 * @param command as far as it is known; of an alias what that stands for
 * @param repository where it says that it runs
 * @param startedAt microseconds since the epoch
 * @param endedAt the same; {@link Normalizer#NEVER} for one that has not ended
 * @param acting it has said which command of git's own it runs: before that, and where it only starts others, as for an
 *     alias, it has done nothing
 * @param scratchBytes raw trace bytes gathered
 */
public record RunningProcess(
        String key,
        Sid sid,
        @Nullable String gitVersion,
        List<String> argv,
        @Nullable String command,
        boolean readOnly,
        CommandRecord.@Nullable Repository repository,
        long startedAt,
        long endedAt,
        boolean ended,
        boolean owner,
        boolean connected,
        boolean acting,
        long scratchBytes) {}
