package taproot.cli.sinks;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import taproot.cli.terminal.Screen;
import taproot.cli.terminal.Session;
import taproot.cli.text.Durations;
import taproot.cli.text.Json;
import taproot.cli.text.ShellText;

/** The sinks for people: a row each, and below it what is wrong with it and what its system says. */
final class SinksTable {
    private static final String ROW = "%-16s %-13s %-11s %10s %9s %9s %10s %6s";

    private SinksTable() {}

    static List<String> lines(Json answer, Session session) {
        List<Json> sinks = answer.objects("sinks");
        if (sinks.isEmpty()) {
            return List.of("no sinks are configured: see [sinks.NAME] in the README");
        }
        Screen screen = session.outScreen();
        List<String> lines = new ArrayList<>();
        lines.add(screen.dim(row("SINK", "TYPE", "STATE", "CURSOR", "LAG", "BEHIND", "DELIVERED", "ASIDE")));
        for (Json sink : sinks) {
            lines.add(screen.cut(row(
                    sink.text("name"),
                    sink.text("type"),
                    sink.text("state"),
                    sink.text("cursor"),
                    sink.text("lag_records"),
                    sink.number("lag_records") == 0 ? "-" : Durations.human(sink.number("lag_us")),
                    sink.text("delivered"),
                    sink.text("aside"))));
            details(sink).forEach(line -> lines.add("  " + line));
        }
        lines.add("");
        lines.add(gate(answer.object("gate")));
        return lines;
    }

    private static List<String> details(Json sink) {
        List<String> lines = new ArrayList<>();
        if (sink.text("slow").equals("true")) {
            lines.add("waits longer for its turn than flushes usually take");
        }
        if (sink.number("missed") > 0) {
            lines.add(sink.text("missed") + " records were removed from the log before it had read them");
        }
        if (sink.number("failures") + sink.number("unknown") > 0) {
            lines.add(sink.text("failures") + " attempts failed, " + sink.text("unknown")
                    + " ended without an answer; the last, " + sink.text("last_error_at") + ": "
                    + ShellText.oneLine(sink.text("last_error")));
        }
        List<String> figures = new ArrayList<>();
        Json own = sink.object("figures");
        for (String name : own.names()) {
            if (own.number(name) > 0) {
                figures.add(name.replace('_', ' ') + " " + own.number(name));
            }
        }
        if (!figures.isEmpty()) {
            lines.add(String.join(", ", figures));
        }
        return lines;
    }

    private static String gate(Json gate) {
        return gate.text("active_flushes") + " of " + gate.text("slots") + " flushes under way, " + gate.text("waiting")
                + " waiting; " + gate.text("gate_timeouts") + " waited too long";
    }

    private static String row(String... columns) {
        return String.format(Locale.ROOT, ROW, (Object[]) columns).stripTrailing();
    }
}
