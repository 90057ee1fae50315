package taproot.cli.manual;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * One command as pages and completions need it.
 *
 * @param name without {@code taproot} before it; empty for the program itself
 */
record Page(
        String name,
        String synopsis,
        List<String> description,
        List<Choice> choices,
        List<Operand> operands,
        List<String> footer,
        List<Page> commands) {

    /** What stands behind a name or in a place. */
    record Value(String label, List<String> words, Kind kind) {}

    /** What somebody could want to choose from. */
    enum Kind {
        FILE,
        DIRECTORY,
        COMMAND,
        TEXT
    }

    /**
     * An option.
     *
     * @param value null for one without
     * @param attached the value, if there is one, stands behind {@code =}
     */
    record Choice(List<String> names, @Nullable Value value, boolean attached, boolean repeated, String description) {}

    /** An argument without a name. */
    record Operand(Value value, boolean repeated, String description) {}

    static Page of(CommandSpec command) {
        boolean top = command.parent() == null;
        List<Page> below = command.subcommands().values().stream()
                .map(line -> of(line.getCommandSpec()))
                .toList();
        return new Page(
                top ? "" : command.name(),
                command.commandLine().getHelp().synopsis(0).strip(),
                texts(command.usageMessage().description()),
                command.options().stream()
                        .filter(option -> !option.hidden())
                        .map(Page::choice)
                        .toList(),
                command.positionalParameters().stream()
                        .filter(place -> !place.hidden())
                        .map(Page::operand)
                        .toList(),
                texts(command.usageMessage().footer()),
                below);
    }

    /** The first sentence, without its full stop. */
    String summary() {
        String text = String.join(" ", description);
        int end = text.indexOf(". ");
        String first = end < 0 ? text : text.substring(0, end);
        return first.endsWith(".") ? first.substring(0, first.length() - 1) : first;
    }

    private static Choice choice(OptionSpec option) {
        Value value = option.arity().max() == 0
                ? null
                : new Value(option.paramLabel(), words(option.completionCandidates()), kind(option.paramLabel()));
        return new Choice(
                List.of(option.names()),
                value,
                value != null && option.arity().min() == 0,
                option.isMultiValue(),
                description(option));
    }

    private static String description(OptionSpec option) {
        String text = String.join(" ", option.description());
        return text.replace("${DEFAULT-VALUE}", String.valueOf(option.defaultValue()));
    }

    private static Operand operand(PositionalParamSpec place) {
        return new Operand(
                new Value(place.paramLabel(), words(place.completionCandidates()), kind(place.paramLabel())),
                place.isMultiValue(),
                String.join(" ", place.description()));
    }

    private static List<String> words(@Nullable Iterable<String> candidates) {
        List<String> words = new ArrayList<>();
        if (candidates != null) {
            candidates.forEach(words::add);
        }
        return words;
    }

    private static Kind kind(String label) {
        return switch (label) {
            case "DIR" -> Kind.DIRECTORY;
            case "FILE", "PATH" -> Kind.FILE;
            case "CMD" -> Kind.COMMAND;
            default -> Kind.TEXT;
        };
    }

    private static List<String> texts(String[] lines) {
        return Arrays.stream(lines)
                .flatMap(line -> Arrays.stream(line.split("%n|\n", -1)))
                .collect(Collectors.toList());
    }
}
