package taproot.daemon.sink;

import java.util.List;
import taproot.daemon.config.ConfigKey;
import taproot.normalizer.CommandRecord;

/**
 * A type of sink: its name, its keys and how one is opened. The one registration is a line in
 * {@code META-INF/services/taproot.daemon.sink.SinkFactory}; a factory has a constructor without parameters that costs nothing.
 */
public interface SinkFactory {
    /** What {@code type} says in the configuration, such as {@code postgres}. */
    String type();

    /** The keys of this type, beside those that every sink has. */
    List<ConfigKey<?>> keys();

    /** In how many parts a batch may be delivered at once, each through a slot of the flush gate of its own. */
    default int mostParts() {
        return 1;
    }

    /**
     * Checks what no key can check alone, and what needs no network.
     *
     * @throws SinkException when such settings cannot work; says what was expected, what came and what to do
     */
    default void check(SinkSettings settings) throws SinkException {}

    /**
     * Opens a sink. It may connect, for no longer than {@link SinkSettings#deliveryTimeout}; it is called again, with a growing
     * pause, until it works, and again after a sink was closed for not answering.
     *
     * @throws SinkException when that is not possible now
     */
    Sink open(SinkSettings settings) throws SinkException, InterruptedException;

    /** For a sink that does not treat all records alike: which of its rules decided about this one, and what, in order. */
    default List<String> explain(SinkSettings settings, CommandRecord command) {
        return List.of();
    }
}
