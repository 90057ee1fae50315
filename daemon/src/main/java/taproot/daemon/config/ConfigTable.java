package taproot.daemon.config;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A table of the configuration whose keys the reader of the table knows, as it was given; {@link #read} checks it. So it
 * is with {@code [sinks.NAME]}: which keys there are depends on the sink's type.
 *
 * @param name dotted, as in {@code sinks.warehouse}
 * @param entries by key, the table's name left out
 */
public record ConfigTable(String name, Map<String, ConfigEntry> entries) {
    public ConfigTable {
        entries = Collections.unmodifiableMap(new LinkedHashMap<>(entries)); // In the order of the file.
    }

    /** The values of a table that was checked. */
    public static final class Values {
        private final Map<ConfigKey<?>, Object> values;

        private Values(Map<ConfigKey<?>, Object> values) {
            this.values = values;
        }

        @SuppressWarnings("unchecked") // A key's value was made by the key's own type.
        public <T> T get(ConfigKey<T> key) {
            Object value = values.get(key);
            if (value == null) {
                throw new IllegalArgumentException("the key " + key.name() + " is not among those that were read");
            }
            return (T) value;
        }

        /** Keys and secrets' places; no secret. */
        @Override
        public String toString() {
            return values.toString();
        }
    }

    /** The last word of the name. */
    public String word() {
        return name.substring(name.lastIndexOf('.') + 1);
    }

    /**
     * Reads one key and lets the others be.
     *
     * @throws ConfigException when it is missing though required, or bad
     */
    public <T> T get(ConfigKey<T> key) throws ConfigException {
        List<ConfigException.Problem> problems = new ArrayList<>();
        Values read = values(List.of(key), problems);
        if (!problems.isEmpty()) {
            throw new ConfigException(problems);
        }
        return read.get(key);
    }

    /**
     * Reads the table.
     *
     * @param keys all there are; their names without that of the table
     * @throws ConfigException naming every unknown key, every bad value and every required key that is missing
     */
    public Values read(List<ConfigKey<?>> keys) throws ConfigException {
        List<ConfigException.Problem> problems = new ArrayList<>();
        List<String> known = keys.stream().map(ConfigKey::name).toList();
        entries.forEach((key, entry) -> {
            if (!known.contains(key)) {
                String nearest = NearestName.of(key, known);
                problems.add(new ConfigException.Problem(
                        entry.source(),
                        entry.line(),
                        name + "." + key,
                        "a known key",
                        "an unknown one",
                        nearest == null ? null : name + "." + nearest));
            }
        });
        Values values = values(keys, problems);
        if (!problems.isEmpty()) {
            throw new ConfigException(problems);
        }
        return values;
    }

    /** A problem of the whole table's, or of one of its keys; where the key stands, as far as it does. */
    public ConfigException.Problem problem(String key, String expected, String got, @Nullable String nearest) {
        ConfigEntry entry = entries.get(key);
        ConfigEntry any =
                entry != null ? entry : entries.values().stream().findAny().orElse(null);
        return new ConfigException.Problem(
                any == null ? "configuration" : any.source(),
                entry == null ? 0 : entry.line(),
                key.isEmpty() ? name : name + "." + key,
                expected,
                got,
                nearest);
    }

    private Values values(List<ConfigKey<?>> keys, List<ConfigException.Problem> problems) {
        Map<ConfigKey<?>, Object> values = new HashMap<>();
        for (ConfigKey<?> key : keys) {
            ConfigEntry entry = entries.get(key.name());
            if (entry == null && key.required()) {
                problems.add(problem(key.name(), key.type().expected(), "nothing", null));
                continue;
            }
            try {
                values.put(key, entry == null ? key.type().fromText(key.preset()) : value(key, entry));
            } catch (ConfigType.BadValue e) {
                problems.add(problem(key.name(), key.type().expected(), String.valueOf(e.getMessage()), null));
            }
        }
        return new Values(values);
    }

    private static Object value(ConfigKey<?> key, ConfigEntry entry) throws ConfigType.BadValue {
        return entry.bare()
                ? key.type().fromText((String) entry.value())
                : key.type().fromToml(entry.value());
    }
}
