package taproot.cli.show;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import taproot.cli.terminal.Screen;
import taproot.cli.terminal.Session;
import taproot.cli.text.Durations;
import taproot.cli.text.Ending;
import taproot.cli.text.Moment;
import taproot.cli.text.ShellText;
import taproot.normalizer.CommandRecord;
import taproot.normalizer.DropReason;

/** One record on a page of its own: what everybody asks first, then its tree, then all else that is known. */
final class RecordPage {
    private final Session session;
    private final Screen screen;
    private final List<String> lines = new ArrayList<>();

    private RecordPage(Session session) {
        this.session = session;
        this.screen = session.outScreen();
    }

    static List<String> lines(long seq, CommandRecord c, Session session) {
        RecordPage page = new RecordPage(session);
        page.lines.add(page.screen.bold(ShellText.of(c.argv())));
        page.field("record", seq + (c.late() ? ", came late" : "") + (c.detached() ? ", detached" : ""));
        page.field("key", c.key());
        page.ending(c);
        page.where(c);
        page.who(c);
        page.tree(c);
        page.section("errors", c.errors().stream().map(ShellText::oneLine).toList());
        page.section("parameters", c.params().stream().map(RecordPage::text).toList());
        page.section("timers", c.timers().stream().map(RecordPage::text).toList());
        page.section("counters", c.counters().stream().map(RecordPage::text).toList());
        page.section(
                "annotations",
                c.annotations().entrySet().stream().map(RecordPage::text).toList());
        page.section("references", c.refChanges().stream().map(RecordPage::text).toList());
        return page.lines;
    }

    private void ending(CommandRecord c) {
        StringBuilder text = new StringBuilder(c.outcome().wire());
        if (c.exitCode() != null) {
            text.append(' ').append(c.exitCode());
        }
        if (c.signal() != null) {
            text.append(" by ").append(Ending.of(c.outcome(), null, c.signal()).text());
        }
        if (c.durationUs() != null) {
            text.append(" after ").append(Durations.human(c.durationUs()));
        }
        field(
                "outcome",
                Ending.of(c.outcome(), c.exitCode(), c.signal()).bad() ? screen.red(text.toString()) : text.toString());
        field("started", Moment.millis(c.startedAt(), session.zone()));
        field("finished", c.finishedAt() == null ? null : Moment.millis(c.finishedAt(), session.zone()));
    }

    private void where(CommandRecord c) {
        field("command", c.command() == null ? null : c.command() + (c.readOnly() ? " (read-only)" : ""));
        field("mode", c.mode());
        field(
                "alias",
                c.alias() == null
                        ? null
                        : c.alias().name() + " = " + ShellText.of(c.alias().argv()));
        CommandRecord.Repository repository = c.repository();
        if (repository != null) {
            field("repository", repository.worktree() != null ? repository.worktree() : repository.gitDir());
        }
    }

    private void who(CommandRecord c) {
        field("started by", c.ancestry().isEmpty() ? c.caller() : String.join(" ← ", c.ancestry()));
        field("parent", c.parent());
        field("session", c.session());
        field("process", c.pid() == null ? null : c.pid().toString());
        field("git", c.gitVersion());
        field("lines", c.events() + ", trace kept: " + c.trace().wire() + (c.truncated() ? ", incomplete" : ""));
        for (Map.Entry<String, Long> dropped : c.dropped().entrySet()) {
            field("dropped", dropped.getValue() + ": " + meaning(dropped.getKey()));
        }
    }

    private void tree(CommandRecord c) {
        List<Node> forest = Forest.of(List.of(c), false);
        if (forest.stream().allMatch(node -> node.children().isEmpty())) {
            return;
        }
        lines.add("");
        lines.addAll(TreeText.lines(forest, c.startedAt(), screen));
    }

    private void field(String name, @Nullable String value) {
        if (value != null) {
            String padded = name + " ".repeat(Math.max(0, 12 - name.length()));
            lines.add("  " + screen.dim(padded) + (value.startsWith("\u001b") ? value : ShellText.oneLine(value)));
        }
    }

    private void section(String name, List<String> values) {
        if (values.isEmpty()) {
            return;
        }
        lines.add("");
        lines.add(screen.dim(name));
        values.forEach(value -> lines.add("  " + value));
    }

    private static String text(CommandRecord.Param p) {
        String value = p.value() == null ? "" : " = " + ShellText.oneLine(p.value());
        return ShellText.oneLine(p.name())
                + value
                + (p.scope() == null ? "" : "  (" + ShellText.oneLine(p.scope()) + ")");
    }

    private static String text(CommandRecord.Timer t) {
        return ShellText.oneLine(t.category() + "/" + t.name()) + "  " + t.intervals() + " × , "
                + Durations.human(t.totalUs()) + " in all, " + Durations.human(t.minUs()) + " to "
                + Durations.human(t.maxUs());
    }

    private static String text(CommandRecord.Counter n) {
        return ShellText.oneLine(n.category() + "/" + n.name()) + "  " + n.count();
    }

    private static String text(Map.Entry<String, String> annotation) {
        return ShellText.oneLine(annotation.getKey() + " = " + annotation.getValue());
    }

    private static String text(CommandRecord.RefChange r) {
        return ShellText.oneLine(r.ref() + "  " + r.old() + " → " + r.current() + "  (" + r.source() + ")");
    }

    private static String meaning(String wire) {
        for (DropReason reason : DropReason.values()) {
            if (reason.wire().equals(wire)) {
                return reason.meaning();
            }
        }
        return wire; // A reason of another version of the daemon.
    }
}
