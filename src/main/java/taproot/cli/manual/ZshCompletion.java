package taproot.cli.manual;

import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine;

/** A completion function for zsh, to be sourced or to be put into a directory of {@code fpath} as {@code _taproot}. */
public final class ZshCompletion {
    private final StringBuilder script = new StringBuilder();

    private ZshCompletion() {}

    public static String of(CommandLine program) {
        Page top = Page.of(program.getCommandSpec());
        return new ZshCompletion().write(top);
    }

    private String write(Page top) {
        line("#compdef taproot");
        line("_taproot() {");
        line("  local context state state_descr line");
        line("  typeset -A opt_args");
        line("  _arguments -C \\");
        top.choices().forEach(choice -> line("    " + spec(choice) + " \\"));
        line("    '1:command:->command' '*::argument:->argument'");
        line("  case $state in");
        line("    command)");
        line("      local -a commands");
        line("      commands=(");
        for (Page command : top.commands()) {
            line("        " + quoted(command.name() + ":" + command.summary().replace(":", "\\:")));
        }
        line("      )");
        line("      _describe -t commands 'taproot command' commands");
        line("      ;;");
        line("    argument)");
        line("      case $words[1] in");
        top.commands().forEach(this::command);
        line("      esac");
        line("      ;;");
        line("  esac");
        line("}");
        line("if [[ $funcstack[1] == _taproot ]]; then _taproot \"$@\"; else compdef _taproot taproot; fi");
        return script.toString();
    }

    private void command(Page command) {
        line("        " + command.name() + ")");
        line("          _arguments \\");
        command.choices().forEach(choice -> line("            " + spec(choice) + " \\"));
        List<Page.Operand> operands = command.operands();
        for (int i = 0; i < operands.size(); i++) {
            line("            " + spec(operands.get(i), i + 1) + " \\");
        }
        line("            && return");
        line("          ;;");
    }

    private static String spec(Page.Choice choice) {
        String names = choice.names().size() == 1 ? "" : "(" + String.join(" ", choice.names()) + ")";
        Page.Value value = choice.value();
        String behind = "["
                + choice.description().replace("[", "\\[").replace("]", "\\]").replace(":", "\\:") + "]";
        if (value != null) {
            String colon = choice.attached() ? "::" : ":";
            behind = (choice.attached() ? "=-" : "=") + behind + colon
                    + value.label().replace(":", "\\:") + ":" + action(value);
        }
        String star = choice.repeated() ? "*" : "";
        if (choice.names().size() == 1) {
            return quoted(star + choice.names().getFirst() + behind);
        }
        return quoted(names + star) + "{" + String.join(",", choice.names()) + "}" + quoted(behind);
    }

    private static String spec(Page.Operand operand, int place) {
        String label = operand.value().label().replace(":", "\\:");
        if (operand.value().kind() == Page.Kind.COMMAND) {
            return "'(-):" + label + ":_command_names -e' '*::arguments:_normal'";
        }
        // Without an action zsh would show what the argument is called instead of completing options.
        String action = action(operand.value());
        return quoted((operand.repeated() ? "*" : place) + ":" + label + ":" + (action.isEmpty() ? "()" : action));
    }

    private static String action(Page.Value value) {
        if (!value.words().isEmpty()) {
            return "(" + value.words().stream().collect(Collectors.joining(" ")) + ")";
        }
        return switch (value.kind()) {
            case FILE -> "_files";
            case DIRECTORY -> "_files -/";
            case COMMAND -> "_command_names -e";
            case TEXT -> "";
        };
    }

    private static String quoted(String text) {
        return "'" + text.replace("'", "'\\''") + "'";
    }

    private void line(String text) {
        script.append(text).append('\n');
    }
}
