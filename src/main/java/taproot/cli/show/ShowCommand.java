package taproot.cli.show;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import taproot.cli.log.Log;
import taproot.cli.options.Converters;
import taproot.cli.options.PlaceOptions;
import taproot.cli.terminal.CommandFailedException;
import taproot.cli.terminal.ExitStatus;
import taproot.cli.terminal.OutputClosedException;
import taproot.cli.terminal.Session;
import taproot.cli.text.ShellText;
import taproot.daemon.log.CommandQuery;
import taproot.daemon.log.KeyMatch;
import taproot.daemon.log.LogException;
import taproot.daemon.log.LogReader;
import taproot.daemon.log.StoredCommand;
import taproot.normalizer.CommandRecord;
import taproot.normalizer.TraceExtent;
import taproot.normalizer.trace.Trace;

/** {@code taproot show}: one record whole. Works without a daemon. */
@Command(
        name = "show",
        sortOptions = false,
        description = "Shows one record whole, with the tree of what it ran, or what happened inside it.",
        footer = "Status 1: no such record, or several; then they are listed.")
public final class ShowCommand implements Callable<Integer> {
    private static final String STDOUT = "-";

    private final Session session;

    @Parameters(
            paramLabel = "KEY",
            description = "the number that log shows, or the record's key, or any part of a key that only one has")
    private String key = "";

    @ArgGroup
    private Form form = new Form();

    @Mixin
    private PlaceOptions places = new PlaceOptions();

    /** What to make of the record; one of these at most. */
    static final class Form {
        @Option(names = "--json", description = "the record as one JSON object")
        private boolean json;

        @Option(names = "--waterfall", description = "processes, children and regions on a time axis")
        private boolean waterfall;

        @Option(
                names = "--perfetto",
                paramLabel = "FILE",
                arity = "0..1",
                fallbackValue = STDOUT,
                preprocessor = Converters.OnlyAttached.class,
                description = "the same for ui.perfetto.dev and chrome://tracing, to FILE or to stdout")
        private @Nullable String perfetto;

        @Option(names = "--trace", description = "the raw trace2 lines, as far as they are kept")
        private boolean trace;
    }

    public ShowCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws CommandFailedException, OutputClosedException {
        Path state = places.places(session.environment()).stateDirectory();
        try (LogReader log = Log.open(state)) {
            StoredCommand found = find(log);
            if (form.json) {
                session.out().line(found.json());
            } else if (form.trace) {
                session.out().lines(trace(log, found));
            } else if (form.perfetto != null) {
                perfetto(log, found, form.perfetto);
            } else if (form.waterfall) {
                waterfall(log, found);
            } else {
                lines(RecordPage.lines(found.seq(), Log.record(found), session));
            }
            return ExitStatus.OK;
        } catch (LogException e) {
            throw Log.failed(e);
        }
    }

    private void lines(List<String> lines) throws OutputClosedException {
        for (String line : lines) {
            session.out().line(line);
        }
    }

    private static byte[] trace(LogReader log, StoredCommand found) throws LogException, CommandFailedException {
        byte[] lines = log.trace(found.key());
        if (lines == null) {
            throw new CommandFailedException(
                    ExitStatus.FAILED,
                    "no trace is kept of " + found.seq()
                            + ": a read-only command keeps one only if it fails or takes longer than log.slow_threshold");
        }
        return lines;
    }

    private void waterfall(LogReader log, StoredCommand found)
            throws LogException, CommandFailedException, OutputClosedException {
        CommandRecord record = Log.record(found);
        byte[] raw = log.trace(found.key());
        Trace trace = Trace.of(raw);
        lines(Waterfall.lines(record, trace, session.outScreen()));
        if (raw == null) {
            session.say("no trace is kept of it: what its processes did inside is not known");
        } else if (trace.untimed() > 0) {
            session.say(trace.untimed()
                    + " regions are not shown: with GIT_TRACE2_EVENT_BRIEF git does not say when they began");
        } else if (record.trace() == TraceExtent.PARTIAL) {
            session.say("the trace is partial: there may be more regions than these");
        }
    }

    private void perfetto(LogReader log, StoredCommand found, String file)
            throws LogException, CommandFailedException, OutputClosedException {
        CommandRecord record = Log.record(found);
        Trace trace = Trace.of(log.trace(found.key()));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            PerfettoTrace.write(record, trace, bytes);
            if (file.equals(STDOUT)) {
                session.out().lines(bytes.toByteArray());
                return;
            }
            Files.write(Path.of(file), bytes.toByteArray());
        } catch (OutputClosedException e) {
            throw e;
        } catch (IOException e) {
            throw new CommandFailedException(ExitStatus.FAILED, "cannot write to --perfetto=" + file + ": " + e, e);
        }
        session.say("open " + ShellText.of(file) + " in https://ui.perfetto.dev or chrome://tracing");
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
