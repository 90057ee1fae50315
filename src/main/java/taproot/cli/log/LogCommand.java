package taproot.cli.log;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import taproot.cli.options.Converters.Mistake;
import taproot.cli.options.PlaceOptions;
import taproot.cli.options.RecordFilter;
import taproot.cli.terminal.CommandFailedException;
import taproot.cli.terminal.ExitStatus;
import taproot.cli.terminal.OutputClosedException;
import taproot.cli.terminal.Progress;
import taproot.cli.terminal.Session;
import taproot.daemon.log.CommandQuery;
import taproot.daemon.log.LogException;
import taproot.daemon.log.LogReader;

/** {@code taproot log}: what was recorded, oldest first, newest last. Works without a daemon. */
@Command(
        name = "log",
        sortOptions = false,
        description = "Lists recorded git commands, oldest first, newest last.",
        footer = {
            "",
            "TIME is 2026-11-20T14:30:00Z, a local '2026-11-20 14:30' or 2026-11-20, today, yesterday,",
            "or how long ago: 30m, 2h, 7d. The number in the first column is good for: taproot show NUMBER"
        })
public final class LogCommand implements Callable<Integer> {
    private final Session session;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private RecordFilter filter = new RecordFilter();

    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "50",
            description = "the newest N, 0 for all (default: ${DEFAULT-VALUE})")
    private int limit = 50;

    @Option(names = "--json", description = "one JSON object a line, times exact")
    private boolean json;

    @Mixin
    private PlaceOptions places = new PlaceOptions();

    public LogCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws CommandFailedException, OutputClosedException {
        if (limit < 0) {
            throw Mistake.inOption(spec, "--limit", "expected 0 or more, got " + limit);
        }
        CommandQuery query = filter.query(session).newest(limit);
        Path state = places.places(session.environment()).stateDirectory();
        try (LogReader log = Log.open(state);
                Progress progress = Progress.of(session, "reading the log")) {
            if (json) {
                Log.read(log, query, progress, stored -> session.out().line(stored.json()));
                return ExitStatus.OK;
            }
            LogTable table = new LogTable(session);
            Log.read(log, query, progress, stored -> table.add(stored.seq(), Log.record(stored)));
            if (table.isEmpty()) {
                session.say(log.count() == 0 ? "nothing recorded yet in " + state : "no record matches");
            }
            return ExitStatus.OK;
        } catch (LogException e) {
            throw Log.failed(e);
        }
    }
}
