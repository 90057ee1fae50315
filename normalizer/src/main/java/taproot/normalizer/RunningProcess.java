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
 * @param startedAt microseconds since the epoch
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
        boolean ended,
        boolean owner,
        boolean connected,
        long scratchBytes) {}
