package taproot.cli.terminal;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * Where text goes: a terminal of some width, or anything else.
 *
 * @param width columns of a terminal; 0 where lines are as long as they are
 * @param colour whether escape sequences are welcome
 */
public record Screen(int width, boolean colour) {
    /** Not a terminal. */
    public static final Screen PLAIN = new Screen(0, false);

    private static final int DEFAULT_WIDTH = 80;
    private static final int NARROWEST = 40;

    /** The screen behind a descriptor of this process. Costs a look at a link where it is no terminal. */
    public static Screen of(int descriptor, Map<String, String> environment) {
        if (!isTerminal(descriptor)) {
            return PLAIN;
        }
        boolean colour = environment.getOrDefault("NO_COLOR", "").isEmpty() && !"dumb".equals(environment.get("TERM"));
        return new Screen(Math.max(NARROWEST, width(environment)), colour);
    }

    private static boolean isTerminal(int descriptor) {
        try {
            String target = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor))
                    .toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty") || target.equals("/dev/console");
        } catch (IOException e) {
            return false; // No /proc or no such descriptor: plain text is right for both.
        }
    }

    /** Asks stty, as a shell would: Java has no word for it. */
    private static int width(Map<String, String> environment) {
        String columns = environment.getOrDefault("COLUMNS", "");
        if (columns.matches("[1-9]\\d{0,3}")) {
            return Integer.parseInt(columns);
        }
        try {
            Process stty = new ProcessBuilder("stty", "size")
                    .redirectInput(Path.of("/dev/tty").toFile())
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            try (InputStream size = stty.getInputStream()) {
                String[] rowsAndColumns = new String(size.readAllBytes(), StandardCharsets.US_ASCII)
                        .strip()
                        .split(" ", 2);
                return rowsAndColumns.length == 2 && rowsAndColumns[1].matches("[1-9]\\d{0,3}")
                        ? Integer.parseInt(rowsAndColumns[1])
                        : DEFAULT_WIDTH;
            }
        } catch (IOException e) {
            return DEFAULT_WIDTH; // No stty or no terminal of our own.
        }
    }

    /** The text cut to the screen's width. Counts a character as one column. */
    public String cut(String text) {
        if (width == 0 || text.codePointCount(0, text.length()) <= width) {
            return text;
        }
        return text.substring(0, text.offsetByCodePoints(0, width - 1)) + "…";
    }

    public String dim(String text) {
        return paint("2", text);
    }

    public String bold(String text) {
        return paint("1", text);
    }

    public String red(String text) {
        return paint("31", text);
    }

    private String paint(String code, String text) {
        return colour && !text.isEmpty() ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
    }
}
