package taproot.daemon.sink;

import java.time.Duration;
import taproot.daemon.config.ConfigKey;
import taproot.daemon.config.ConfigTable;

/**
 * What a sink is opened with.
 *
 * @param name as in {@code [sinks.NAME]}
 * @param installation the random name of this installation of Taproot; it outlives the log
 * @param parts how many threads may call {@link Sink#deliver} at once
 * @param deliveryTimeout what one attempt may take; a sink that takes much longer is closed and opened anew
 * @param traces what the log keeps of commands
 * @param own the values of the type's own keys
 */
public record SinkSettings(
        String name,
        String installation,
        int parts,
        Duration deliveryTimeout,
        TraceSource traces,
        ConfigTable.Values own) {
    /** The value of one of the type's own keys. */
    public <T> T get(ConfigKey<T> key) {
        return own.get(key);
    }
}
