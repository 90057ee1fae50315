package taproot.daemon.config;

/**
 * What one key of the configuration is, and who says so.
 *
 * @param name dotted, table first
 * @param value as it is written in TOML
 * @param origin {@code default}, a file and a line, or {@code --set}
 * @param live whether a reload changes it, or only a restart
 * @param meaning one line of documentation
 */
public record ConfigSetting(
        String name, String value, String origin, boolean isDefault, boolean live, String meaning) {}
