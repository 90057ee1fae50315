package taproot.daemon;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import taproot.daemon.api.Control.Reloaded;
import taproot.daemon.config.Config;
import taproot.daemon.config.ConfigException;
import taproot.daemon.config.ConfigSetting;
import taproot.daemon.config.ConfigSource;

/**
 * The configuration in force, and how it is read again: whole or not at all. What only a restart can change stays as it was
 * at the start, and is named at every reload until then.
 */
final class LiveConfig {
    private final ConfigSource source;
    private final Map<String, String> inForce = new HashMap<>();
    private volatile Config config;

    /** @param config as it was read from there */
    LiveConfig(Config config, ConfigSource source) {
        this.config = config;
        this.source = source;
        for (ConfigSetting setting : config.settings()) {
            inForce.put(setting.name(), setting.value());
        }
    }

    Config current() {
        return config;
    }

    /** What a configuration is checked for besides its own keys. */
    interface Check {
        void check(Config next) throws ConfigException;
    }

    /**
     * Reads it again; blocks while it does.
     *
     * @param check refuses what would not start
     * @param apply is given what is in force from now on
     * @throws ConfigException if anything is wrong with it; nothing has changed then
     */
    synchronized Reloaded reload(Check check, Consumer<Config> apply) throws ConfigException {
        Config next = source.load();
        check.check(next);
        List<String> applied = new ArrayList<>();
        List<String> restart = new ArrayList<>();
        for (ConfigSetting setting : next.settings()) {
            if (setting.value().equals(inForce.get(setting.name()))) {
                continue;
            }
            if (setting.live()) {
                applied.add(setting.name());
                inForce.put(setting.name(), setting.value());
            } else {
                restart.add(setting.name());
            }
        }
        inForce.keySet().stream().filter(name -> isGone(name, next)).sorted().forEach(restart::add);
        config = liveOf(next);
        apply.accept(config);
        return new Reloaded(applied, restart);
    }

    /** A key of a sink, which nobody gives any more; all others have defaults. */
    private static boolean isGone(String name, Config next) {
        return next.settings().stream().noneMatch(setting -> setting.name().equals(name));
    }

    private Config liveOf(Config next) {
        Config now = config;
        return new Config(
                next.shutdownGrace(),
                new Config.Ingest(
                        now.ingest().loops(),
                        now.ingest().lineLimit(),
                        next.ingest().ignore()),
                now.roots(),
                next.repositories(),
                new Config.Log(
                        now.log().durability(),
                        next.log().slowThreshold(),
                        next.log().readOnlyAge(),
                        next.log().retentionAge(),
                        next.log().retentionSize(),
                        now.log().queueLimit()),
                next.redact(),
                now.api(),
                new Config.Sinks(
                        next.sinks().flushes(),
                        now.sinks().holdAge(),
                        now.sinks().holdSize(),
                        now.sinks().tables()),
                next.settings());
    }
}
