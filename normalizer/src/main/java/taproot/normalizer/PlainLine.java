package taproot.normalizer;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The fields of a line that is written as git writes nearly all of them: ASCII without escapes, nothing between the
 * tokens, decimal numbers, no objects in it. Whatever else comes is no error but left to Jackson, who alone judges
 * what is one. A fifth of what Jackson costs. Confined to the {@link EventDecoder} that owns it.
 */
final class PlainLine implements Fields.Source {
    /** The line has to be read by Jackson; thrown for control flow alone. */
    private static final MalformedEventException NOT_PLAIN = new MalformedEventException("not plain");

    private static final int KNOWN_TEXTS = 512;

    /** What is longer is hardly ever said twice. */
    private static final int LONGEST_KNOWN = 32;

    private static final int MAX_DIGITS = 18;
    private static final int MAX_SECONDS_DIGITS = 9;
    private static final int MICROS_DIGITS = 6;
    private static final int TIME_LENGTH = "YYYY-MM-DDTHH:MM:SS.ffffffZ".length();
    private static final int DAY_LENGTH = "YYYY-MM-DD".length();

    /**
     * Texts seen before, the latest in its slot. Field names, commands, arguments are the same few again and again: none is
     * made twice, and a hundred thousand roots that say the same keep it once.
     */
    private final @Nullable String[] known = new @Nullable String[KNOWN_TEXTS];

    private byte[] in = {};
    private int at;
    private int to;

    /** The day of the latest time, as it is written and in microseconds since the epoch. */
    private String latestDay = "";

    private long latestDayMicros;

    /** Begins behind the value of a field of the line's object: at a comma or the end. */
    PlainLine of(byte[] line, int rest, int end) {
        in = line;
        at = rest;
        to = end;
        return this;
    }

    @Override
    public @Nullable String nextName() throws MalformedEventException {
        if (at == to - 1 && in[at] == '}') {
            return null;
        }
        expect(',');
        int from = stringFrom();
        int end = stringEnd(from);
        expect(':');
        return text(from, end);
    }

    private boolean is(String name, int from, int end) {
        if (name.length() != end - from) {
            return false;
        }
        for (int i = 0; i < name.length(); i++) {
            if (name.charAt(i) != in[from + i]) {
                return false;
            }
        }
        return true;
    }

    @Override
    public String text() throws MalformedEventException {
        int from = stringFrom();
        return text(from, stringEnd(from));
    }

    private String text(int from, int end) {
        int length = end - from;
        if (length == 0 || length > LONGEST_KNOWN) {
            return new String(in, from, length, StandardCharsets.ISO_8859_1);
        }
        int hash = length * 37 + in[from] * 31 + in[from + length / 2] * 7 + in[end - 1];
        int slot = hash & (KNOWN_TEXTS - 1);
        String text = known[slot];
        if (text == null || !is(text, from, end)) {
            text = new String(in, from, length, StandardCharsets.ISO_8859_1);
            known[slot] = text;
        }
        return text;
    }

    @Override
    public String scalar() throws MalformedEventException {
        return text();
    }

    @Override
    public List<String> texts() throws MalformedEventException {
        expect('[');
        List<String> texts = new ArrayList<>(8);
        if (peek() == ']') {
            at++;
            return texts;
        }
        while (true) {
            texts.add(text());
            if (peek() == ']') {
                at++;
                return texts;
            }
            expect(',');
        }
    }

    @Override
    public long integer() throws MalformedEventException {
        int sign = 1;
        if (peek() == '-') {
            at++;
            sign = -1;
        }
        long number = digits(MAX_DIGITS);
        int next = peek();
        if (next != ',' && next != '}') {
            throw NOT_PLAIN;
        }
        return sign * number;
    }

