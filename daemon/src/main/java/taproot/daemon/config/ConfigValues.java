package taproot.daemon.config;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Values as they are gathered from all sources, and everything that was wrong with them. */
final class ConfigValues {
    private static final String OVERRIDE = "--set";

    private static final Pattern SINK_NAME = Pattern.compile("[a-z][a-z0-9_-]{0,63}");

    private final Map<ConfigKey<?>, Object> values = new HashMap<>();
    private final Map<ConfigKey<?>, Said> said = new HashMap<>();
    private final Map<String, Map<String, ConfigEntry>> sinks = new LinkedHashMap<>();
    private final List<ConfigException.Problem> problems = new ArrayList<>();

    /** Who said what a key is, and how it looks in TOML. */
    private record Said(String origin, String toml) {}

    void set(String file, int line, String name, Object value) {
        ConfigKey<?> key = key(name);
        if (key == null && isOfASink(name)) {
            ofASink(name, new ConfigEntry(file, line, value, false));
        } else if (key == null) {
            unknown(file, line, name);
        } else {
            said.put(key, new Said(origin(file, line), ConfigType.toml(value)));
            set(file, line, key, () -> key.type().fromToml(value));
        }
    }

    void override(String assignment) {
        int equals = assignment.indexOf('=');
        String name = equals < 0 ? assignment : assignment.substring(0, equals);
        ConfigKey<?> key = key(name);
        if (equals < 0) {
            problem(OVERRIDE, 0, name, "KEY=VALUE", "\"" + assignment + "\"", key == null ? nearest(name) : null);
        } else if (key == null && isOfASink(name)) {
            ofASink(name, new ConfigEntry(OVERRIDE, 0, assignment.substring(equals + 1), true));
        } else if (key == null) {
            unknown(OVERRIDE, 0, name);
        } else {
            String text = assignment.substring(equals + 1);
            said.put(key, new Said(OVERRIDE, key.type().tomlOfText(text)));
            set(OVERRIDE, 0, key, () -> key.type().fromText(text));
        }
    }

    private static boolean isOfASink(String name) {
        return name.startsWith(ConfigKeys.SINKS) && name.indexOf('.', ConfigKeys.SINKS.length()) > 0;
    }

    /** What its keys are, only the sink's type knows. */
    private void ofASink(String name, ConfigEntry entry) {
        int dot = name.indexOf('.', ConfigKeys.SINKS.length());
        String sink = name.substring(ConfigKeys.SINKS.length(), dot);
        sink(entry.source(), entry.line(), sink);
        sinks.getOrDefault(sink, Map.of()).put(name.substring(dot + 1), entry);
    }

    /** A table {@code [sinks.NAME]}, empty or not. */
    void sink(String source, int line, String sink) {
        if (!SINK_NAME.matcher(sink).matches()) {
            problem(
                    source,
                    line,
                    ConfigKeys.SINKS + sink,
                    "a sink's name of at most 64 letters a-z, digits, _ and -, a letter first",
                    sink,
                    null);
        }
        sinks.computeIfAbsent(sink, _ -> new LinkedHashMap<>());
    }

    List<ConfigTable> sinks() {
        List<ConfigTable> tables = new ArrayList<>();
        sinks.forEach((sink, entries) -> tables.add(new ConfigTable(ConfigKeys.SINKS + sink, entries)));
        return List.copyOf(tables);
    }

    void unknown(String source, int line, String name) {
        problem(source, line, name, "a known key", "an unknown one", nearest(name));
    }

    void problem(String source, int line, String name, String expected, String got, @Nullable String nearest) {
        problems.add(new ConfigException.Problem(source, line, name, expected, got, nearest));
    }

    void check() throws ConfigException {
        if (!problems.isEmpty()) {
            throw new ConfigException(problems);
        }
    }

    @SuppressWarnings("unchecked") // A key's value was made by the key's own type.
    <T> T get(ConfigKey<T> key) {
        Object value = values.get(key);
        try {
            return value != null ? (T) value : key.type().fromText(key.preset());
        } catch (ConfigType.BadValue e) {
            throw new IllegalStateException("the default of " + key.name() + " is none: " + e.getMessage(), e);
        }
    }

    /** Every key, in the order of the registry. */
    List<ConfigSetting> settings() {
        List<ConfigSetting> settings = new ArrayList<>();
        ConfigKeys.ALL.forEach(key -> settings.add(setting(key)));
        sinks.forEach((sink, entries) -> entries.forEach((key, entry) -> settings.add(new ConfigSetting(
                ConfigKeys.SINKS + sink + "." + key,
                ConfigType.toml(entry.value()),
                origin(entry.source(), entry.line()),
                false,
                false,
                ""))));
        return settings;
    }

    private static String origin(String source, int line) {
        return line > 0 ? source + ":" + line : source;
    }

    private ConfigSetting setting(ConfigKey<?> key) {
        Said here = said.get(key);
        return new ConfigSetting(
                key.name(),
                here == null ? key.type().tomlOfText(key.preset()) : here.toml,
                here == null ? "default" : here.origin,
                here == null,
                key.live(),
                key.meaning());
    }

    private interface Value {
        Object read() throws ConfigType.BadValue;
    }

    private void set(String source, int line, ConfigKey<?> key, Value value) {
        try {
            values.put(key, value.read());
        } catch (ConfigType.BadValue e) {
            problem(source, line, key.name(), key.type().expected(), String.valueOf(e.getMessage()), null);
        }
    }

    private static @Nullable ConfigKey<?> key(String name) {
        for (ConfigKey<?> key : ConfigKeys.ALL) {
            if (key.name().equals(name)) {
                return key;
            }
        }
        return null;
    }

    private static @Nullable String nearest(String name) {
        return NearestName.of(name, ConfigKeys.ALL.stream().map(ConfigKey::name).toList());
    }
}
