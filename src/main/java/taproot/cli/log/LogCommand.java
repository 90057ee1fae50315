package taproot.cli.log;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import taproot.cli.options.Converters;
import taproot.cli.options.PlaceOptions;
import taproot.cli.terminal.CommandFailedException;
import taproot.cli.terminal.ExitStatus;
import taproot.cli.terminal.OutputClosedException;
import taproot.cli.terminal.Session;
import taproot.cli.text.Moment;
import taproot.daemon.log.CommandQuery;
import taproot.daemon.log.LogException;
import taproot.daemon.log.LogReader;
import taproot.normalizer.Outcome;

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

    @Option(
            names = "--repository",
            paramLabel = "PATH",
            description = "in this work tree or git directory, or below it")
    private @Nullable Path repository;

    @Option(names = "--command", paramLabel = "NAME", description = "of this git command: commit, fetch, …")
    private @Nullable String command;

    @Option(
            names = "--outcome",
            paramLabel = "OUTCOME",
            converter = Converters.ToOutcome.class,
            description = "that ended so: exited, signaled, execed, lost or interrupted")
    private @Nullable Outcome outcome;

    @Option(names = "--failed", description = "that did not exit with 0")
    private boolean failed;

    @Option(
            names = "--read-only",
            paramLabel = "true|false",
            arity = "0..1",
            fallbackValue = "true",
            converter = Converters.ToBoolean.class,
            preprocessor = Converters.OnlyAttached.class,
            description = "that only read; =false: that may have changed something")
    private @Nullable Boolean readOnly;

    @Option(names = "--since", paramLabel = "TIME", description = "started at this time or later")
    private @Nullable String since;

    @Option(names = "--until", paramLabel = "TIME", description = "started before this time")
    private @Nullable String until;

    @Option(
            names = "--min-duration",
            paramLabel = "DURATION",
            converter = Converters.ToDuration.class,
            description = "that took at least as long: 250ms, 5s, …")
    private @Nullable Duration minDuration;

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
        CommandQuery query = query();
        Path state = places.places(session.environment()).stateDirectory();
        try (LogReader log = Log.open(state)) {
            if (json) {
                Log.read(log, query, stored -> session.out().line(stored.json()));
                return ExitStatus.OK;
            }
            LogTable table = new LogTable(session);
            Log.read(log, query, stored -> table.add(stored.seq(), Log.record(stored)));
            if (table.isEmpty()) {
                session.say(log.count() == 0 ? "nothing recorded yet in " + state : "no record matches");
            }
            return ExitStatus.OK;
        } catch (LogException e) {
            throw Log.failed(e);
        }
    }

    private CommandQuery query() {
        if (limit < 0) {
            throw usage("--limit", "expected 0 or more, got " + limit);
        }
        return CommandQuery.where()
                .repository(repository == null ? null : real(repository))
                .command(command)
                .outcome(outcome)
                .failed(failed ? true : null)
                .readOnly(readOnly)
                .since(time("--since", since))
                .until(time("--until", until))
                .minDurationUs(minDuration == null ? null : minDuration.toNanos() / 1_000)
                .newest(limit);
    }

    /** As git names it: absolute, links resolved; a directory that is gone still has records. */
    private static String real(Path path) {
        try {
            return path.toRealPath().toString();
        } catch (IOException e) {
            return path.toAbsolutePath().normalize().toString();
        }
    }

    private @Nullable Instant time(String option, @Nullable String text) {
        try {
            return text == null ? null : Moment.parse(text, session.clock().instant(), session.zone());
        } catch (IllegalArgumentException e) {
            throw usage(option, String.valueOf(e.getMessage()));
        }
    }

    private ParameterException usage(String option, String problem) {
        CommandLine line = spec.commandLine();
        return new ParameterException(line, "invalid value for option '" + option + "': " + problem);
    }
}
