package taproot.cli.gitconfig;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import taproot.cli.gitconfig.Git.Ran;
import taproot.cli.terminal.CommandFailedException;
import taproot.cli.terminal.Session;

/**
 * Where git's configuration, all files together, sends events: the last value counts, and the user's files come after the
 * system's.
 *
 * @param value null where nothing is set
 * @param origin the file that says so, as {@code git config --show-origin} names it
 */
public record EffectiveTarget(
        @Nullable String value, @Nullable String origin) {
    /** The variable that wins over the configuration. */
    public static final String VARIABLE = "GIT_TRACE2_EVENT";

    public static EffectiveTarget of(Git git) throws CommandFailedException {
        return of(git, EventTarget.KEY);
    }

    /** The same for another key of {@code [trace2]}. */
    public static EffectiveTarget of(Git git, String key) throws CommandFailedException {
        Ran ran = git.run(List.of("config", "-z", "--show-origin", "--get-all", key));
        String[] parts = ran.out().split("\0", -1); // origin, value, origin, value, nothing
        if (ran.status() != 0 || parts.length < 3) {
            return new EffectiveTarget(null, null);
        }
        String origin = parts[parts.length - 3];
        return new EffectiveTarget(parts[parts.length - 2], origin.startsWith("file:") ? origin.substring(5) : origin);
    }

    /** Says so where something else than {@code target} is what a git of this user would heed. */
    void warnUnless(String target, Session session) {
        String overriding = overriding(session.environment());
        if (overriding != null && !overriding.equals(target)) {
            session.say(
                    VARIABLE + "=" + overriding + " is set here and wins over the configuration: unset " + VARIABLE);
        }
        if (value != null && !value.equals(target)) {
            session.say("but " + origin + " says " + value + ", which wins");
        }
    }

    /** What the environment says instead, null if nothing: git ignores an empty variable. */
    public static @Nullable String overriding(Map<String, String> environment) {
        String value = environment.get(VARIABLE);
        return value == null || value.isEmpty() ? null : value;
    }
}
