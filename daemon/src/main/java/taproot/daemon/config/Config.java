package taproot.daemon.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The whole configuration: immutable, complete, every value checked. Sizes are in bytes; what a key means, its type and its
 * default stand once, in {@link ConfigKeys}.
 *
 * @param settings the same, key by key as it was written, with whoever says so
 */
public record Config(
        Duration shutdownGrace,
        Ingest ingest,
        Roots roots,
        Repositories repositories,
        Log log,
        Redact redact,
        Api api,
        Sinks sinks,
        List<ConfigSetting> settings) {

    public record Ingest(int loops, int lineLimit, List<String> ignore) {}

    public record Roots(
            Duration overhang,
            Duration linger,
            Duration adoptionGrace,
            Duration lostAfter,
            int completedGuard,
            int scratchLimit,
            long scratchTotal) {}

    public record Repositories(Duration timeout) {}

    public record Log(
            Durability durability,
            Duration slowThreshold,
            Duration readOnlyAge,
            Duration retentionAge,
            long retentionSize,
            long queueLimit) {}

    /** When a commit is safe: SQLite's {@code synchronous}. */
    public enum Durability {
        /** After a crash of the daemon. */
        NORMAL,
        /** After a power failure too; each commit waits for the disk. */
        FULL
    }

    /** Two with the same pattern texts are not equal: {@link Pattern} is compared by identity. */
    public record Redact(List<Pattern> patterns) {}

    /**
     * @param listen where TCP clients are served besides the socket
     * @param tokenFile empty where none is given
     */
    public record Api(LoopbackAddress listen, String tokenFile) {}

    /**
     * @param flushes how many batches may be delivered at once
     * @param tables {@code [sinks.NAME]} each, not yet checked: what keys it has depends on its type
     */
    public record Sinks(int flushes, Duration holdAge, long holdSize, List<ConfigTable> tables) {}

    /** What holds where nobody says otherwise. */
    public static Config defaults() {
        return from(new ConfigValues());
    }

    /**
     * The defaults, what the file says over them, what the overrides say over both. Without a file no parser is loaded.
     *
     * @param overrides {@code KEY=VALUE} each, as given to {@code --set}; of two for one key the later wins
     * @throws ConfigException naming every unknown key and every bad value
     */
    public static Config load(@Nullable Path file, List<String> overrides) throws ConfigException {
        return from(values(file, overrides));
    }

    private static ConfigValues values(@Nullable Path file, List<String> overrides) throws ConfigException {
        ConfigValues values = new ConfigValues();
        if (file != null) {
            ConfigFile.read(file, values);
        }
        overrides.forEach(values::override);
        values.check();
        return values;
    }

    private static Config from(ConfigValues v) {
        return new Config(
                v.get(ConfigKeys.SHUTDOWN_GRACE),
                new Ingest(
                        v.get(ConfigKeys.INGEST_LOOPS).intValue(),
                        v.get(ConfigKeys.INGEST_LINE_LIMIT).intValue(),
                        v.get(ConfigKeys.INGEST_IGNORE)),
                new Roots(
                        v.get(ConfigKeys.ROOTS_OVERHANG),
                        v.get(ConfigKeys.ROOTS_LINGER),
                        v.get(ConfigKeys.ROOTS_ADOPTION_GRACE),
                        v.get(ConfigKeys.ROOTS_LOST_AFTER),
                        v.get(ConfigKeys.ROOTS_COMPLETED_GUARD).intValue(),
                        v.get(ConfigKeys.ROOTS_SCRATCH_LIMIT).intValue(),
                        v.get(ConfigKeys.ROOTS_SCRATCH_TOTAL)),
                new Repositories(v.get(ConfigKeys.REPOSITORIES_TIMEOUT)),
                new Log(
                        v.get(ConfigKeys.LOG_DURABILITY),
                        v.get(ConfigKeys.LOG_SLOW_THRESHOLD),
                        v.get(ConfigKeys.LOG_READ_ONLY_AGE),
                        v.get(ConfigKeys.LOG_RETENTION_AGE),
                        v.get(ConfigKeys.LOG_RETENTION_SIZE),
                        v.get(ConfigKeys.LOG_QUEUE_LIMIT)),
                new Redact(v.get(ConfigKeys.REDACT_PATTERNS)),
                new Api(v.get(ConfigKeys.API_LISTEN), v.get(ConfigKeys.API_TOKEN_FILE)),
                new Sinks(
                        v.get(ConfigKeys.SINKS_FLUSHES).intValue(),
                        v.get(ConfigKeys.SINKS_HOLD_AGE),
                        v.get(ConfigKeys.SINKS_HOLD_SIZE),
                        v.sinks()),
                v.settings());
    }
}
