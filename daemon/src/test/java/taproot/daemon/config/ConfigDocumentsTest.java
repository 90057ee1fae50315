package taproot.daemon.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Holds the registry, config/taproot.toml and the README's table together. */
class ConfigDocumentsTest {
    private static final Path TOP = Path.of("..").toAbsolutePath().normalize(); // Maven tests in the module.

    @Test
    void theFileHasEveryKeyAtItsDefaultWithItsMeaning() throws Exception {
        Path file = TOP.resolve("config/taproot.toml");
        assertThat(file).content().isEqualTo(toml());
        assertThat(values(Config.load(file, List.of()))).isEqualTo(values(Config.defaults()));
    }

    /** All but where each was said. */
    private static String values(Config config) {
        return config.toString().replaceFirst(", settings=.*", "");
    }

    @Test
    void theReadmesTableHasEveryKey() throws Exception {
        Path readme = TOP.resolve("README.md");
        String text = Files.exists(readme) ? Files.readString(readme) : "";
        int start = text.indexOf("<!-- config:start -->");
        if (start >= 0) {
            assertThat(text.substring(start, text.indexOf("<!-- config:end -->")))
                    .contains(table());
        }
    }

    @Test
    void everyKeyIsListedOnceUnderAKnownTable() {
        assertThat(ConfigKeys.ALL).extracting(ConfigKey::name).doesNotHaveDuplicates();
        assertThat(ConfigKeys.ALL)
                .allSatisfy(key -> assertThat(ConfigKeys.TABLES.contains(table(key))
                                || table(key).isEmpty())
                        .isTrue());
    }

    private static String toml() {
        StringBuilder toml = new StringBuilder(
                "# Taproot's configuration: every key at its default. A key that is left out has this value too.\n"
                        + "# Keys marked (live) change on reload, the others on restart.\n");
        for (ConfigKey<?> key : ConfigKeys.ALL) {
            if (table(key).isEmpty()) {
                toml.append(entry(key));
            }
        }
        for (String table : ConfigKeys.TABLES) {
            toml.append("\n[").append(table).append("]\n");
            for (ConfigKey<?> key : ConfigKeys.ALL) {
                if (table(key).equals(table)) {
                    toml.append(entry(key));
                }
            }
        }
        return toml.toString();
    }

    private static String entry(ConfigKey<?> key) {
        String name = key.name().substring(key.name().indexOf('.') + 1);
        return "\n# " + key.meaning() + (key.live() ? " (live)" : "") + "\n" + name + " = " + value(key) + "\n";
    }

    private static String table() {
        StringBuilder table = new StringBuilder("| key | default | meaning |\n|---|---|---|\n");
        for (ConfigKey<?> key : ConfigKeys.ALL) {
            table.append("| `")
                    .append(key.name())
                    .append("` | `")
                    .append(value(key))
                    .append("` | ")
                    .append(key.meaning().replace("<", "&lt;"))
                    .append(" |\n");
        }
        return table.toString();
    }

    private static String value(ConfigKey<?> key) {
        return switch (key.type().toml()) {
            case STRING -> "\"" + key.preset() + "\"";
            case INTEGER, BOOLEAN -> key.preset();
            case STRINGS -> "[]";
        };
    }

    private static String table(ConfigKey<?> key) {
        int dot = key.name().indexOf('.');
        return dot < 0 ? "" : key.name().substring(0, dot);
    }
}
