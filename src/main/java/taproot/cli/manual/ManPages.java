package taproot.cli.manual;

import java.time.LocalDate;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine;

/** Manual pages in man(7)'s roff, one for the program and one for each command, made from what {@code --help} says. */
public final class ManPages {
    private final LocalDate date;
    private final String version;
    private final StringBuilder roff = new StringBuilder();

    private ManPages(LocalDate date, String version) {
        this.date = date;
        this.version = version;
    }

    /** File names, the program's first, and what has to be in them. */
    public static Map<String, String> of(CommandLine program, LocalDate date, String version) {
        Page top = Page.of(program.getCommandSpec());
        Map<String, String> pages = new LinkedHashMap<>();
        pages.put("taproot.1", new ManPages(date, version).page(top, top));
        for (Page command : top.commands()) {
            pages.put("taproot-" + command.name() + ".1", new ManPages(date, version).page(command, top));
        }
        return pages;
    }

    private String page(Page page, Page top) {
        String title = page.name().isEmpty() ? "taproot" : "taproot-" + page.name();
        line(".TH " + escaped(title.toUpperCase(Locale.ROOT)) + " 1 \"" + date + "\" \"Taproot " + version
                + "\" \"Taproot\"");
        section("NAME");
        text(title + " \\- " + lowerFirst(escaped(page.summary())), true);
        section("SYNOPSIS");
        text(page.synopsis(), false);
        section("DESCRIPTION");
        page.description().forEach(paragraph -> text(paragraph, false));
        if (!page.operands().isEmpty()) {
            section("ARGUMENTS");
            for (Page.Operand operand : page.operands()) {
                line(".TP");
                line("\\fI" + escaped(operand.value().label()) + "\\fR");
                text(operand.description(), false);
            }
        }
        section("OPTIONS");
        page.choices().forEach(this::choice);
        if (!page.commands().isEmpty()) {
            section("COMMANDS");
            for (Page command : page.commands()) {
                line(".TP");
                line("\\fBtaproot\\-" + escaped(command.name()) + "\\fR(1)");
                text(command.summary(), false);
            }
        }
        notes(page);
        files();
        section("SEE ALSO");
        StringBuilder others = new StringBuilder("\\fBgit\\fR(1)");
        if (page.name().isEmpty()) {
            others.append(", https://git\\-scm.com/docs/api\\-trace2");
        } else {
            others.append(", \\fBtaproot\\fR(1)");
            top.commands().stream()
                    .filter(other -> !other.name().equals(page.name()))
                    .forEach(other -> others.append(", \\fBtaproot\\-")
                            .append(escaped(other.name()))
                            .append("\\fR(1)"));
        }
        line(others.toString());
        return roff.toString();
    }

    private void choice(Page.Choice choice) {
        line(".TP");
        StringBuilder names = new StringBuilder();
        for (String name : choice.names()) {
            names.append(names.isEmpty() ? "" : ", ")
                    .append("\\fB")
                    .append(escaped(name))
                    .append("\\fR");
        }
        Page.Value value = choice.value();
        if (value != null) {
            String label = "=\\fI" + escaped(value.label()) + "\\fR";
            names.append(choice.attached() ? "[" + label + "]" : label);
        }
        line(names.toString());
        text(choice.description(), false);
    }

    private void notes(Page page) {
        boolean begun = false;
        for (String note : page.footer()) {
            if (note.isBlank()) {
                continue;
            }
            if (!begun) {
                section("NOTES");
                begun = true;
            } else {
                line(".br");
            }
            text(note, false);
        }
    }

    private void files() {
        section("FILES");
        Map<String, String> files = new LinkedHashMap<>();
        files.put("$XDG_RUNTIME_DIR/taproot/trace2.sock", "where git sends its events");
        files.put("$XDG_RUNTIME_DIR/taproot/control.sock", "where the daemon is talked to");
        files.put("~/.local/state/taproot/log.db", "what was recorded, an SQLite database");
        files.put("~/.config/taproot/taproot.toml, /etc/taproot/taproot.toml", "the configuration");
        files.forEach((path, meaning) -> {
            line(".TP");
            line("\\fI" + escaped(path) + "\\fR");
            text(meaning, false);
        });
    }

    private void section(String name) {
        line(".SH " + name);
    }

    private void text(String text, boolean asItIs) {
        String shown = asItIs ? text : escaped(text);
        if (!shown.isBlank()) {
            line(shown.startsWith(".") || shown.startsWith("'") ? "\\&" + shown : shown);
        }
    }

    private void line(String text) {
        roff.append(text.strip()).append('\n');
    }

    private static String lowerFirst(String text) {
        return text.isEmpty() ? text : text.substring(0, 1).toLowerCase(Locale.ROOT) + text.substring(1);
    }

    /** A hyphen somebody may have to type, and everything that roff would take for its own. */
    private static String escaped(String text) {
        return text.replace("\\", "\\e").replace("-", "\\-").replace("…", "...").replace("\n", " ");
    }
}
