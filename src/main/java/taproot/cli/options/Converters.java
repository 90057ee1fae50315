package taproot.cli.options;

import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Stack;
import java.util.stream.Collectors;
import picocli.CommandLine.IParameterPreprocessor;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.TypeConversionException;
import taproot.cli.text.Durations;
import taproot.normalizer.Outcome;

/** How option values are read. Each says what it expected. */
public final class Converters {
    private Converters() {}

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

    /** An outcome by its name in JSON. */
    public static final class ToOutcome implements ITypeConverter<Outcome> {
        @Override
        public Outcome convert(String text) {
            for (Outcome outcome : Outcome.values()) {
                if (outcome.wire().equals(text.toLowerCase(Locale.ROOT))) {
                    return outcome;
                }
            }
            throw new TypeConversionException("expected one of "
                    + Arrays.stream(Outcome.values()).map(Outcome::wire).collect(Collectors.joining(", ")) + ", got '"
                    + text + "'");
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
