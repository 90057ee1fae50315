package taproot.cli.daemon;

import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import taproot.cli.terminal.Screen;
import taproot.cli.terminal.Session;
import taproot.cli.text.Durations;
import taproot.cli.text.Json;
import taproot.cli.text.ShellText;

/** What is running, for people: since when, in whose command, how many bytes of trace, and what it is. */
final class LiveTable {
    private final Session session;

    private LiveTable(Session session) {
        this.session = session;
    }

    static List<String> lines(Json live, Session session) {
        LiveTable table = new LiveTable(session);
        List<Json> commands = live.objects("commands");
        if (commands.isEmpty()) {
            return List.of("nothing runs");
        }
        List<String> lines = new ArrayList<>();
        Screen screen = session.outScreen();
        lines.add(screen.dim(row("AGE", "SILENT", "PID", "TRACE", "COMMAND")));
        for (Json command : commands) {
            lines.add(screen.cut(row(
                    table.age(command.text("started_at")),
                    Durations.human(command.number("last_heard_us")),
                    command.text("pid").isEmpty() ? "?" : command.text("pid"),
                    Durations.bytes(command.number("scratch_bytes")),
                    indent(command) + commandLine(command))));
        }
        return lines;
    }

    /** What owns a record stands at the margin; what belongs to the record of a process above it is set in. */
    private static String indent(Json command) {
        return command.text("owner").equals("false") ? "  └ " : "";
    }

    private static String commandLine(Json command) {
        return ShellText.oneLine(ShellText.of(command.texts("argv")));
    }

    private String age(String startedAt) {
        try {
            Duration age =
                    Duration.between(Instant.parse(startedAt), session.clock().instant());
            return Durations.human(Math.max(0, age.toNanos() / 1_000));
        } catch (DateTimeParseException e) {
            return "?"; // As another version of the daemon may say it.
        }
    }

    private static String row(String age, String silent, String pid, String trace, String command) {
        return String.format(java.util.Locale.ROOT, "%8s %8s %8s %9s  %s", age, silent, pid, trace, command);
    }
}
