package taproot.daemon.repositories;

import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import taproot.normalizer.CommandRecord;

/**
 * Repositories of which nothing is recorded ({@code ingest.ignore}): patterns of paths, each of which covers all that is
 * below. {@code *} and {@code ?} stay within one name, {@code **} does not; {@code ~/} is the home directory.
 */
final class IgnoredPaths implements Predicate<CommandRecord> {
    private final @Nullable Pattern pattern;

    private IgnoredPaths(@Nullable Pattern pattern) {
        this.pattern = pattern;
    }

    static IgnoredPaths of(List<String> globs) {
        String home = System.getenv("HOME");
        return of(globs, home == null ? System.getProperty("user.home") : home);
    }

    private static IgnoredPaths of(List<String> globs, String home) {
        if (globs.isEmpty()) {
            return new IgnoredPaths(null);
        }
        return new IgnoredPaths(Pattern.compile(globs.stream()
                .map(glob -> glob.startsWith("~/") ? home + glob.substring(1) : glob)
                .map(IgnoredPaths::regex)
                .collect(Collectors.joining("|", "(?:", ")(?:/.*)?"))));
    }

    private static String regex(String glob) {
        String path = glob.length() > 1 && glob.endsWith("/") ? glob.substring(0, glob.length() - 1) : glob;
        StringBuilder regex = new StringBuilder();
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            if (path.startsWith("**/", i)) {
                regex.append("(?:.*/)?");
                i += 2;
            } else if (path.startsWith("**", i)) {
                regex.append(".*");
                i++;
            } else if (c == '*') {
                regex.append("[^/]*");
            } else if (c == '?') {
                regex.append("[^/]");
            } else {
                regex.append(Pattern.quote(String.valueOf(c)));
            }
        }
        return regex.toString();
    }

    @Override
    public boolean test(CommandRecord record) {
        return covers(record.repository());
    }

    boolean covers(CommandRecord.@Nullable Repository repository) {
        return pattern != null
                && repository != null
                && (covers(repository.worktree()) || covers(repository.gitDir()) || covers(repository.commonDir()));
    }

    private boolean covers(@Nullable String path) {
        return pattern != null && path != null && pattern.matcher(path).matches();
    }
}
