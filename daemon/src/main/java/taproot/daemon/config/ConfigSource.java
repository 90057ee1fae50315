package taproot.daemon.config;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a configuration comes from, each time it is read: the file is looked for anew, because one that has been made
 * since may come before the one that was read last.
 *
 * @param overrides {@code KEY=VALUE} that stand over the file
 */
public record ConfigSource(Finder file, List<String> overrides) {
    /** Finds the file; null when there is none. */
    public interface Finder {
        @Nullable
        Path find();
    }

    /** Always the same file, or none. */
    public static ConfigSource of(@Nullable Path file, List<String> overrides) {
        return new ConfigSource(() -> file, overrides);
    }

    public ConfigSource {
        overrides = List.copyOf(overrides);
    }

    /** Reads it; blocks while it does. */
    public Config load() throws ConfigException {
        return Config.load(file.find(), overrides);
    }
}
