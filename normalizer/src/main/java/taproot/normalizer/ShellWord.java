package taproot.normalizer;

/** Where words of a POSIX shell end; a quote that is never closed ends with the text. */
final class ShellWord {
    private ShellWord() {}

    /** The end of the word that {@code from} stands in, outside any quotes: the next blank that is not quoted. */
    static int end(String text, int from) {
        int i = from;
        while (i < text.length()) {
            char c = text.charAt(i);
            if (isBlank(c)) {
                return i;
            }
            i = switch (c) {
                case '\\' -> i + 2;
                case '\'', '"', '`' -> quoteEnd(text, i + 1, c) + 1;
                case '(' -> parenthesisEnd(text, i + 1);
                default -> i + 1;
            };
        }
        return text.length();
    }

    /** The place of the quote that closes the one before {@code from}, or the end of the text. */
    static int quoteEnd(String text, int from, char quote) {
        int i = from;
        while (i < text.length() && text.charAt(i) != quote) {
            i += text.charAt(i) == '\\' && quote != '\'' ? 2 : 1;
        }
        return Math.min(i, text.length());
    }

    static boolean isBlank(char c) {
        return c == ' ' || c >= '\t' && c <= '\r';
    }

    private static int parenthesisEnd(String text, int from) {
        int depth = 1;
        int i = from;
        while (i < text.length() && depth > 0) {
            char c = text.charAt(i++);
            depth += c == '(' ? 1 : c == ')' ? -1 : 0;
        }
        return i;
    }
}
