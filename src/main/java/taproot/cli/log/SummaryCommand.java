package taproot.cli.log;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import taproot.cli.options.Converters;
import taproot.cli.options.Converters.Mistake;
import taproot.cli.options.PlaceOptions;
import taproot.cli.options.RecordFilter;
import taproot.cli.terminal.CommandFailedException;
import taproot.cli.terminal.ExitStatus;
import taproot.cli.terminal.OutputClosedException;
import taproot.cli.terminal.Progress;
import taproot.cli.terminal.Screen;
import taproot.cli.terminal.Session;
import taproot.cli.text.Durations;
import taproot.cli.text.Json;
import taproot.cli.text.Moment;
import taproot.cli.text.ShellText;
import taproot.daemon.log.LogException;
import taproot.daemon.log.LogReader;
import taproot.daemon.log.SummaryBy;
import taproot.daemon.log.SummaryRow;

/** {@code taproot summary}: why git is slow here. Works without a daemon. */
@Command(
        name = "summary",
        sortOptions = false,
        description =
                "Says where git's time goes: counts, failures and durations of what matches, put together by one of"
                        + " its properties, the longest total first.",
        footer = {
            "",
            "Without --by: by command, by repository and by caller, the first lines of each.",
            "Folded read-only commands are counted; what they took is known to a factor of 1.4."
        })
public final class SummaryCommand implements Callable<Integer> {
    private static final List<SummaryBy> OVERVIEW = List.of(SummaryBy.COMMAND, SummaryBy.REPOSITORY, SummaryBy.CALLER);

    private static final int OVERVIEW_ROWS = 8;
    private static final int LONGEST_NAME = 40;
    private static final int SHARE = 10;

    private final Session session;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--by",
            paramLabel = "PROPERTY",
            converter = ToProperty.class,
            completionCandidates = Properties.class,
            description = "command, repository, caller, outcome or hour")
    private @Nullable SummaryBy by;

    @Mixin
    private RecordFilter filter = new RecordFilter();

    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "50",
            description = "the first N lines of each table, 0 for all (default: ${DEFAULT-VALUE})")
    private int limit = 50;

    @Option(names = "--json", description = "one JSON object a line")
    private boolean json;

    @Mixin
    private PlaceOptions places = new PlaceOptions();

    public SummaryCommand(Session session) {
        this.session = session;
    }

    /** By these names. */
    static final class ToProperty extends Converters.ToWord<SummaryBy> {
        ToProperty() {
            super(SummaryBy.class);
        }
    }

    /** For completion. */
    static final class Properties extends Converters.Words {
        Properties() {
            super(SummaryBy.class);
        }
    }

    @Override
    public Integer call() throws CommandFailedException, OutputClosedException {
        if (limit < 0) {
            throw Mistake.inOption(spec, "--limit", "expected 0 or more, got " + limit);
        }
        Path state = places.places(session.environment()).stateDirectory();
        int rows = limit == 0 ? Integer.MAX_VALUE : by == null ? Math.min(limit, OVERVIEW_ROWS) : limit;
        boolean first = true;
        try (LogReader log = Log.open(state)) {
            for (SummaryBy property : by == null ? OVERVIEW : List.of(by)) {
                List<SummaryRow> found = read(log, property);
                if (json) {
                    for (SummaryRow row : found.subList(0, Math.min(rows, found.size()))) {
                        session.out().line(object(property, row));
                    }
                } else if (!found.isEmpty()) {
                    if (!first) {
                        session.out().line("");
                    }
                    table(property, found, rows);
                } else if (first) {
                    session.say(log.count() == 0 ? "nothing recorded yet in " + state : "no record matches");
                    return ExitStatus.OK;
                }
                first = false;
            }
            return ExitStatus.OK;
        } catch (LogException e) {
            throw Log.failed(e);
        }
    }

    private List<SummaryRow> read(LogReader log, SummaryBy property) throws LogException {
        try (Progress progress = Progress.of(session, "reading the log")) {
            progress.at("reading the log, by " + word(property));
            return log.summary(filter.query(session).newest(0), property);
        }
    }

    private void table(SummaryBy property, List<SummaryRow> found, int rows) throws OutputClosedException {
        Screen screen = session.outScreen();
        long most = found.stream().mapToLong(SummaryRow::totalUs).max().orElse(1);
        List<SummaryRow> shown = found.subList(0, Math.min(rows, found.size()));
        int names = shown.stream()
                .mapToInt(row -> name(property, row).length())
                .max()
                .orElse(0);
        names = Math.clamp(names, 10, LONGEST_NAME);
        session.out().line(screen.dim(line(names, word(property), "count", "failed", "p50", "p95", "p99", "total")));
        for (SummaryRow row : shown) {
            String failed = row.failures() == 0 ? "" : String.format(Locale.ROOT, "%,d", row.failures());
            String text = line(
                    names,
                    name(property, row),
                    String.format(Locale.ROOT, "%,d", row.count()),
                    failed,
                    duration(row.p50Us()),
                    duration(row.p95Us()),
                    duration(row.p99Us()),
                    Durations.human(row.totalUs()));
            session.out()
                    .line(screen.cut(text + "  "
                                    + "█".repeat(Math.toIntExact(row.totalUs() * SHARE / Math.max(1, most))))
                            .stripTrailing());
        }
        if (shown.size() < found.size()) {
            session.out().line(screen.dim("and " + (found.size() - shown.size()) + " more: --limit 0"));
        }
    }

    private static String line(int names, String name, String count, String failed, String... durations) {
        StringBuilder text =
                new StringBuilder(String.format(Locale.ROOT, "%-" + names + "s  %9s  %7s", name, count, failed));
        for (String duration : durations) {
            text.append(String.format(Locale.ROOT, "  %9s", duration));
        }
        return text.toString();
    }

    private String name(SummaryBy property, SummaryRow row) {
        String name = row.name();
        if (name == null) {
            return "(unknown)";
        }
        String text = property == SummaryBy.HOUR
                ? Moment.seconds(Moment.micros(Instant.parse(name)), session.zone())
                        .substring(0, 16)
                : ShellText.oneLine(name);
        // The end of a path says more than its beginning.
        return text.length() <= LONGEST_NAME ? text : "…" + text.substring(text.length() - LONGEST_NAME + 1);
    }

    private static String duration(@Nullable Long micros) {
        return micros == null ? "" : Durations.human(micros);
    }

    private static String word(SummaryBy property) {
        return property.name().toLowerCase(Locale.ROOT);
    }

    private static String object(SummaryBy property, SummaryRow row) {
        return Json.line(out -> {
            out.writeStringField("by", word(property));
            out.writeStringField("value", row.name());
            out.writeNumberField("count", row.count());
            out.writeNumberField("failures", row.failures());
            out.writeNumberField("total_us", row.totalUs());
            number(out, "p50_us", row.p50Us());
            number(out, "p95_us", row.p95Us());
            number(out, "p99_us", row.p99Us());
        });
    }

    private static void number(com.fasterxml.jackson.core.JsonGenerator out, String name, @Nullable Long value)
            throws java.io.IOException {
        if (value == null) {
            out.writeNullField(name);
        } else {
            out.writeNumberField(name, value);
        }
    }
}
