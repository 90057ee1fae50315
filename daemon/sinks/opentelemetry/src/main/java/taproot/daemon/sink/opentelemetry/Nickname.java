package taproot.daemon.sink.opentelemetry;

import java.util.List;
import org.jspecify.annotations.Nullable;
import taproot.daemon.config.ConfigType;
import taproot.normalizer.CommandRecord;

/** What a repository is called in the back-end, so that its path need not be: {@code NAME=PATTERN}. */
record Nickname(String name, PathGlob path) {
    static final String EXPECTED = "an array of NAME=PATTERN, such as [\"monorepo=/home/*/src/monorepo\"]";

    static Nickname parse(String text) throws ConfigType.BadValue {
        int equals = text.indexOf('=');
        if (equals < 1) {
            throw new ConfigType.BadValue(text);
        }
        try {
            return new Nickname(text.substring(0, equals), PathGlob.of(text.substring(equals + 1)));
        } catch (IllegalArgumentException e) {
            throw new ConfigType.BadValue(text + " (" + e.getMessage() + ")");
        }
    }

    /** The first that fits. */
    static @Nullable String of(List<Nickname> nicknames, CommandRecord.@Nullable Repository repository) {
        for (Nickname nickname : nicknames) {
            if (nickname.path.matches(repository)) {
                return nickname.name;
            }
        }
        return null;
    }
}
