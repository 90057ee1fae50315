package taproot.daemon.sink.opentelemetry;

import java.util.Locale;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import taproot.daemon.config.ConfigType;
import taproot.normalizer.CommandRecord;

/**
 * A detail for the commands it fits, in words separated by blanks: {@code detail=…}, and any of {@code repository=PATTERN},
 * {@code nickname=NAME}, {@code command=NAME} and {@code mode=NAME}. A rule with none of these fits all.
 */
record Rule(
        String text,
        Detail detail,
        @Nullable PathGlob repository,
        @Nullable String nickname,
        @Nullable String command,
        @Nullable String mode) {
    static final String EXPECTED = "an array of rules, such as [\"command=status detail=drop\"], each with detail=drop|"
            + "summary|process|verbose and any of repository=PATTERN, nickname=NAME, command=NAME, mode=NAME";

    private static final Pattern BLANKS = Pattern.compile("\\s+");

    static Rule parse(String text) throws ConfigType.BadValue {
        Detail detail = null;
        PathGlob repository = null;
        String nickname = null;
        String command = null;
        String mode = null;
        for (String word : BLANKS.split(text.strip())) {
            int equals = word.indexOf('=');
            String value = word.substring(equals + 1);
            switch (equals < 0 ? "" : word.substring(0, equals)) {
                case "detail" -> detail = detail(text, value);
                case "repository" -> repository = glob(text, value);
                case "nickname" -> nickname = value;
                case "command" -> command = value;
                case "mode" -> mode = value;
                default -> throw new ConfigType.BadValue("\"" + word + "\" in \"" + text + "\"");
            }
        }
        if (detail == null) {
            throw new ConfigType.BadValue("\"" + text + "\", which has no detail=");
        }
        return new Rule(text, detail, repository, nickname, command, mode);
    }

    private static Detail detail(String text, String word) throws ConfigType.BadValue {
        for (Detail detail : Detail.values()) {
            if (detail.word().equals(word.toLowerCase(Locale.ROOT))) {
                return detail;
            }
        }
        throw new ConfigType.BadValue("detail=" + word + " in \"" + text + "\"");
    }

    private static PathGlob glob(String text, String pattern) throws ConfigType.BadValue {
        try {
            return PathGlob.of(pattern);
        } catch (IllegalArgumentException e) {
            throw new ConfigType.BadValue("\"" + text + "\" (" + e.getMessage() + ")");
        }
    }

    /** Why the rule does not fit; null when it does. */
    @Nullable
    String objection(CommandRecord record, @Nullable String itsNickname) {
        if (repository != null && !repository.matches(record.repository())) {
            return "its repository is " + path(record.repository());
        }
        if (nickname != null && !nickname.equals(itsNickname)) {
            return "its repository has " + (itsNickname == null ? "no nickname" : "the nickname " + itsNickname);
        }
        if (command != null && !command.equals(record.command())) {
            return "its command is " + Objects.requireNonNullElse(record.command(), "not known");
        }
        if (mode != null && !mode.equals(record.mode())) {
            return record.mode() == null ? "it has no mode" : "its mode is " + record.mode();
        }
        return null;
    }

    private static String path(CommandRecord.@Nullable Repository repository) {
        if (repository == null) {
            return "not known";
        }
        return Objects.requireNonNullElse(
                repository.worktree() == null ? repository.gitDir() : repository.worktree(), "not known");
    }
}
