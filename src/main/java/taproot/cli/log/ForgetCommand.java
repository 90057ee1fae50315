package taproot.cli.log;

import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import taproot.cli.control.ControlClient;
import taproot.cli.control.HttpReply;
import taproot.cli.control.Replies;
import taproot.cli.options.Converters.Mistake;
import taproot.cli.options.PlaceOptions;
import taproot.cli.options.RecordFilter;
import taproot.cli.terminal.CommandFailedException;
import taproot.cli.terminal.ExitStatus;
import taproot.cli.terminal.OutputClosedException;
import taproot.cli.terminal.Progress;
import taproot.cli.terminal.Session;
import taproot.cli.text.Json;
import taproot.daemon.config.Places;
import taproot.daemon.log.CommandLog;
import taproot.daemon.log.CommandQuery;
import taproot.daemon.log.Forgotten;
import taproot.daemon.log.LogException;
import taproot.daemon.log.LogReader;
import taproot.daemon.repositories.Repositories;

/** {@code taproot forget}: records removed for good, by the daemon if one runs. */
@Command(
        name = "forget",
        sortOptions = false,
        description = "Removes records for good, with their traces and with what the buckets count of them.",
        footer = {
            "",
            "TIME as log takes it: 2026-11-20, yesterday, 90d, … Of both options, what matches both is removed.",
            "Without --yes it only says how many records that would be."
        })
public final class ForgetCommand implements Callable<Integer> {
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    private final Session session;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--repository",
            paramLabel = "DIR",
            description = "of this work tree or git directory, and whatever is below it")
    private @Nullable Path repository;

    @Option(names = "--before", paramLabel = "TIME", description = "started before this time")
    private @Nullable String before;

    @Option(names = "--yes", description = "do it")
    private boolean yes;

    @Option(names = "--json", description = "print the figures as one JSON object")
    private boolean json;

    @Mixin
    private PlaceOptions options = new PlaceOptions();

    public ForgetCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws CommandFailedException, OutputClosedException {
        if (repository == null && before == null) {
            throw Mistake.of(spec, "expected --repository DIR or --before TIME, got neither: it would remove all");
        }
        Places places = options.places(session.environment());
        String path = repository == null ? null : RecordFilter.real(repository);
        Instant until = before == null ? null : RecordFilter.time(spec, "--before", before, session);
        CommandQuery query = CommandQuery.where().repository(path).until(until).newest(0);
        if (!yes) {
            return wouldForget(places, query);
        }
        try (Progress progress = Progress.of(session, "forgetting")) {
            Forgotten forgotten = forget(places, query, path, until);
            progress.close();
            print(forgotten);
        }
        return ExitStatus.OK;
    }

    private int wouldForget(Places places, CommandQuery query) throws CommandFailedException, OutputClosedException {
        long[] n = new long[1];
        try (LogReader log = Log.open(places.stateDirectory());
                Progress progress = Progress.of(session, "counting")) {
            Log.read(log, query, stored -> {
                if (++n[0] % 1_000 == 0) {
                    progress.at(String.format(Locale.ROOT, "counting: %,d records", n[0]));
                }
            });
        } catch (LogException e) {
            throw Log.failed(e);
        }
        if (json) {
            session.out().line(Json.line(out -> out.writeNumberField("would_forget", n[0])));
        } else {
            session.out()
                    .line(String.format(
                            Locale.ROOT,
                            "%,d records match; add --yes to remove them, their traces and buckets",
                            n[0]));
        }
        return ExitStatus.OK;
    }

    private Forgotten forget(Places places, CommandQuery query, @Nullable String path, @Nullable Instant until)
            throws CommandFailedException {
        String target = "/v1/commands?"
                + (path == null ? "" : "repository=" + URLEncoder.encode(path, StandardCharsets.UTF_8) + "&")
                + (until == null ? "" : "until=" + until);
        try {
            HttpReply reply = new ControlClient(places.controlSocket()).ask("DELETE", target, PATIENCE);
            Json figures = Replies.json(reply);
            return new Forgotten(figures.number("commands"), figures.number("traces"), figures.number("folded"));
        } catch (CommandFailedException e) {
            if (e.status() != ExitStatus.UNREACHABLE) {
                throw e;
            }
            return forgetAlone(places, query);
        }
    }

    /** No daemon runs. */
    private static Forgotten forgetAlone(Places places, CommandQuery query) throws CommandFailedException {
        try {
            Forgotten forgotten = CommandLog.forget(places.stateDirectory(), query);
            Repositories.forget(places.stateDirectory());
            return forgotten;
        } catch (LogException e) {
            throw Log.failed(e);
        } catch (IOException e) {
            throw new CommandFailedException(
                    ExitStatus.FAILED,
                    "the records are forgotten, but not where reflogs were read: remove "
                            + places.stateDirectory().resolve("reflogs") + " (" + e.getMessage() + ")",
                    e);
        }
    }

    private void print(Forgotten forgotten) throws OutputClosedException {
        if (json) {
            session.out().line(Json.line(out -> {
                out.writeNumberField("commands", forgotten.commands());
                out.writeNumberField("traces", forgotten.traces());
                out.writeNumberField("folded", forgotten.folded());
            }));
            return;
        }
        session.out()
                .line(String.format(
                        Locale.ROOT,
                        "%,d records, %,d traces and %,d folded commands are forgotten",
                        forgotten.commands(),
                        forgotten.traces(),
                        forgotten.folded()));
    }
}
