package taproot.cli.log;

import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import taproot.cli.terminal.OutputClosedException;
import taproot.cli.terminal.Screen;
import taproot.cli.terminal.Session;
import taproot.cli.text.Durations;
import taproot.cli.text.Ending;
import taproot.cli.text.Json;
import taproot.cli.text.Moment;
import taproot.cli.text.ShellText;
import taproot.normalizer.CommandRecord;

/** Records as a table, a line each, written as they come: columns have fixed widths, so that no row waits for another. */
final class LogTable {
    private static final int REPOSITORY = 16;
    /** On a narrower terminal the repository would leave no room for what was run. */
    private static final int ROOM_FOR_REPOSITORY = 110;

    private final Session session;
    private final Screen screen;
    private boolean empty = true;

    LogTable(Session session) {
        this.session = session;
        this.screen = session.outScreen();
    }

    boolean isEmpty() {
        return empty;
    }

    void add(long seq, CommandRecord c) throws OutputClosedException {
        head();
        Ending ending = Ending.of(c.outcome(), c.exitCode(), c.signal());
        String before = row(
                Long.toString(seq),
                Moment.seconds(c.startedAt(), session.zone()),
                c.durationUs() == null ? "" : Durations.human(c.durationUs()),
                ending.text(),
                repository(c.repository()));
        String line = screen.cut(before + ShellText.brief(c.argv()));
        session.out().line(ending.bad() ? screen.red(line) : line);
    }

    /** A command that has only begun. */
    void started(Json c) throws OutputClosedException {
        head();
        String line = row("", at(c.text("started_at")), "", "running", "");
        session.out().line(screen.dim(screen.cut(line + ShellText.brief(c.texts("argv")))));
    }

    private String at(String time) {
        try {
            return Moment.seconds(Moment.micros(Instant.parse(time)), session.zone());
        } catch (DateTimeParseException e) {
            return time; // As the daemon said it.
        }
    }

    private void head() throws OutputClosedException {
        if (empty) {
            empty = false;
            session.out().line(screen.dim(row("#", "started", "duration", "exit", "repository") + "command"));
        }
    }

    private String row(String seq, String started, String duration, String exit, String repository) {
        String row = String.format(Locale.ROOT, "%6s  %-19s  %8s  %-11s  ", seq, started, duration, exit);
        boolean narrow = screen.width() > 0 && screen.width() < ROOM_FOR_REPOSITORY;
        return narrow ? row : row + String.format(Locale.ROOT, "%-" + REPOSITORY + "s  ", repository);
    }

    /** The name people call it by: of its work tree, or of the directory that a bare one is. */
    static String repository(CommandRecord.@Nullable Repository repository) {
        if (repository == null) {
            return "";
        }
        String path = repository.worktree() != null ? repository.worktree() : repository.gitDir();
        if (path == null) {
            return "";
        }
        String name = ShellText.oneLine(path.substring(path.lastIndexOf('/') + 1));
        int length = name.codePointCount(0, name.length());
        return length <= REPOSITORY ? name : name.substring(0, name.offsetByCodePoints(0, REPOSITORY - 1)) + "…";
    }
}
