package taproot.daemon.config;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Values as they are gathered from all sources, and everything that was wrong with them. */
final class ConfigValues {
    private static final String OVERRIDE = "--set";

    private final Map<ConfigKey<?>, Object> values = new HashMap<>();
    private final List<ConfigException.Problem> problems = new ArrayList<>();

    void set(String file, int line, String name, Object value) {
        ConfigKey<?> key = key(name);
        if (key == null) {
            unknown(file, line, name);
        } else {
            set(file, line, key, () -> key.type().fromToml(value));
        }
    }

    void override(String assignment) {
        int equals = assignment.indexOf('=');
        String name = equals < 0 ? assignment : assignment.substring(0, equals);
        ConfigKey<?> key = key(name);
        if (equals < 0) {
            problem(OVERRIDE, 0, name, "KEY=VALUE", "\"" + assignment + "\"", key == null ? nearest(name) : null);
        } else if (key == null) {
            unknown(OVERRIDE, 0, name);
        } else {
            set(OVERRIDE, 0, key, () -> key.type().fromText(assignment.substring(equals + 1)));
        }
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

    /** The known key that is fewest letters away, by its whole name or, in the wrong table, by its last word. */
    static @Nullable String nearest(String name) {
        String best = null;
        int least = Math.max(2, name.length() / 3) + 1;
        for (ConfigKey<?> key : ConfigKeys.ALL) {
            int distance = Math.min(distance(name, key.name()), 1 + distance(lastWord(name), lastWord(key.name())));
            if (distance < least) {
                least = distance;
                best = key.name();
            }
        }
        return best;
    }

    private static String lastWord(String name) {
        return name.substring(name.lastIndexOf('.') + 1);
    }

    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int substituted = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(substituted, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }
}
