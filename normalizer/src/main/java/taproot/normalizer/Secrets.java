package taproot.normalizer;

/**
 * Which names are secret, and which text can hold a secret at all. The scan reads each byte once, allocates nothing and
 * settles nearly every line of nearly every trace.
 */
final class Secrets {
    static final String REDACTED = "<redacted>";

    /** Letters (upper case) at which the scan stops to look closer; each secret sign has one of them, none is frequent in traces. */
    private static final boolean[] STOPS = stops("@\\XKWVC");

    private static final String[] WORDS = {"TOKEN", "SECRET", "PASSWORD"};

    private Secrets() {}

    /**
     * Whether the JSON bytes can hold a secret: an {@code @} (no URL has a user-info part without one), a secret name, or
     * an escape behind which either may hide.
     */
    static boolean suspicious(byte[] json, int from, int to) {
        for (int i = from; i < to; i++) {
            if (STOPS[json[i] & 0xFF] && sign(json, i, from, to)) {
                return true;
            }
        }
        return false;
    }

    static boolean suspicious(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < 128 && STOPS[c] && sign(text, i)) {
                return true;
            }
        }
        return false;
    }

    /** {@code *TOKEN*}, {@code *SECRET*}, {@code *PASSWORD*}, {@code *_KEY}, {@code http.*extraHeader}, in any case. */
    static boolean isSecretName(String name) {
        return firstWord(name) <= name.length() || isSecretFrame(name, name.length());
    }

    /** Where the first of the words ends that make a name secret; beyond the end where there is none. */
    static int firstWord(String name) {
        int first = Integer.MAX_VALUE;
        for (String word : WORDS) {
            first = Math.min(first, firstEnd(name, word));
        }
        return first;
    }

    /** Whether that much of the text is a name that is secret by how it begins or ends; looks at both alone. */
    static boolean isSecretFrame(String text, int nameEnd) {
        return endsWith(text, nameEnd, "_KEY")
                || endsWith(text, nameEnd, ".extraHeader") && startsWith(text, nameEnd, "http.")
                // What GIT_CONFIG_KEY_n names stands in another variable, on another line: all of them are secret.
                || startsWith(text, nameEnd, "GIT_CONFIG_VALUE_");
    }

    private static boolean sign(byte[] json, int i, int from, int to) {
        return switch (json[i]) {
            case '@' -> true;
            case '\\' -> hides(json, i, to);
            case 'x', 'X' -> matches(json, i, from, to, "XTRAHEADER", 0);
            case 'k', 'K' -> matches(json, i, from, to, "TOKEN", 2) || matches(json, i, from, to, "_KEY", 1);
            case 'w', 'W' -> matches(json, i, from, to, "PASSWORD", 4);
            case 'v', 'V' -> matches(json, i, from, to, "CONFIG_VALUE", 7);
            default -> matches(json, i, from, to, "SECRET", 2);
        };
    }

    private static boolean sign(String text, int i) {
        return switch (text.charAt(i)) {
            case '@' -> true;
            case '\\' -> false;
            case 'x', 'X' -> matches(text, i, "XTRAHEADER", 0);
            case 'k', 'K' -> matches(text, i, "TOKEN", 2) || matches(text, i, "_KEY", 1);
            case 'w', 'W' -> matches(text, i, "PASSWORD", 4);
            case 'v', 'V' -> matches(text, i, "CONFIG_VALUE", 7);
            default -> matches(text, i, "SECRET", 2);
        };
    }

    /** An escape that can spell a letter or a slash; git writes those for control characters alone. */
    private static boolean hides(byte[] json, int i, int to) {
        return i + 1 < to && (json[i + 1] == 'u' || json[i + 1] == '/');
    }

    private static boolean matches(byte[] json, int at, int from, int to, String sign, int offset) {
        int start = at - offset;
        if (start < from || start + sign.length() > to) {
            return false;
        }
        for (int j = 0; j < sign.length(); j++) {
            if (upper(json[start + j]) != sign.charAt(j)) {
                return false;
            }
        }
        return true;
    }

    private static boolean matches(String text, int at, String sign, int offset) {
        return at >= offset && text.regionMatches(true, at - offset, sign, 0, sign.length());
    }

    private static int firstEnd(String name, String word) {
        for (int i = 0; i + word.length() <= name.length(); i++) {
            if (name.regionMatches(true, i, word, 0, word.length())) {
                return i + word.length();
            }
        }
        return Integer.MAX_VALUE;
    }

    private static boolean startsWith(String text, int end, String prefix) {
        return prefix.length() <= end && text.regionMatches(true, 0, prefix, 0, prefix.length());
    }

    private static boolean endsWith(String text, int end, String suffix) {
        return text.regionMatches(true, end - suffix.length(), suffix, 0, suffix.length());
    }

    private static int upper(byte b) {
        return b >= 'a' && b <= 'z' ? b - 32 : b;
    }

    private static boolean[] stops(String signs) {
        boolean[] stops = new boolean[256];
        for (char c : signs.toCharArray()) {
            stops[c] = true;
            stops[Character.toLowerCase(c)] = true;
        }
        return stops;
    }
}
