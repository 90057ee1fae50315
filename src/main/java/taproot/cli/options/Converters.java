package taproot.cli.options;

import java.time.Duration;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Stack;
import picocli.CommandLine.IParameterPreprocessor;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;
import taproot.cli.text.Durations;
import taproot.normalizer.Outcome;

/** How option values are read. Each says what it expected. */
public final class Converters {
    private Converters() {}

    /**
     * The answer to what makes no sense, for a command to throw. Here and in no command: the JVM checks at each start, also
     * of the daemon, that what any of them throws can be thrown, and looks for the library for it through all jars.
     */
    public static final class Mistake {
        private Mistake() {}

        public static RuntimeException of(CommandSpec spec, String problem) {
            return new ParameterException(spec.commandLine(), problem);
        }

        public static RuntimeException inOption(CommandSpec spec, String option, String problem) {
            return of(spec, "invalid value for option '" + option + "': " + problem);
        }
    }

    /** {@code 250ms}, {@code 30s}, {@code 2h}. */
    public static final class ToDuration implements ITypeConverter<Duration> {
        @Override
        public Duration convert(String text) {
            try {
                return Durations.parse(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(String.valueOf(e.getMessage()));
            }
        }
    }

    /** One of the constants of an enum, by its name in small letters. */
    public abstract static class ToWord<E extends Enum<E>> implements ITypeConverter<E> {
        private final Class<E> type;

        protected ToWord(Class<E> type) {
            this.type = type;
        }

        @Override
        public E convert(String text) {
            for (E constant : type.getEnumConstants()) {
                if (word(constant).equals(text.toLowerCase(Locale.ROOT))) {
                    return constant;
                }
            }
            throw new TypeConversionException(
                    "expected one of " + String.join(", ", words(type)) + ", got '" + text + "'");
        }
    }

    /** Those names, for completion. */
    public abstract static class Words implements Iterable<String> {
        private final Class<? extends Enum<?>> type;

        protected Words(Class<? extends Enum<?>> type) {
            this.type = type;
        }

        @Override
        public Iterator<String> iterator() {
            return words(type).iterator();
        }
    }

    private static List<String> words(Class<? extends Enum<?>> type) {
        return Arrays.stream(type.getEnumConstants()).map(Converters::word).toList();
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    /** An outcome by its name in JSON. */
    public static final class ToOutcome extends ToWord<Outcome> {
        public ToOutcome() {
            super(Outcome.class);
        }
    }

    /** The outcomes, for completion. */
    public static final class Outcomes extends Words {
        public Outcomes() {
            super(Outcome.class);
        }
    }

    /** {@code true} or {@code false}, and nothing that merely resembles one. */
    public static final class ToBoolean implements ITypeConverter<Boolean> {
        @Override
        public Boolean convert(String text) {
            return switch (text) {
                case "true" -> true;
                case "false" -> false;
                default -> throw new TypeConversionException("expected true or false, got '" + text + "'");
            };
        }
    }

    /** For an option whose value, if it has one, stands behind {@code =}: the word that follows is never taken for it. */
    public static final class OnlyAttached implements IParameterPreprocessor {
        @Override
        @SuppressWarnings("JdkObsolete") // picocli hands over a Stack.
        public boolean preprocess(Stack<String> words, CommandSpec command, ArgSpec option, Map<String, Object> info) {
            if (" ".equals(info.get("separator"))) {
                words.push(((picocli.CommandLine.Model.OptionSpec) option).fallbackValue());
            }
            return false;
        }
    }
}
