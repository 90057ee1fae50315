package taproot.cli.sinks;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import taproot.cli.options.PlaceOptions;
import taproot.cli.terminal.CommandFailedException;
import taproot.cli.terminal.ExitStatus;
import taproot.cli.terminal.Session;
import taproot.daemon.config.Config;
import taproot.daemon.config.ConfigException;
import taproot.daemon.config.Places;
import taproot.daemon.log.KeyMatch;
import taproot.daemon.log.LogException;
import taproot.daemon.log.LogReader;
import taproot.daemon.sink.Sinks;
import taproot.normalizer.RecordJson;

/** What each configured sink would do with a command of the log, by its own word. */
final class Explanation {
    private Explanation() {}

    /** By sink, the steps that decided; none for a sink that treats all alike. */
    static Map<String, List<String>> of(String key, PlaceOptions options, Session session)
            throws CommandFailedException {
        Places places = options.places(session.environment());
        Config config = options.config(places);
        try (LogReader reader = LogReader.open(places.stateDirectory())) {
            return switch (reader.find(key)) {
                case KeyMatch.Found found ->
                    Sinks.configured(config.sinks())
                            .explain(RecordJson.read(found.command().json()).record());
                case KeyMatch.None _ ->
                    throw new CommandFailedException(
                            ExitStatus.FAILED, "no command with a key like " + key + " is in the log");
                case KeyMatch.Ambiguous many ->
                    throw new CommandFailedException(
                            ExitStatus.FAILED,
                            key + " may be any of " + String.join(", ", many.keys()) + ": give more of it");
            };
        } catch (ConfigException e) {
            throw new CommandFailedException(ExitStatus.USAGE, "bad configuration:\n" + e.getMessage(), e);
        } catch (LogException | IOException e) {
            throw new CommandFailedException(ExitStatus.FAILED, String.valueOf(e.getMessage()), e);
        }
    }
}
