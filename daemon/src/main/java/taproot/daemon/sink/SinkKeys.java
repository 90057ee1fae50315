package taproot.daemon.sink;

import java.time.Duration;
import java.util.List;
import taproot.daemon.config.ConfigKey;
import taproot.daemon.config.ConfigType;

/** The keys that every {@code [sinks.NAME]} has; those of its type come from its {@link SinkFactory}. */
final class SinkKeys {
    /** Where a sink begins that has never run. */
    enum Start {
        NOW,
        BEGINNING
    }

    static final ConfigKey<String> TYPE = ConfigKey.required(
            "type", ConfigType.text("the type of a sink", text -> text), "What kind of system it is.");

    static final ConfigKey<Start> START = new ConfigKey<>(
            "start",
            ConfigType.oneOf(Start.class),
            "now",
            false,
            "Where a new sink begins: with what comes from now on, or with the oldest record of the log.");

    static final ConfigKey<Long> BATCH_RECORDS = new ConfigKey<>(
            "batch_records",
            ConfigType.integer(1, 100_000),
            "500",
            false,
            "A batch is sent when it has as many records.");

    static final ConfigKey<Long> BATCH_BYTES = new ConfigKey<>(
            "batch_bytes",
            ConfigType.size(1, 64L << 20),
            "1MiB",
            false,
            "A batch is sent when its records have as many bytes of JSON; a larger record goes alone.");

    static final ConfigKey<Duration> BATCH_AGE = new ConfigKey<>(
            "batch_age",
            ConfigType.duration(Duration.ZERO),
            "1s",
            false,
            "A batch is sent when its oldest record has waited as long, however small it is.");

    static final ConfigKey<Duration> DELIVERY_TIMEOUT = new ConfigKey<>(
            "delivery_timeout",
            ConfigType.duration(Duration.ofMillis(1)),
            "30s",
            false,
            "What one attempt at a batch may take; after twice as long the connection is made anew.");

    static final ConfigKey<Long> PARTS = new ConfigKey<>(
            "parts",
            ConfigType.integer(1, 64),
            "1",
            false,
            "In how many parts a batch is delivered at once, by key; the order holds within each.");

    static final ConfigKey<Duration> RETRY_FIRST = new ConfigKey<>(
            "retry_first",
            ConfigType.duration(Duration.ofMillis(1)),
            "250ms",
            false,
            "The pause after a first failure; it doubles with each further one.");

    static final ConfigKey<Duration> RETRY_LONGEST = new ConfigKey<>(
            "retry_longest", ConfigType.duration(Duration.ofMillis(1)), "1m", false, "What that pause grows to.");

    static final List<ConfigKey<?>> ALL = List.of(
            TYPE, START, BATCH_RECORDS, BATCH_BYTES, BATCH_AGE, DELIVERY_TIMEOUT, PARTS, RETRY_FIRST, RETRY_LONGEST);

    private SinkKeys() {}
}
