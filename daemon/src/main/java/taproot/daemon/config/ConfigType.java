package taproot.daemon.config;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Collectors;

/**
 * How a value is read: from TOML, where a number is a number and a text a text, or from the bare text of {@code --set}.
 *
 * @param expected what a good value looks like, for messages
 * @param toml how a value looks in TOML
 */
public record ConfigType<T>(String expected, Toml toml, Reader<T> reader) {
    /** The shapes a TOML value takes here. */
    public enum Toml {
        STRING,
        INTEGER,
        BOOLEAN,
        STRINGS
    }

    /** Reads the texts a value consists of: one, unless its shape is {@link Toml#STRINGS}. */
    public interface Reader<T> {
        T read(List<String> texts) throws BadValue;
    }

    /** Reads one text. */
    public interface Parser<T> {
        T parse(String text) throws BadValue;
    }

    /** A value that is none; the message says what came, where that is more than the text itself. */
    public static final class BadValue extends Exception {
        private static final long serialVersionUID = 1L;

        public BadValue(String got) {
            super(got);
        }
    }

    private static final Map<String, Long> MICROS = Map.of(
            "us", 1L, "ms", 1_000L, "s", 1_000_000L, "m", 60_000_000L, "h", 3_600_000_000L, "d", 86_400_000_000L);
    private static final Map<String, Long> BYTES =
            Map.of("", 1L, "B", 1L, "KiB", 1L << 10, "MiB", 1L << 20, "GiB", 1L << 30, "TiB", 1L << 40);
    private static final Duration LONGEST = Duration.ofDays(100_000);

    /** A whole number with us, ms, s, m, h or d behind it, at most {@link #LONGEST}. */
    public static ConfigType<Duration> duration(Duration least) {
        String range = least.isZero() ? "" : " of at least \"" + shortest(least) + "\"";
        return new ConfigType<>(
                "a duration" + range + ", such as \"250ms\", \"5s\" or \"30d\" (us, ms, s, m, h, d)",
                Toml.STRING,
                texts -> {
                    long micros = inUnits(texts, MICROS, 0, LONGEST.toMillis() * 1_000);
                    Duration duration = Duration.ofNanos(0).plus(micros, java.time.temporal.ChronoUnit.MICROS);
                    if (duration.compareTo(least) < 0) {
                        throw new BadValue(texts.getFirst());
                    }
                    return duration;
                });
    }

    /** As one would write it in the file: the largest unit of which it is a whole number. */
    private static String shortest(Duration duration) {
        long micros = duration.toNanos() / 1_000;
        for (String unit : List.of("d", "h", "m", "s", "ms")) {
            long one = MICROS.getOrDefault(unit, 1L);
            if (micros % one == 0) {
                return micros / one + unit;
            }
        }
        return micros + "us";
    }

    /** A whole number of bytes, or with KiB, MiB, GiB or TiB behind it. */
    public static ConfigType<Long> size(long least, long most) {
        return new ConfigType<>(
                "a size from " + sizeText(least) + " to " + sizeText(most)
                        + ", such as \"64MiB\" (B, KiB, MiB, GiB, TiB)",
                Toml.STRING,
                texts -> inUnits(texts, BYTES, least, most));
    }

    public static ConfigType<Long> integer(long least, long most) {
        return new ConfigType<>(
                "a whole number from " + least + " to " + most,
                Toml.INTEGER,
                texts -> inUnits(texts, Map.of("", 1L), least, most));
    }

    public static <E extends Enum<E>> ConfigType<E> oneOf(Class<E> type) {
        E[] constants = type.getEnumConstants();
        String expected =
                Arrays.stream(constants).map(c -> "\"" + word(c) + "\"").collect(Collectors.joining(" or "));
        return new ConfigType<>(expected, Toml.STRING, texts -> {
            for (E constant : constants) {
                if (word(constant).equals(texts.getFirst())) {
                    return constant;
                }
            }
            throw new BadValue(texts.getFirst());
        });
    }

    /** A text that says something: {@code expected} tells what, {@code parser} throws what it is instead. */
    public static <T> ConfigType<T> text(String expected, Parser<T> parser) {
        return new ConfigType<>(expected, Toml.STRING, texts -> parser.parse(texts.getFirst()));
    }

