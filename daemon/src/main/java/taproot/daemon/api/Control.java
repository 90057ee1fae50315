package taproot.daemon.api;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import taproot.daemon.metrics.Counter;
import taproot.normalizer.DropReason;

/**
 * What the control socket needs of the daemon. Every method is called on the control socket's event loop: none of them may
 * block, read a file or touch the database.
 */
public interface Control {
    Status status();

    /**
     * Completes with the head of the log once everything git had sent before the call is committed; exceptionally when
     * the daemon stops first. The caller bounds it.
     */
    CompletionStage<Long> barrier();

    /** The commands that are not yet over, oldest first. */
    List<Live> live();

    /**
     * How the daemon is doing.
     *
     * @param config the configuration file that was read, absent where none was
     * @param dropped lines by reason; a reason that is missing counts as 0
     * @param counters every counter; one that is missing counts as 0
     * @param errors the latest failures, newest first
     */
    record Status(
            String version,
            long pid,
            long uid,
            Instant startedAt,
            Duration uptime,
            Path runtimeDir,
            Path stateDir,
            @Nullable Path config,
            Log log,
            Counts live,
            Map<DropReason, Long> dropped,
            Map<Counter, Long> counters,
            List<Failure> errors) {
        public Status {
            dropped = Map.copyOf(dropped);
            counters = Map.copyOf(counters);
            errors = List.copyOf(errors);
        }
    }

    /**
     * How the log is doing.
     *
     * @param id the database's random name, absent until it is open
     * @param head the seq of the newest record
     * @param state {@code opening}, {@code open}, {@code failing} or {@code closed}
     * @param queuedRecords records that wait for their commit
     * @param queuedBytes what they occupy
     */
    record Log(@Nullable String id, long head, String state, long queuedRecords, long queuedBytes) {}

    /**
     * What is alive now.
     *
     * @param roots roots that are not finished
     * @param commands commands that are not over
     * @param connections connections that git holds open
     * @param scratchBytes raw trace bytes gathered for them
     */
    record Counts(long roots, long commands, long connections, long scratchBytes) {}

    /** Something that went wrong, in one line. */
    record Failure(Instant at, String message) {}

    /**
     * A command that is not yet over.
     *
     * @param gitVersion as the process itself said; absent until it has
     * @param startedAt git's own time
     * @param scratchBytes raw trace bytes gathered for its root
     * @param lastHeard how long ago its root last said something
     * @param owner it will have a record of its own, as far as is known; else it belongs to that of a process above it
     */
    record Live(
            String sid,
            List<String> argv,
            @Nullable Long pid,
            @Nullable String gitVersion,
            Instant startedAt,
            long scratchBytes,
            Duration lastHeard,
            boolean owner) {
        public Live {
            argv = List.copyOf(argv);
        }
    }
}
