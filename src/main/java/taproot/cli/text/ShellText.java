package taproot.cli.text;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Words as a shell would have to be given them. What comes out is one line without control characters, whatever went in:
 * an argument cannot move the cursor of the terminal it is shown on.
 */
public final class ShellText {
    private static final Pattern PLAIN = Pattern.compile("[\\w@%+=:,./^~{}-]+", Pattern.UNICODE_CHARACTER_CLASS);

    private ShellText() {}

    public static String of(List<String> words) {
        return words.stream().map(ShellText::of).collect(Collectors.joining(" "));
    }

    /** The same with the program's own name instead of its path; a line for the shell stays as it was written. */
    public static String brief(List<String> argv) {
        if (argv.isEmpty()) {
            return "(unknown)";
        }
        String program = argv.getFirst();
        String name =
                program.indexOf(' ') >= 0 ? oneLine(program) : of(program.substring(program.lastIndexOf('/') + 1));
        return argv.size() == 1 ? name : name + " " + of(argv.subList(1, argv.size()));
    }

    public static String of(String word) {
        if (PLAIN.matcher(word).matches() && !word.startsWith("~")) {
            return word;
        }
        return word.codePoints().anyMatch(ShellText::isUnprintable)
                ? "$'" + word.codePoints().mapToObj(ShellText::escaped).collect(Collectors.joining()) + "'"
                : "'" + word.replace("'", "'\\''") + "'";
    }

    /** Text that is not for a shell, in one line and without control characters. */
    public static String oneLine(String text) {
        return text.codePoints()
                .mapToObj(c -> isUnprintable(c) ? escaped(c) : Character.toString(c))
                .collect(Collectors.joining());
    }

    private static boolean isUnprintable(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE -> true;
            default -> false;
        };
    }

    private static String escaped(int c) {
        return switch (c) {
            case '\n' -> "\\n";
            case '\t' -> "\\t";
            case '\r' -> "\\r";
            case '\'' -> "\\'";
            case '\\' -> "\\\\";
            default -> {
                if (!isUnprintable(c)) {
                    yield Character.toString(c);
                }
                yield c < 0x80
                        ? String.format(Locale.ROOT, "\\x%02x", c)
                        : String.format(Locale.ROOT, c < 0x10000 ? "\\u%04x" : "\\U%08x", c);
            }
        };
    }
}
