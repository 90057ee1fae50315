package taproot.daemon.api;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import taproot.daemon.log.CommandQuery;
import taproot.normalizer.Outcome;

/** The decoded parameters behind the question mark, read as what they should be. A bad one is refused by its name. */
record Parameters(Map<String, List<String>> values) {
    /** What {@link #filter} reads. */
    static final Set<String> FILTER = Set.of(
            "repository", "command", "outcome", "failed", "read_only", "session", "since", "until", "min_duration");

    private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(us|ms|s|m|h|d)");
    private static final String A_DURATION = "a whole number and us, ms, s, m, h or d, like 30s";
    private static final String A_TIME = "a time as in RFC 3339, like 2026-11-20T14:30:00Z";

    /** The names of a filter and some more. */
    static Set<String> filterAnd(String... more) {
        Set<String> names = new TreeSet<>(FILTER);
        names.addAll(List.of(more));
        return names;
    }

    /**
     * Refuses parameters that the endpoint does not know: a mistyped one would silently do nothing.
     *
     * @throws ProblemException if there is one
     */
    void allow(Set<String> known) throws ProblemException {
        for (String name : values.keySet()) {
            if (!known.contains(name)) {
                String expected = known.isEmpty() ? "none" : "one of " + String.join(", ", new TreeSet<>(known));
                throw ProblemException.unknownParameter(name, expected);
            }
        }
    }

    /**
     * The parameter's value, null where it is not given.
     *
     * @throws ProblemException if it is given more than once
     */
    @Nullable
    String text(String name) throws ProblemException {
        List<String> given = values.getOrDefault(name, List.of());
        if (given.size() > 1) {
            throw ProblemException.badParameter(name, given.size() + " of them", "it once");
        }
        return given.isEmpty() ? null : given.getFirst();
    }

    @Nullable
    Duration duration(String name) throws ProblemException {
        String text = text(name);
        if (text == null) {
            return null;
        }
        Matcher matcher = DURATION.matcher(text);
        if (!matcher.matches()) {
            throw ProblemException.badParameter(name, text, A_DURATION);
        }
        long n = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
            case "us" -> Duration.ofNanos(n * 1_000);
            case "ms" -> Duration.ofMillis(n);
            case "s" -> Duration.ofSeconds(n);
            case "m" -> Duration.ofMinutes(n);
            case "h" -> Duration.ofHours(n);
            default -> Duration.ofDays(n);
        };
    }

    @Nullable
    Instant time(String name) throws ProblemException {
        String text = text(name);
        try {
            return text == null ? null : OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeException e) {
            throw ProblemException.badParameter(name, text, A_TIME);
        }
    }

    /** A whole number from 0 to {@code most}; {@code preset} where none is given. */
    long number(String name, long preset, long most) throws ProblemException {
        String text = text(name);
        if (text == null) {
            return preset;
        }
        try {
            long number = Long.parseLong(text);
            if (number >= 0 && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // It is refused below, like one that is out of range.
        }
        String range = most == Long.MAX_VALUE ? "of at least 0" : "from 0 to " + most;
        throw ProblemException.badParameter(name, text, "a whole number " + range);
    }

    /** Null where it is not given. */
    @Nullable
    Boolean flag(String name) throws ProblemException {
        String text = text(name);
        if (text == null) {
            return null;
        }
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw ProblemException.badParameter(name, text, "true or false");
        };
    }

    /** Whether it is given and true. */
    boolean isSet(String name) throws ProblemException {
        return Boolean.TRUE.equals(flag(name));
    }

    /** The conditions that every endpoint about commands takes. */
    CommandQuery.Builder filter() throws ProblemException {
        Duration least = duration("min_duration");
        return CommandQuery.where()
                .repository(path("repository"))
                .command(text("command"))
                .outcome(outcome("outcome"))
                .failed(flag("failed"))
                .readOnly(flag("read_only"))
                .session(text("session"))
                .since(time("since"))
                .until(time("until"))
                .minDurationUs(least == null ? null : least.toNanos() / 1_000);
    }

    private @Nullable String path(String name) throws ProblemException {
        String text = text(name);
        boolean path = text != null && text.startsWith("/") && text.indexOf(0) < 0;
        if (text != null && !path && !CommandQuery.isId(text)) {
            throw ProblemException.badParameter(name, text, "an absolute path, or a repository's id (16 hex digits)");
        }
        return text;
    }

    private @Nullable Outcome outcome(String name) throws ProblemException {
        String text = text(name);
        if (text == null) {
            return null;
        }
        for (Outcome outcome : Outcome.values()) {
            if (outcome.wire().equals(text)) {
                return outcome;
            }
        }
        throw ProblemException.badParameter(
                name,
                text,
                "one of " + Arrays.stream(Outcome.values()).map(Outcome::wire).collect(Collectors.joining(", ")));
    }
}
