package taproot.daemon.config;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tomlj.Toml;
import org.tomlj.TomlArray;
import org.tomlj.TomlParseError;
import org.tomlj.TomlParseResult;
import org.tomlj.TomlPosition;
import org.tomlj.TomlTable;

/** Reads a TOML file into {@link ConfigValues}; the only class that knows the parser, which costs its start-up when loaded. */
final class ConfigFile {
    private final String name;
    private final TomlParseResult toml;
    private final ConfigValues values;

    private ConfigFile(String name, TomlParseResult toml, ConfigValues values) {
        this.name = name;
        this.toml = toml;
        this.values = values;
    }

    static void read(Path file, ConfigValues values) {
        String name = file.toString();
        try {
            new ConfigFile(name, Toml.parse(file), values).read();
        } catch (NoSuchFileException e) {
            values.problem(name, 0, "", "a configuration file", "none", null);
        } catch (IOException e) {
            values.problem(name, 0, "", "a readable configuration file in UTF-8", String.valueOf(e), null);
        }
    }

    private void read() {
        for (TomlParseError error : toml.errors()) {
            values.problem(name, error.position().line(), "", "TOML", String.valueOf(error.getMessage()), null);
        }
        // In the order of the file, which the parser does not keep.
        List<List<String>> paths = toml.keyPathSet(true).stream()
                .sorted(Comparator.comparingInt(this::line).thenComparing(Toml::joinKeyPath))
                .toList();
        for (List<String> path : paths) {
            Object value = toml.get(path);
            String key = Toml.joinKeyPath(path);
            if (value instanceof TomlTable table) {
                if (path.size() == 2 && key.startsWith(ConfigKeys.SINKS)) {
                    values.sink(name, line(path), path.getLast());
                } else if (table.isEmpty() && !ConfigKeys.TABLES.contains(key)) {
                    values.unknown(name, line(path), key);
                }
            } else if (ConfigKeys.TABLES.contains(key)) {
                values.problem(name, line(path), key, "a table, [" + key + "]", "a value", null);
            } else if (value != null) {
                values.set(name, line(path), key, value instanceof TomlArray array ? array.toList() : value);
            }
        }
    }

    private int line(List<String> path) {
        @Nullable TomlPosition position = toml.inputPositionOf(path);
        return position == null ? 0 : position.line();
    }
}
