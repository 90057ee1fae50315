package taproot.daemon.config;

import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A configuration that cannot be used, with everything that is wrong with it; its message has one line for each. */
public final class ConfigException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient List<Problem> problems;

    /**
     * One thing that is wrong.
     *
     * @param source the file, or {@code --set}
     * @param line in the file, from 1; 0 where there is none
     * @param key empty where no key is at fault
     * @param nearest the known key that is most like an unknown one
     */
    public record Problem(
            String source,
            int line,
            String key,
            String expected,
            String got,
            @Nullable String nearest) {
        @Override
        public String toString() {
            StringBuilder text = new StringBuilder(source);
            if (line > 0) {
                text.append(':').append(line);
            }
            if (!key.isEmpty()) {
                text.append(": ").append(key);
            }
            text.append(": expected ").append(expected).append(", got ").append(got);
            if (nearest != null) {
                text.append("; did you mean ").append(nearest).append('?');
            }
            return text.toString();
        }
    }

    public ConfigException(List<Problem> problems) {
        super(problems.stream().map(Problem::toString).collect(Collectors.joining("\n")));
        this.problems = List.copyOf(problems);
    }

    public List<Problem> problems() {
        return problems;
    }
}
