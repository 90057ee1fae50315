package taproot.daemon.log;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A repository of which something is recorded.
 *
 * @param path its work tree, or the directory of a bare one
 * @param commands records of it
 * @param folded read-only commands in it that are only counted any more
 * @param lastStartedAt when the newest of its records began; absent where all are folded
 */
public record RepositoryUse(
        String path, long commands, long folded, @Nullable Instant lastStartedAt) {}
