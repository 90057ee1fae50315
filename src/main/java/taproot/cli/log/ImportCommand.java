package taproot.cli.log;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import taproot.cli.options.PlaceOptions;
import taproot.cli.terminal.CommandFailedException;
import taproot.cli.terminal.ExitStatus;
import taproot.cli.terminal.OutputClosedException;
import taproot.cli.terminal.Progress;
import taproot.cli.terminal.Session;
import taproot.cli.text.Durations;
import taproot.cli.text.ShellText;
import taproot.daemon.Import;
import taproot.daemon.config.Places;
import taproot.daemon.metrics.Counter;
import taproot.daemon.replay.SkippedFile;
import taproot.normalizer.DropReason;

/** {@code taproot import}: recorded streams into the log; with or without a daemon that runs. */
@Command(
        name = "import",
        sortOptions = false,
        description = "Reads what git recorded into files with trace2.eventTarget=<path>, where it could not reach a"
                + " socket, and never records a command twice.",
        footer = "Status 1: something could not be read or written.")
public final class ImportCommand implements Callable<Integer> {
    private static final int NAMED = 10;

    private final Session session;

    @Parameters(
            paramLabel = "PATH",
            arity = "1..*",
            description = "a file with events, or a directory with such files at any depth")
    private List<Path> paths = new ArrayList<>();

    @Option(names = "--json", description = "print the figures as one JSON object")
    private boolean json;

    @Mixin
    private PlaceOptions options = new PlaceOptions();

    public ImportCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws CommandFailedException, OutputClosedException, InterruptedException {
        Places places = options.places(session.environment());
        Import.Imported imported;
        try (Progress progress = Progress.of(session, "importing")) {
            imported = Import.run(options.config(places), places, paths, (read, of) -> progress.at(state(read, of)));
        } catch (NoSuchFileException e) {
            throw new CommandFailedException(
                    ExitStatus.USAGE, "there is no " + e.getFile() + ": expected a file or a directory", e);
        } catch (IOException e) {
            throw new CommandFailedException(ExitStatus.FAILED, "the import broke off: " + e.getMessage(), e);
        }
        if (json) {
            session.out().line(json(imported));
        } else {
            report(imported);
        }
        return isWhole(imported) ? ExitStatus.OK : ExitStatus.FAILED;
    }

    private static boolean isWhole(Import.Imported imported) {
        return imported.counters().get(Counter.RECORDS_REFUSED) == 0
                && imported.counters().get(Counter.RECORDS_UNWRITTEN) == 0
                && imported.played().skipped().stream()
                        .noneMatch(skipped -> skipped.reason().isFailure());
    }

    private void report(Import.Imported imported) throws OutputClosedException {
        session.out()
                .line(String.format(
                        Locale.ROOT,
                        "%,d recorded, %,d already there; %,d files, %s, %,d lines",
                        imported.recorded(),
                        imported.alreadyThere(),
                        imported.played().files(),
                        Durations.bytes(imported.played().bytes()),
                        imported.counters().get(Counter.EVENTS_RECEIVED)));
        for (Counter counter : List.of(
                Counter.EVENTS_IGNORED,
                Counter.PROCESSES_UNSTARTED,
                Counter.REPORTS_UNCLAIMED,
                Counter.SECOND_LIVES_EMPTY,
                Counter.SCRATCH_BYTES_SHED,
                Counter.RECORDS_REFUSED,
                Counter.RECORDS_UNWRITTEN)) {
            count(imported.counters().get(counter), counter.meaning());
        }
        for (Map.Entry<DropReason, Long> dropped : imported.counters().dropped().entrySet()) {
            count(dropped.getValue(), "lines skipped: " + dropped.getKey().meaning());
        }
        files(imported.played().skipped());
    }

    private void count(long n, String meaning) throws OutputClosedException {
        if (n > 0) {
            session.out().line(String.format(Locale.ROOT, "%,12d  %s", n, meaning));
        }
    }

    private void files(List<SkippedFile> skipped) throws OutputClosedException {
        for (SkippedFile file : skipped.subList(0, Math.min(NAMED, skipped.size()))) {
            session.out()
                    .line("     skipped  " + ShellText.of(file.path().toString()) + ": "
                            + file.reason().meaning());
        }
        if (skipped.size() > NAMED) {
            session.out().line("     skipped  and " + (skipped.size() - NAMED) + " files more");
        }
    }

    private static String json(Import.Imported imported) {
        StringBuilder text = new StringBuilder("{\"recorded\":").append(imported.recorded());
        text.append(",\"already_there\":").append(imported.alreadyThere());
        text.append(",\"files\":").append(imported.played().files());
        text.append(",\"files_skipped\":").append(imported.played().skipped().size());
        text.append(",\"bytes\":").append(imported.played().bytes());
        text.append(",\"events\":{\"received\":").append(imported.counters().get(Counter.EVENTS_RECEIVED));
        text.append(",\"applied\":").append(imported.counters().get(Counter.EVENTS_APPLIED));
        text.append(",\"ignored\":").append(imported.counters().get(Counter.EVENTS_IGNORED));
        text.append(",\"dropped\":{");
        String comma = "";
        for (Map.Entry<DropReason, Long> dropped : imported.counters().dropped().entrySet()) {
            text.append(comma).append('"').append(dropped.getKey().wire()).append("\":");
            text.append(dropped.getValue());
            comma = ",";
        }
        return text.append("}}}").toString();
    }

    private static String state(long read, long of) {
        return "importing: "
                + (of == 0 ? "looking through the files" : read * 100 / of + " % of " + Durations.bytes(of));
    }
}
