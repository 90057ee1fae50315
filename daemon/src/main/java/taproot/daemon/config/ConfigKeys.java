package taproot.daemon.config;

import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Every key there is, each declared once: parser, defaults, suggestions, config/taproot.toml and the README's table are
 * made from this list. A new key needs a line here and its place in {@link Config}.
 */
final class ConfigKeys {
    private static final Duration NONE = Duration.ZERO;
    private static final long KIB = 1L << 10;
    private static final long MIB = 1L << 20;
    private static final long GIB = 1L << 30;

    static final ConfigKey<Duration> SHUTDOWN_GRACE = new ConfigKey<>(
            "shutdown_grace",
            ConfigType.duration(NONE),
            "5s",
            true,
            "How long SIGTERM may take to write down what was received.");

    static final ConfigKey<Long> INGEST_LOOPS = new ConfigKey<>(
            "ingest.loops",
            ConfigType.integer(1, 64),
            "1",
            false,
            "Event-loop threads that accept and read; one is the fastest on two cores.");
    static final ConfigKey<Long> INGEST_LINE_LIMIT = new ConfigKey<>(
            "ingest.line_limit",
            ConfigType.size(4 * KIB, GIB),
            "4MiB",
            false,
            "The longest line; what lies beyond is skipped and counted.");

    static final ConfigKey<List<String>> INGEST_IGNORE = new ConfigKey<>(
            "ingest.ignore",
            ConfigType.paths(),
            "",
            true,
            "Repositories of which nothing is recorded: paths with *, ? and **; what lies below is covered.");

    static final ConfigKey<Duration> ROOTS_OVERHANG = new ConfigKey<>(
            "roots.overhang",
            ConfigType.duration(NONE),
            "20ms",
            false,
            "How long after its owner's end a process may end and still belong to its record.");
    static final ConfigKey<Duration> ROOTS_LINGER = new ConfigKey<>(
            "roots.linger",
            ConfigType.duration(NONE),
            "50ms",
            false,
            "How long an ended command waits for its children's events, at most.");
    static final ConfigKey<Duration> ROOTS_ADOPTION_GRACE = new ConfigKey<>(
            "roots.adoption_grace",
            ConfigType.duration(NONE),
            "250ms",
            false,
            "How long a process waits for its owner to be heard of before it owns a record itself.");
    static final ConfigKey<Duration> ROOTS_LOST_AFTER = new ConfigKey<>(
            "roots.lost_after",
            ConfigType.duration(Duration.ofMillis(1)),
            "1s",
            false,
            "How long after its last connection closed a command without an ending counts as lost.");
    static final ConfigKey<Long> ROOTS_COMPLETED_GUARD = new ConfigKey<>(
            "roots.completed_guard",
            ConfigType.integer(1, 1 << 24),
            "16384",
            false,
            "Finished roots that are remembered, so that late events do not revive them.");
    static final ConfigKey<Long> ROOTS_SCRATCH_LIMIT = new ConfigKey<>(
            "roots.scratch_limit",
            ConfigType.size(0, GIB),
            "4MiB",
            false,
            "Raw trace gathered for one root; beyond it the trace is partial.");
    static final ConfigKey<Long> ROOTS_SCRATCH_TOTAL = new ConfigKey<>(
            "roots.scratch_total",
            ConfigType.size(0, 1024 * GIB),
            "64MiB",
            false,
            "Raw traces and partial lines together; from half of it on read-only roots gather nothing.");

    static final ConfigKey<Duration> REPOSITORIES_TIMEOUT = new ConfigKey<>(
            "repositories.timeout",
            ConfigType.duration(Duration.ofMillis(1)),
            "2s",
            true,
            "How long a record waits for a slow file system; then it goes on and says so.");

