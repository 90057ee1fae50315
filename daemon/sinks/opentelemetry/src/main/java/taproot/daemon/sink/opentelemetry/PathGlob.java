package taproot.daemon.sink.opentelemetry;

import java.nio.file.FileSystems;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import taproot.normalizer.CommandRecord;

/**
 * A pattern for the path of a repository, as in a shell: {@code *} within a name, {@code **} across names.
 *
 * @param text as it was given
 */
record PathGlob(String text, PathMatcher matcher) {
    /** @throws IllegalArgumentException when it is no such pattern; says why */
    static PathGlob of(String text) {
        if (!text.startsWith("/")) {
            throw new IllegalArgumentException("a path pattern begins with /, got \"" + text + "\"");
        }
        return new PathGlob(text, FileSystems.getDefault().getPathMatcher("glob:" + text));
    }

    /** Whether one of the repository's directories is meant. */
    boolean matches(CommandRecord.@Nullable Repository repository) {
        return repository != null
                && Stream.of(repository.worktree(), repository.gitDir(), repository.commonDir())
                        .filter(Objects::nonNull)
                        .anyMatch(this::matches);
    }

    private boolean matches(String path) {
        try {
            return matcher.matches(Path.of(path));
        } catch (InvalidPathException e) {
            return false; // A name that this system cannot have is none that somebody could have meant.
        }
    }

    @Override
    public String toString() {
        return text;
    }
}
