package taproot.normalizer;

/** Bounds for texts that strangers wrote. */
final class Text {
    private Text() {}

    /** The text, or its beginning with an ellipsis where it is longer than {@code max} characters. */
    static String bounded(String text, int max) {
        if (text.length() <= max) {
            return text;
        }
        int end = Character.isHighSurrogate(text.charAt(max - 2)) ? max - 2 : max - 1;
        return text.substring(0, end) + "…";
    }
}
