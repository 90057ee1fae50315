package taproot.cli.sinks;

import java.nio.charset.StandardCharsets;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import taproot.cli.options.PlaceOptions;
import taproot.cli.terminal.CommandFailedException;
import taproot.cli.terminal.ExitStatus;
import taproot.cli.terminal.Session;
import taproot.cli.text.Json;
import taproot.cli.text.ShellText;
import taproot.daemon.log.LogException;
import taproot.daemon.log.LogReader;
import taproot.daemon.log.SetAside;

/** What a sink has set aside and why, a line each; out of the log's database, so without a daemon too. */
final class AsideList {
    private static final String ROW = "%8s  %-20s %5s  %s";

    private AsideList() {}

    static List<String> lines(String sink, boolean json, PlaceOptions options, Session session)
            throws CommandFailedException {
        try (LogReader reader =
                LogReader.open(options.places(session.environment()).stateDirectory())) {
            if (reader.sink(sink) == null) {
                throw new CommandFailedException(
                        ExitStatus.FAILED, "the log knows no sink " + sink + ": taproot sinks lists them");
            }
            List<SetAside> found = reader.setAside(sink, Integer.MAX_VALUE);
            return json ? found.stream().map(AsideList::object).toList() : table(sink, found, session);
        } catch (LogException e) {
            throw new CommandFailedException(ExitStatus.FAILED, String.valueOf(e.getMessage()), e);
        }
    }

    private static List<String> table(String sink, List<SetAside> found, Session session) {
        if (found.isEmpty()) {
            return List.of(sink + " has set nothing aside");
        }
        List<String> lines = new ArrayList<>();
        lines.add(session.outScreen().dim(row("SEQ", "SINCE", "TRIED", "KEY")));
        for (SetAside one : found) {
            lines.add(row(
                    Long.toString(one.seq()),
                    one.at().truncatedTo(ChronoUnit.SECONDS).toString(),
                    Integer.toString(one.attempts()),
                    ShellText.oneLine(one.key())));
            lines.add(" ".repeat(10)
                    + ShellText.oneLine(one.reason())
                    + (one.waiting() ? "; it is sent again by itself" : ""));
        }
        return lines;
    }

    private static String row(String... columns) {
        return String.format(Locale.ROOT, ROW, (Object[]) columns);
    }

    private static String object(SetAside one) {
        return Json.line(json -> {
            json.writeNumberField("seq", one.seq());
            json.writeStringField("key", one.key());
            json.writeStringField("reason", one.reason());
            json.writeStringField("at", one.at().toString());
            json.writeNumberField("attempts", one.attempts());
            json.writeBooleanField("waiting", one.waiting());
            json.writeFieldName("record");
            json.writeRawValue(new String(one.json(), StandardCharsets.UTF_8));
        });
    }
}
