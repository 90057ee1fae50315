package taproot.normalizer;

import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The configuration's own patterns, over the texts of one record or one trace. Costs at most a million looks at
 * characters, and a hundred more for each character there is and each pattern.
 *
 * <p>That has to be counted, because {@code java.util.regex} goes back and tries again: {@code (a+)+b} needs more steps
 * for forty letters than there is time. A text at which a pattern comes to no end, or to the end of the stack, is
 * redacted as a whole, since nobody can say then where in it a secret stands. One thread at a time.
 */
final class OwnPatterns {
    private static final long FREE_LOOKS = 1_000_000;
    private static final long LOOKS_PER_CHARACTER = 100;

    private final List<Pattern> patterns;
    private final Consumer<Pattern> gaveUp;
    private long looksLeft = FREE_LOOKS;

    OwnPatterns(List<Pattern> patterns, Consumer<Pattern> gaveUp) {
        this.patterns = patterns;
        this.gaveUp = gaveUp;
    }

    boolean isEmpty() {
        return patterns.isEmpty();
    }

    String redact(String text) {
        String redacted = text;
        for (Pattern pattern : patterns) {
            looksLeft += LOOKS_PER_CHARACTER * redacted.length();
            try {
                redacted = without(pattern, redacted);
            } catch (NoEndException | StackOverflowError e) {
                gaveUp.accept(pattern);
                return Secrets.REDACTED;
            }
        }
        return redacted;
    }

    private String without(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(new Counted(text));
        Cuts cuts = new Cuts(text);
        while (matcher.find()) {
            cuts.add(matcher.start(), matcher.end());
        }
        return cuts.apply();
    }

    /** Each step of a search that depends on the text looks at a character of it: that is where it can be stopped. */
    private final class Counted implements CharSequence {
        private final String text;

        Counted(String text) {
            this.text = text;
        }

        @Override
        public char charAt(int index) {
            if (--looksLeft < 0) {
                looksLeft = 0;
                throw new NoEndException();
            }
            return text.charAt(index);
        }

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return text.substring(start, end);
        }

        @Override
        public String toString() {
            return text;
        }
    }

    private static final class NoEndException extends RuntimeException {
        private static final long serialVersionUID = 1;

        NoEndException() {
            super("no end within the looks there are", null, false, false);
        }
    }
}
