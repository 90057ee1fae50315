package taproot.daemon.api;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import taproot.daemon.config.ConfigException;
import taproot.daemon.log.CommandQuery;
import taproot.daemon.metrics.Counter;
import taproot.daemon.metrics.Failure;
import taproot.daemon.metrics.GateFigures;
import taproot.daemon.metrics.Part;
import taproot.daemon.metrics.SinkStatus;
import taproot.daemon.metrics.Waiting;
import taproot.normalizer.CommandRecord.Repository;
import taproot.normalizer.DropReason;

/**
 * What the control socket needs of the daemon. But for {@link #reload}, every method is called on the control socket's event
 * loop: none of them may block, read a file or touch the database.
 */
public interface Control {
    Status status();

    /**
     * Completes with the head of the log once everything git had sent before the call is committed; exceptionally when
     * the daemon stops first. The caller bounds it.
     */
    CompletionStage<Long> barrier();

    /**
     * Sends an event of the daemon's own the way that git's go and completes with how long it took when the log's writer has
     * had it; exceptionally when the daemon stops first. It takes no seq and changes nothing. The caller bounds it.
     */
    CompletionStage<Duration> probe();

    /**
     * Reads the configuration again and applies what can change live. The one method that blocks: not to be called on an
     * event loop.
     *
     * @throws ConfigException if anything is wrong with it; nothing has changed then
     */
    Reloaded reload() throws ConfigException;

    /**
     * What has changed in the configuration.
     *
     * @param applied keys whose new values hold from now on
     * @param restart keys whose new values a restart will apply
     */
    record Reloaded(List<String> applied, List<String> restart) {
        public Reloaded {
            applied = List.copyOf(applied);
            restart = List.copyOf(restart);
        }
    }

    /** The commands that are not yet over, oldest first. */
    List<Live> live();

    /**
     * Completes with the query for the repository that the path it names lies in, or as it is where that cannot be found
     * out in time; on any thread.
     */
    default CompletionStage<CommandQuery> located(CommandQuery query) {
        return CompletableFuture.completedStage(query);
    }

    /** Forgets the names of repositories that it keeps beside the log; on any thread. */
    default CompletionStage<Void> forgetPlaces() {
        return CompletableFuture.completedStage(null);
    }

    /** How each sink is doing, in the order of the configuration. */
    default List<SinkStatus> sinks() {
        return List.of();
    }

    /** How the gate between them is doing. */
    default GateFigures gate() {
        return GateFigures.IDLE;
    }

    /**
     * Tells a sink what to do. Completes with where its cursor then stands; exceptionally when it cannot be done, with an
     * {@link IllegalArgumentException} where the order is at fault.
     */
    default CompletionStage<Long> tell(String sink, SinkOrder order) {
        return CompletableFuture.failedStage(
                new IllegalArgumentException("expected a sink, got " + sink + ": there are none"));
    }

    /**
     * Something a sink is to do.
     *
     * @param seq where a backfill begins, if not at a time
     * @param time when the first record of a backfill was recorded, if it does not begin at a seq
     */
    record SinkOrder(
            Kind kind, @Nullable Long seq, @Nullable Instant time) {
        /** What it is. */
        public enum Kind {
            PAUSE,
            RESUME,
            RESEND,
            DISCARD,
            BACKFILL
        }
    }

    /**
     * How the daemon is doing.
     *
     * @param config the configuration file that was read, absent where none was
     * @param dropped lines by reason; a reason that is missing counts as 0
     * @param counters every counter; one that is missing counts as 0
     * @param lastLosses when something was last lost, by the name of its reason or counter; none that never was
     * @param waiting what waits in each part; where nothing can, the part is missing
     * @param errors the latest failures, newest first, some of each part
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
            Map<String, Instant> lastLosses,
            Map<Part, Waiting> waiting,
            List<Failure> errors) {
        public Status {
            dropped = Map.copyOf(dropped);
            counters = Map.copyOf(counters);
            lastLosses = Map.copyOf(lastLosses);
            waiting = Map.copyOf(waiting);
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
     * @param oldest how long the oldest of them waits
     */
    record Log(@Nullable String id, long head, String state, long queuedRecords, long queuedBytes, Duration oldest) {}

    /**
     * What is alive now.
     *
     * @param roots roots that are not finished
     * @param commands commands that are not over
     * @param connections connections that git holds open
     * @param scratchBytes raw trace bytes gathered for them
     */
    record Counts(long roots, long commands, long connections, long scratchBytes) {}

    /**
     * A command that is not yet over.
     *
     * @param key of its record to be, if it owns one
     * @param command absent until git has told it
     * @param session the caller's own id
     * @param repository absent until git has told it
     * @param gitVersion as the process itself said; absent until it has
     * @param startedAt git's own time
     * @param scratchBytes raw trace bytes gathered for its root
     * @param lastHeard how long ago its root last said something
     * @param owner it will have a record of its own, as far as is known; else it belongs to that of a process above it
     */
    record Live(
            String key,
            String sid,
            List<String> argv,
            @Nullable String command,
            @Nullable String session,
            boolean readOnly,
            @Nullable Repository repository,
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