    /** An array of such texts; for {@code --set} one of them, and none when it is empty. */
    public static <T> ConfigType<List<T>> texts(String expected, Parser<T> parser) {
        return new ConfigType<>(expected, Toml.STRINGS, texts -> {
            List<T> values = new ArrayList<>();
            for (String text : texts) {
                values.add(parser.parse(text));
            }
            return List.copyOf(values);
        });
    }

    public static ConfigType<Boolean> bool() {
        return new ConfigType<>("true or false", Toml.BOOLEAN, texts -> switch (texts.getFirst()) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new BadValue(texts.getFirst());
        });
    }

    /** Where a secret is; none when the text is empty. */
    public static ConfigType<Secret> secret() {
        return text("\"env:VARIABLE\" or \"file:/absolute/path\", where the secret is to be found", Secret::at);
    }

    /** In TOML an array; for {@code --set} the text is one pattern, and none when it is empty. */
    static ConfigType<List<Pattern>> patterns() {
        return new ConfigType<>("an array of regular expressions, such as ['proj-\\d+']", Toml.STRINGS, texts -> {
            List<Pattern> patterns = new ArrayList<>();
            for (String text : texts) {
                try {
                    patterns.add(Pattern.compile(text));
                } catch (PatternSyntaxException e) {
                    throw new BadValue(text + " (" + e.getDescription() + " near index " + e.getIndex() + ")");
                }
            }
            return List.copyOf(patterns);
        });
    }

    /** In TOML an array; for {@code --set} the text is one path, and none when it is empty. */
    static ConfigType<List<String>> paths() {
        return new ConfigType<>(
                "an array of absolute paths, such as ['~/private', '/srv/*/scratch', '/**/node_modules']",
                Toml.STRINGS,
                texts -> {
                    for (String text : texts) {
                        if (!text.startsWith("/") && !text.startsWith("~/")) {
                            throw new BadValue(text);
                        }
                    }
                    return List.copyOf(texts);
                });
    }

    T fromText(String text) throws BadValue {
        return reader.read(toml == Toml.STRINGS && text.isEmpty() ? List.of() : List.of(text));
    }

    /** @param value a String, a Long, a List of them, or whatever else TOML has */
    T fromToml(Object value) throws BadValue {
        return switch (value) {
            case String text when toml == Toml.STRING -> reader.read(List.of(text));
            case Long number when toml == Toml.INTEGER -> reader.read(List.of(number.toString()));
            case Boolean flag when toml == Toml.BOOLEAN -> reader.read(List.of(flag.toString()));
            case List<?> list when toml == Toml.STRINGS -> reader.read(strings(list));
            case String text -> throw new BadValue("the string \"" + text + "\"");
            case List<?> list -> throw new BadValue("the array " + list);
            default -> throw new BadValue(value.toString());
        };
    }

    /** How a value of TOML is written. */
    static String toml(Object value) {
        return switch (value) {
            case String text -> "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
            case List<?> list -> list.stream().map(ConfigType::toml).collect(Collectors.joining(", ", "[", "]"));
            default -> value.toString();
        };
    }

    /** How the bare text of {@code --set} would be written in TOML. */
    String tomlOfText(String text) {
        return switch (toml) {
            case STRING -> toml((Object) text);
            case INTEGER, BOOLEAN -> text;
            case STRINGS -> toml(text.isEmpty() ? List.of() : List.of(text));
        };
    }

    private static List<String> strings(List<?> list) throws BadValue {
        List<String> strings = new ArrayList<>();
        for (Object element : list) {
            if (!(element instanceof String text)) {
                throw new BadValue("an array with " + element + " in it");
            }
            strings.add(text);
        }
        return strings;
    }

    private static long inUnits(List<String> texts, Map<String, Long> units, long least, long most) throws BadValue {
        String text = texts.getFirst();
        int digits = 0;
        while (digits < text.length() && text.charAt(digits) >= '0' && text.charAt(digits) <= '9') {
            digits++;
        }
        Long unit = units.get(text.substring(digits));
        if (unit == null || digits == 0 || digits > 18) {
            throw new BadValue(text);
        }
        long number = Long.parseLong(text.substring(0, digits));
        if (number > most / unit || number * unit < least) {
            throw new BadValue(text);
        }
        return number * unit;
    }

    private static String sizeText(long bytes) {
        for (String unit : List.of("TiB", "GiB", "MiB", "KiB")) {
            long size = BYTES.getOrDefault(unit, 1L);
            if (bytes >= size && bytes % size == 0) {
                return bytes / size + unit;
            }
        }
        return Long.toString(bytes);
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
