package taproot.cli.options;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import taproot.cli.terminal.CommandFailedException;
import taproot.cli.terminal.ExitStatus;
import taproot.cli.text.ShellText;
import taproot.daemon.config.Config;
import taproot.daemon.config.ConfigException;
import taproot.daemon.config.ConfigSource;
import taproot.daemon.config.Places;
import taproot.daemon.config.PlacesException;

/** The options that every command takes: where things are, and what differs from the configuration. */
public final class PlaceOptions {
    private static final String RUNTIME_DIR = "--runtime-dir";
    private static final String STATE_DIR = "--state-dir";
    private static final String CONFIG = "--config";
    private static final String SET = "--set";

    @Option(
            names = RUNTIME_DIR,
            paramLabel = "DIR",
            description = "where the sockets are; else TAPROOT_RUNTIME_DIR, RUNTIME_DIRECTORY,"
                    + " $XDG_RUNTIME_DIR/taproot or /tmp/taproot-<uid>")
    private @Nullable Path runtimeDir;

    @Option(
            names = STATE_DIR,
            paramLabel = "DIR",
            description = "where the database is; else TAPROOT_STATE_DIR, STATE_DIRECTORY,"
                    + " $XDG_STATE_HOME/taproot or ~/.local/state/taproot")
    private @Nullable Path stateDir;

    @Option(
            names = CONFIG,
            paramLabel = "FILE",
            description = "the configuration; else TAPROOT_CONFIG, CONFIGURATION_DIRECTORY/taproot.toml,"
                    + " $XDG_CONFIG_HOME/taproot/taproot.toml or /etc/taproot/taproot.toml")
    private @Nullable Path config;

    @Option(
            names = SET,
            paramLabel = "KEY=VALUE",
            description = "a configuration key for this run, over the file; may be repeated")
    private List<String> overrides = new ArrayList<>();

    /**
     * The options as they are usually written, read without the command line library; null for anything else, help and
     * mistakes included, which is the library's to answer. For who has no time to load it.
     */
    public static @Nullable PlaceOptions plain(List<String> words) {
        PlaceOptions options = new PlaceOptions();
        for (Iterator<String> rest = words.iterator(); rest.hasNext(); ) {
            String word = rest.next();
            int equals = word.indexOf('=');
            String name = equals < 0 ? word : word.substring(0, equals);
            String value = equals >= 0 ? word.substring(equals + 1) : rest.hasNext() ? rest.next() : "";
            if (value.isEmpty() || value.startsWith("-") || !options.set(name, value)) {
                return null;
            }
        }
        return options;
    }

    /** False for what is no such option, and for one that was there before. */
    private boolean set(String name, String value) {
        switch (name) {
            case RUNTIME_DIR -> {
                boolean first = runtimeDir == null;
                runtimeDir = Path.of(value);
                return first;
            }
            case STATE_DIR -> {
                boolean first = stateDir == null;
                stateDir = Path.of(value);
                return first;
            }
            case CONFIG -> {
                boolean first = config == null;
                config = Path.of(value);
                return first;
            }
            case SET -> {
                return overrides.add(value);
            }
            default -> {
                return false;
            }
        }
    }

    @Nullable
    public Path runtimeDir() {
        return runtimeDir;
    }

    @Nullable
    public Path stateDir() {
        return stateDir;
    }

    /** The places of a daemon that anybody else would find too. */
    public Places places(Map<String, String> environment) throws CommandFailedException {
        return places(runtimeDir, stateDir, environment);
    }

    /** The configuration of those, with other directories. */
    public Places places(@Nullable Path runtime, @Nullable Path state, Map<String, String> environment)
            throws CommandFailedException {
        checkOverrides();
        try {
            return Places.of(runtime, state, config, environment);
        } catch (PlacesException e) {
            throw new CommandFailedException(ExitStatus.FAILED, String.valueOf(e.getMessage()), e);
        }
    }

    /** A mistyped key is one also where nothing of the configuration is needed. */
    private void checkOverrides() throws CommandFailedException {
        if (overrides.isEmpty()) {
            return;
        }
        try {
            Config.load(null, overrides);
        } catch (ConfigException e) {
            throw new CommandFailedException(ExitStatus.USAGE, "bad configuration:\n" + e.getMessage(), e);
        }
    }

    public Config config(Places places) throws CommandFailedException {
        try {
            return Config.load(places.configFile(), overrides);
        } catch (ConfigException e) {
            throw new CommandFailedException(ExitStatus.USAGE, "bad configuration:\n" + e.getMessage(), e);
        }
    }

    public List<String> overrides() {
        return List.copyOf(overrides);
    }

    /** Where that configuration comes from, whenever it is read again. */
    public ConfigSource source(Map<String, String> environment) {
        return new ConfigSource(
                () -> {
                    try {
                        return Places.of(runtimeDir, stateDir, config, environment)
                                .configFile();
                    } catch (PlacesException e) {
                        throw new IllegalStateException("cannot happen: they were found at the start", e);
                    }
                },
                overrides);
    }

    /** Another command for the same places, as one would type it. */
    public String command(String words) {
        StringBuilder line = new StringBuilder("taproot ").append(words);
        append(line, RUNTIME_DIR, runtimeDir);
        append(line, STATE_DIR, stateDir);
        append(line, CONFIG, config);
        return line.toString();
    }

    private static void append(StringBuilder line, String option, @Nullable Path value) {
        if (value != null) {
            line.append(' ').append(option).append(' ').append(ShellText.of(value.toString()));
        }
    }
}
