package taproot.normalizer;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Takes one line apart into its {@link JsonLeaf}s, with their places in the line. Forgiving where Jackson is not: bytes
 * that are not UTF-8, a line that is cut off anywhere, objects glued together.
 */
final class JsonLeaves {
    private static final int MAX_DEPTH = 64;

    private final byte[] in;
    private final int to;
    private int at;
    private int arrays;
    private List<JsonLeaf> leaves = new ArrayList<>();

    JsonLeaves(byte[] in, int from, int to) {
        this.in = in;
        this.at = from;
        this.to = to;
    }

    /** The leaves of each of the line's objects, or null when it is not JSON as far as it goes. */
    @Nullable
    List<List<JsonLeaf>> read() {
        List<List<JsonLeaf>> objects = new ArrayList<>(1);
        while (more()) {
            if (!value(0, "", "", -1)) {
                return null;
            }
            objects.add(leaves);
            leaves = new ArrayList<>();
        }
        return objects;
    }

    private boolean value(int depth, String member, String top, int array) {
        if (depth > MAX_DEPTH) {
            return false;
        }
        return switch (in[at]) {
            case '{' -> object(depth + 1, top);
            case '[' -> array(depth + 1, member, top);
            case '"' -> string(false, depth, member, top, array);
            default -> scalar(depth, member, top, array);
        };
    }

    private boolean object(int depth, String top) {
        at++;
        while (more() && in[at] != '}') {
            if (in[at] != '"') {
                return false;
            }
            string(true, depth, "", top, -1);
            String name = leaves.getLast().text();
            if (!more()) {
                return true;
            }
            if (in[at++] != ':' || name == null) {
                return false;
            }
            if (more() && !value(depth, name, depth == 1 ? name : top, -1)) {
                return false;
            }
            if (more() && !separated('}')) {
                return false;
            }
        }
        at++;
        return true;
    }

    private boolean array(int depth, String member, String top) {
        at++;
        int number = arrays++;
        while (more() && in[at] != ']') {
            if (!value(depth, member, top, number) || more() && !separated(']')) {
                return false;
            }
        }
        at++;
        return true;
    }

    /** Steps over a comma; anything else must be the end. */
    private boolean separated(char end) {
        if (in[at] == ',') {
            at++;
            return true;
        }
        return in[at] == end;
    }

    private boolean string(boolean isName, int depth, String member, String top, int array) {
        int from = at++;
        boolean escapes = false;
        while (at < to && in[at] != '"') {
            escapes |= in[at] == '\\';
            at += in[at] == '\\' ? 2 : 1;
        }
        int end = Math.min(at, to);
        at = Math.min(at + 1, to);
        String text = new String(in, from + 1, end - from - 1, StandardCharsets.UTF_8);
        leaves.add(new JsonLeaf(from, at, escapes ? unescaped(text) : text, isName, depth == 1, member, top, array));
        return true;
    }

    private boolean scalar(int depth, String member, String top, int array) {
        int from = at;
        while (at < to && isScalar(in[at])) {
            at++;
        }
        leaves.add(new JsonLeaf(from, at, null, false, depth == 1, member, top, array));
        return at > from;
    }

    private static boolean isScalar(byte b) {
        return b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b == '-' || b == '+' || b == '.' || b == 'E';
    }

    private boolean more() {
        while (at < to && (in[at] == ' ' || in[at] == '\t' || in[at] == '\r')) {
            at++;
        }
        return at < to;
    }

    private static String unescaped(String json) {
        StringBuilder text = new StringBuilder(json.length());
        int i = 0;
        while (i < json.length()) {
            char c = json.charAt(i++);
            if (c != '\\' || i == json.length()) {
                text.append(c);
                continue;
            }
            char escape = json.charAt(i++);
            switch (escape) {
                case 'n' -> text.append('\n');
                case 't' -> text.append('\t');
                case 'r' -> text.append('\r');
                case 'b' -> text.append('\b');
                case 'f' -> text.append('\f');
                case 'u' -> {
                    int code = codeUnit(json, i);
                    text.append(code < 0 ? 'u' : (char) code);
                    i += code < 0 ? 0 : 4;
                }
                default -> text.append(escape);
            }
        }
        return text.toString();
    }

    private static int codeUnit(String json, int from) {
        if (from + 4 > json.length()) {
            return -1;
        }
        int code = 0;
        for (int i = from; i < from + 4; i++) {
            int digit = Character.digit(json.charAt(i), 16);
            if (digit < 0) {
                return -1;
            }
            code = code << 4 | digit;
        }
        return code;
    }
}
