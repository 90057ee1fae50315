package taproot.cli.manual;

import picocli.CommandLine;

/** Completions for fish, to be sourced or to be put into a completions directory as {@code taproot.fish}. */
public final class FishCompletion {
    private final StringBuilder script = new StringBuilder();

    private FishCompletion() {}

    public static String of(CommandLine program) {
        return new FishCompletion().write(Page.of(program.getCommandSpec()));
    }

    private String write(Page top) {
        line("complete -c taproot -f");
        for (Page.Choice choice : top.choices()) {
            choice("__fish_use_subcommand", choice);
        }
        for (Page command : top.commands()) {
            line("complete -c taproot -n __fish_use_subcommand -a " + command.name() + " -d "
                    + quoted(command.summary()));
        }
        for (Page command : top.commands()) {
            String here = "__fish_seen_subcommand_from " + command.name();
            command.choices().forEach(choice -> choice(here, choice));
            command.operands().forEach(operand -> operand(here, operand));
        }
        return script.toString();
    }

    private void choice(String where, Page.Choice choice) {
        StringBuilder text = new StringBuilder("complete -c taproot -n ").append(quoted(where));
        for (String name : choice.names()) {
            text.append(name.startsWith("--") ? " -l " + name.substring(2) : " -s " + name.substring(1));
        }
        Page.Value value = choice.value();
        if (value != null && !choice.attached()) {
            text.append(value(value));
        } else if (value != null && !value.words().isEmpty()) {
            text.append(" -a ").append(quoted(String.join(" ", value.words())));
        }
        line(text.append(" -d ").append(quoted(choice.description())).toString());
    }

    private static String value(Page.Value value) {
        if (!value.words().isEmpty()) {
            return " -x -a " + quoted(String.join(" ", value.words()));
        }
        return switch (value.kind()) {
            case FILE -> " -r -F";
            case DIRECTORY -> " -x -a '(__fish_complete_directories)'";
            case COMMAND -> " -x -a '(__fish_complete_command)'";
            case TEXT -> " -x";
        };
    }

    private void operand(String where, Page.Operand operand) {
        String head = "complete -c taproot -n " + quoted(where);
        if (!operand.value().words().isEmpty()) {
            line(head + " -a " + quoted(String.join(" ", operand.value().words())));
            return;
        }
        switch (operand.value().kind()) {
            case FILE -> line(head + " -F");
            case DIRECTORY -> line(head + " -a '(__fish_complete_directories)'");
            case COMMAND -> line(head + " -a '(__fish_complete_subcommand --fcs-skip=2)'");
            case TEXT -> {
                // Nothing to choose from.
            }
        }
    }

    private static String quoted(String text) {
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
    }

    private void line(String text) {
        script.append(text).append('\n');
    }
}
