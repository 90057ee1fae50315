package taproot.normalizer;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * A string or another scalar of a JSON line, and where it stands.
 *
 * @param from its first byte, quotes included
 * @param to behind its last byte
 * @param text what a string says, escapes resolved; null for numbers, true, false and null
 * @param isName it is the name of a member, not a value
 * @param isTop it stands in the outermost object itself
 * @param member the name of the nearest member it belongs to, empty where there is none
 * @param top the name of the outermost member it belongs to
 * @param array the number of the array it is an element of, −1 for none
 */
record JsonLeaf(
        int from, int to, @Nullable String text, boolean isName, boolean isTop, String member, String top, int array) {

    /** A text as a JSON string. */
    static byte[] quoted(String text) {
        StringBuilder json = new StringBuilder(text.length() + 8).append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                json.append('\\').append(c);
            } else if (c < ' ' || Character.isSurrogate(c)) {
                json.append("\\u").append(HexFormat.of().toHexDigits(c));
            } else {
                json.append(c);
            }
        }
        return json.append('"').toString().getBytes(StandardCharsets.UTF_8);
    }
}