    static final ConfigKey<Config.Durability> LOG_DURABILITY = new ConfigKey<>(
            "log.durability",
            ConfigType.oneOf(Config.Durability.class),
            "normal",
            false,
            "\"normal\": what is committed survives kill -9; \"full\": a power failure too, at the disk's pace.");
    static final ConfigKey<Duration> LOG_SLOW_THRESHOLD = new ConfigKey<>(
            "log.slow_threshold",
            ConfigType.duration(NONE),
            "500ms",
            true,
            "A read-only command keeps its trace when it took longer than this, or failed.");
    static final ConfigKey<Duration> LOG_READ_ONLY_AGE = new ConfigKey<>(
            "log.read_only_age",
            ConfigType.duration(NONE),
            "1h",
            true,
            "After this read-only commands are folded into minute buckets.");
    static final ConfigKey<Duration> LOG_RETENTION_AGE = new ConfigKey<>(
            "log.retention_age",
            ConfigType.duration(Duration.ofMinutes(1)),
            "90d",
            true,
            "Records older than this are removed.");
    static final ConfigKey<Long> LOG_RETENTION_SIZE = new ConfigKey<>(
            "log.retention_size",
            ConfigType.size(MIB, 1024 * 1024 * GIB),
            "2GiB",
            true,
            "When the database is larger than this the oldest records are removed.");
    static final ConfigKey<Long> LOG_QUEUE_LIMIT = new ConfigKey<>(
            "log.queue_limit",
            ConfigType.size(64 * KIB, 64 * GIB),
            "16MiB",
            false,
            "Finished records that may wait for the database; beyond it they are lost and counted.");

    static final ConfigKey<List<Pattern>> REDACT_PATTERNS = new ConfigKey<>(
            "redact.patterns",
            ConfigType.patterns(),
            "",
            true,
            "Regular expressions (Java's); what they match is stored as <redacted>.");

    static final ConfigKey<LoopbackAddress> API_LISTEN = new ConfigKey<>(
            "api.listen",
            ConfigType.text(LoopbackAddress.EXPECTED, LoopbackAddress::parse),
            "",
            false,
            "Where the control interface listens besides its socket: a loopback address and port; empty: nowhere.");
    static final ConfigKey<String> API_TOKEN_FILE = new ConfigKey<>(
            "api.token_file",
            ConfigType.text("the absolute path of a file", ConfigKeys::absolute),
            "",
            false,
            "The file (0600) with the bearer token that api.listen asks for.");

    static final ConfigKey<Long> SINKS_FLUSHES = new ConfigKey<>(
            "sinks.flushes",
            ConfigType.integer(1, 1000),
            "4",
            true,
            "How many batches all sinks together may be delivering at once.");
    static final ConfigKey<Duration> SINKS_HOLD_AGE = new ConfigKey<>(
            "sinks.hold_age",
            ConfigType.duration(NONE),
            "30d",
            false,
            "How old a record may become for a sink that has not had it, where it would be removed or folded earlier.");
    static final ConfigKey<Long> SINKS_HOLD_SIZE = new ConfigKey<>(
            "sinks.hold_size",
            ConfigType.size(MIB, 1024 * 1024 * GIB),
            "4GiB",
            false,
            "How large the database may become for sinks that have not had its oldest records.");

    static final List<ConfigKey<?>> ALL = List.of(
            SHUTDOWN_GRACE,
            INGEST_LOOPS,
            INGEST_LINE_LIMIT,
            INGEST_IGNORE,
            ROOTS_OVERHANG,
            ROOTS_LINGER,
            ROOTS_ADOPTION_GRACE,
            ROOTS_LOST_AFTER,
            ROOTS_COMPLETED_GUARD,
            ROOTS_SCRATCH_LIMIT,
            ROOTS_SCRATCH_TOTAL,
            REPOSITORIES_TIMEOUT,
            LOG_DURABILITY,
            LOG_SLOW_THRESHOLD,
            LOG_READ_ONLY_AGE,
            LOG_RETENTION_AGE,
            LOG_RETENTION_SIZE,
            LOG_QUEUE_LIMIT,
            REDACT_PATTERNS,
            API_LISTEN,
            API_TOKEN_FILE,
            SINKS_FLUSHES,
            SINKS_HOLD_AGE,
            SINKS_HOLD_SIZE);

    /** What the names of sinks' own tables begin with. */
    static final String SINKS = "sinks.";

    /** The tables, those without a key included: an empty one of these is no mistake. */
    static final List<String> TABLES = List.of("ingest", "roots", "repositories", "log", "redact", "api", "sinks");

    private ConfigKeys() {}

    private static String absolute(String path) throws ConfigType.BadValue {
        if (!path.isEmpty() && !path.startsWith("/")) {
            throw new ConfigType.BadValue(path);
        }
        return path;
    }
}
