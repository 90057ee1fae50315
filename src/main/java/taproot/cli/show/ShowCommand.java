package taproot.cli.show;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import taproot.cli.log.Log;
import taproot.cli.options.PlaceOptions;
import taproot.cli.terminal.CommandFailedException;
import taproot.cli.terminal.ExitStatus;
import taproot.cli.terminal.OutputClosedException;
import taproot.cli.terminal.Session;
import taproot.daemon.log.CommandQuery;
import taproot.daemon.log.KeyMatch;
import taproot.daemon.log.LogException;
import taproot.daemon.log.LogReader;
import taproot.daemon.log.StoredCommand;

/** {@code taproot show}: one record whole. Works without a daemon. */
@Command(
        name = "show",
        sortOptions = false,
        description = "Shows one record whole, with the tree of what it ran.",
        footer = "Status 1: no such record, or several; then they are listed.")
public final class ShowCommand implements Callable<Integer> {
    private final Session session;

    @Parameters(
            paramLabel = "KEY",
            description = "the number that log shows, or the record's key, or any part of a key that only one has")
    private String key = "";

    @Option(names = "--json", description = "the record as one JSON object")
    private boolean json;

    @Mixin
    private PlaceOptions places = new PlaceOptions();

    public ShowCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws CommandFailedException, OutputClosedException {
        Path state = places.places(session.environment()).stateDirectory();
        try (LogReader log = Log.open(state)) {
            StoredCommand found = find(log);
            if (json) {
                session.out().line(found.json());
                return ExitStatus.OK;
            }
            for (String line : RecordPage.lines(found.seq(), Log.record(found), session)) {
                session.out().line(line);
            }
            return ExitStatus.OK;
        } catch (LogException e) {
            throw Log.failed(e);
        }
    }

    private StoredCommand find(LogReader log) throws LogException, CommandFailedException, OutputClosedException {
        StoredCommand numbered = key.matches("\\d{1,15}") ? numbered(log, Long.parseLong(key)) : null;
        if (numbered != null) {
            return numbered;
        }
        return switch (key.isEmpty() ? new KeyMatch.None() : log.find(key)) {
            case KeyMatch.Found found -> found.command();
            case KeyMatch.None none ->
                throw new CommandFailedException(
                        ExitStatus.FAILED, "no record has '" + key + "' in its key: taproot log lists what there is");
            case KeyMatch.Ambiguous several -> throw ambiguous(several);
        };
    }

    private static @Nullable StoredCommand numbered(LogReader log, long seq)
            throws CommandFailedException, OutputClosedException {
        if (seq == 0) {
            return null;
        }
        StoredCommand[] found = new StoredCommand[1];
        Log.read(log, CommandQuery.where().after(seq - 1, 1), stored -> found[0] = stored);
        StoredCommand next = found[0];
        return next != null && next.seq() == seq ? next : null;
    }

    private CommandFailedException ambiguous(KeyMatch.Ambiguous several) {
        List<String> keys = several.keys();
        return new CommandFailedException(
                ExitStatus.FAILED,
                "'" + key + "' is in the keys of " + (several.more() ? "more than " : "") + keys.size()
                        + " records; give more of one of these:\n  " + String.join("\n  ", keys)
                        + (several.more() ? "\n  …" : ""));
    }
}
