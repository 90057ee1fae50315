package taproot.cli.daemon;

import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import taproot.cli.terminal.Screen;
import taproot.cli.terminal.Session;
import taproot.cli.text.Durations;
import taproot.cli.text.Json;
import taproot.cli.text.Moment;
import taproot.cli.text.ShellText;
import taproot.daemon.metrics.Counter;
import taproot.daemon.metrics.Part;
import taproot.normalizer.DropReason;

/** The daemon's status for people: who it is, what is alive, what became of every line, and whatever went wrong. */
final class StatusPage {
    /** Shown above the counters already. */
    private static final Set<String> SHOWN =
            Set.of(Counter.EVENTS_RECEIVED.wire(), Counter.EVENTS_APPLIED.wire(), Counter.EVENTS_IGNORED.wire());

    private final Session session;
    private final Screen screen;
    private final List<String> lines = new ArrayList<>();

    private StatusPage(Session session) {
        this.session = session;
        this.screen = session.outScreen();
    }

    static List<String> lines(Json status, Session session) {
        StatusPage page = new StatusPage(session);
        page.daemon(status);
        page.events(status.object("events"));
        page.counters(status.object("counters"));
        page.errors(status.objects("errors"));
        return page.lines;
    }

    private void daemon(Json status) {
        lines.add(screen.bold("taproot " + status.text("version") + " is running") + ", process " + status.number("pid")
                + ", for " + Durations.human(status.number("uptime_us")));
        field("listens in", status.text("runtime_dir"));
        field("database in", status.text("state_dir") + ", newest record " + status.number("head"));
        field("configuration", status.text("config").isEmpty() ? "the defaults" : status.text("config"));
        String state = status.object("log").text("state");
        if (!state.equals("open")) {
            field("log", screen.red(state));
        }
        Json live = status.object("live");
        field(
                "live",
                counted(live.number("commands"), "command") + ", " + counted(live.number("connections"), "connection"));
        Json queue = status.object("queue");
        field(
                "waiting",
                counted(queue.number("records"), "record") + " (" + Durations.bytes(queue.number("bytes"))
                        + ") for the log, " + Durations.bytes(queue.number("scratch_bytes")) + " of traces gathered");
        waiting(status.object("waiting"));
    }

    private void waiting(Json waiting) {
        for (String part : waiting.names()) {
            Json there = waiting.object(part);
            long count = there.number("count");
            if (count > 0) {
                boolean silent = part.equals(Part.ROOTS.wire());
                field(
                        "",
                        count + " " + waitingIn(part) + (silent ? ", silent for up to " : ", the oldest for ")
                                + Durations.human(there.number("oldest_us")));
            }
        }
    }

    private void events(Json events) {
        lines.add("");
        lines.add(screen.dim("what git has sent"));
        count(events.number("received"), "received", "");
        count(events.number("applied"), "applied", Counter.EVENTS_APPLIED.meaning());
        count(events.number("ignored"), "ignored", Counter.EVENTS_IGNORED.meaning());
        Json dropped = events.object("dropped");
        long sum = 0;
        for (String reason : dropped.names()) {
            sum += dropped.number(reason);
        }
        count(sum, "dropped", "");
        for (String reason : dropped.names()) {
            if (dropped.number(reason) > 0) {
                count(dropped.number(reason), "  " + reason, meaning(reason));
            }
        }
    }

    private void counters(Json counters) {
        lines.add("");
        lines.add(screen.dim("since it started"));
        for (String name : counters.names()) {
            if (!SHOWN.contains(name) && counters.number(name) > 0) {
                lines.add(number(counters.number(name)) + "  " + counterMeaning(name));
            }
        }
    }

    private void errors(List<Json> errors) {
        if (errors.isEmpty()) {
            return;
        }
        lines.add("");
        lines.add(screen.dim("latest failures"));
        for (Json error : errors) {
            long times = error.number("times");
            lines.add("  " + at(error.text("at")) + "  " + error.text("part") + ": "
                    + screen.red(ShellText.oneLine(error.text("message")))
                    + (times > 1 ? " (" + times + " times)" : ""));
        }
    }

    private String at(String time) {
        try {
            return Moment.seconds(Moment.micros(Instant.parse(time)), session.zone());
        } catch (DateTimeParseException e) {
            return time; // As the daemon said it.
        }
    }

    private void field(String name, String value) {
        lines.add("  " + screen.dim(name + " ".repeat(Math.max(1, 15 - name.length()))) + value);
    }

    private void count(long n, String what, String meaning) {
        String text = number(n) + "  " + what;
        lines.add(meaning.isEmpty() ? text : text + " ".repeat(Math.max(2, 28 - text.length())) + screen.dim(meaning));
    }

    private static String number(long n) {
        return String.format(Locale.ROOT, "%,12d", n);
    }

    private static String counted(long n, String what) {
        return n + " " + what + (n == 1 ? "" : "s");
    }

    private static String meaning(String wire) {
        for (DropReason reason : DropReason.values()) {
            if (reason.wire().equals(wire)) {
                return reason.meaning();
            }
        }
        return "";
    }

    private static String waitingIn(String wire) {
        for (Part part : Part.values()) {
            if (part.wire().equals(wire)) {
                return part.waiting();
            }
        }
        return wire; // A part of another version of the daemon.
    }

    private static String counterMeaning(String wire) {
        for (Counter counter : Counter.values()) {
            if (counter.wire().equals(wire)) {
                return counter.meaning();
            }
        }
        return wire; // A counter of another version of the daemon.
    }
}