    @Override
    public long micros() throws MalformedEventException {
        long seconds = digits(MAX_SECONDS_DIGITS);
        expect('.');
        int from = at;
        long fraction = 0;
        while (isDigit(peek())) {
            fraction = fraction * 10 + (in[at++] - '0');
        }
        int decimals = at - from;
        if (decimals == 0 || decimals > MICROS_DIGITS || peek() != ',' && peek() != '}') {
            throw NOT_PLAIN;
        }
        for (int i = decimals; i < MICROS_DIGITS; i++) {
            fraction *= 10;
        }
        return seconds * 1_000_000 + fraction;
    }

    /** A whole number without a sign: JSON has no zero before other digits. */
    private long digits(int most) throws MalformedEventException {
        int from = at;
        long number = 0;
        while (isDigit(peek())) {
            number = number * 10 + (in[at++] - '0');
            if (at - from > most) {
                throw NOT_PLAIN;
            }
        }
        if (at == from || in[from] == '0' && at - from > 1) {
            throw NOT_PLAIN;
        }
        return number;
    }

    @Override
    public long time() throws MalformedEventException {
        int from = stringFrom();
        int end = stringEnd(from);
        if (end - from != TIME_LENGTH || !is(latestDay, from, from + DAY_LENGTH)) {
            String time = text(from, end);
            long micros = Timestamps.parse(time);
            if (time.length() == TIME_LENGTH) {
                latestDay = time.substring(0, DAY_LENGTH);
                latestDayMicros = Timestamps.parse(latestDay + "T00:00:00Z");
            }
            return micros;
        }
        int hours = below(24, from + 11);
        int minutes = below(60, from + 14);
        int seconds = below(60, from + 17);
        if (in[from + 10] != 'T'
                || in[from + 13] != ':'
                || in[from + 16] != ':'
                || in[from + 19] != '.'
                || in[end - 1] != 'Z') {
            throw NOT_PLAIN;
        }
        long micros = below(100, from + 20) * 10_000L + below(100, from + 22) * 100L + below(100, from + 24);
        return latestDayMicros + (hours * 3_600L + minutes * 60L + seconds) * 1_000_000L + micros;
    }

    /** The two digits at that place. */
    private int below(int bound, int place) throws MalformedEventException {
        int tens = in[place] - '0';
        int ones = in[place + 1] - '0';
        int number = tens * 10 + ones;
        if (tens < 0 || tens > 9 || ones < 0 || ones > 9 || number >= bound) {
            throw NOT_PLAIN;
        }
        return number;
    }

    @Override
    public void skip() throws MalformedEventException {
        switch (peek()) {
            case '"' -> stringEnd(stringFrom());
            case 't' -> word("true");
            case 'f' -> word("false");
            case 'n' -> word("null");
            default -> {
                int from = at;
                integerOrMicros();
                if (at == from) {
                    throw NOT_PLAIN;
                }
            }
        }
    }

    private void integerOrMicros() throws MalformedEventException {
        int from = at;
        while (isDigit(peek())) {
            at++;
        }
        boolean fraction = peek() == '.';
        at = from;
        if (fraction) {
            micros();
        } else {
            integer();
        }
    }

    private void word(String word) throws MalformedEventException {
        int end = at + word.length();
        if (end >= to || !is(word, at, end)) {
            throw NOT_PLAIN;
        }
        at = end;
    }

    // Bytes.

    private int stringFrom() throws MalformedEventException {
        expect('"');
        return at;
    }

    /** Where the string that begins at {@code from} ends; steps over its last quote. */
    private int stringEnd(int from) throws MalformedEventException {
        byte[] bytes = in;
        for (int i = from; i < to; i++) {
            byte b = bytes[i];
            if (b == '"') {
                at = i + 1;
                return i;
            }
            if (b == '\\' || b < ' ') { // Control characters, and bytes beyond ASCII, which are negative.
                throw NOT_PLAIN;
            }
        }
        throw NOT_PLAIN;
    }

    private void expect(char c) throws MalformedEventException {
        if (peek() != c) {
            throw NOT_PLAIN;
        }
        at++;
    }

    private int peek() throws MalformedEventException {
        if (at >= to) {
            throw NOT_PLAIN;
        }
        return in[at];
    }

    private static boolean isDigit(int c) {
        return c >= '0' && c <= '9';
    }
}
