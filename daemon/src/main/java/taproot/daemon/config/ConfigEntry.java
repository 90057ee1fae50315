package taproot.daemon.config;

/**
 * A value as it was given, before anybody has looked at its meaning.
 *
 * @param source the file, or {@code --set}
 * @param line in the file, from 1; 0 where there is none
 * @param value what TOML made of it, or the bare text of {@code --set}
 * @param bare whether it is bare text
 */
record ConfigEntry(String source, int line, Object value, boolean bare) {}
