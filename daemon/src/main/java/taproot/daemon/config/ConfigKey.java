package taproot.daemon.config;

/**
 * One key of the configuration.
 *
 * @param name dotted, table first
 * @param preset the default, as {@code --set} would take it
 * @param live whether a reload changes it, or only a restart
 * @param meaning one line of documentation
 */
record ConfigKey<T>(String name, ConfigType<T> type, String preset, boolean live, String meaning) {}
