package taproot.daemon.config;

/**
 * One key of the configuration.
 *
 * @param name dotted, table first
 * @param preset the default, as {@code --set} would take it
 * @param live whether a reload changes it, or only a restart
 * @param meaning one line of documentation
 * @param required there is no default: who leaves it out is told
 */
public record ConfigKey<T>(
        String name, ConfigType<T> type, String preset, boolean live, String meaning, boolean required) {

    public ConfigKey(String name, ConfigType<T> type, String preset, boolean live, String meaning) {
        this(name, type, preset, live, meaning, false);
    }

    /** A key that has to be given. */
    public static <T> ConfigKey<T> required(String name, ConfigType<T> type, String meaning) {
        return new ConfigKey<>(name, type, "", false, meaning, true);
    }
}
