package taproot.cli.options;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import taproot.daemon.repositories.Repositories;

/** What {@code --repository} means: any path inside a repository, a directory above some, or a repository's id. */
final class RepositoryOption {
    private static final Pattern ID = Pattern.compile("[0-9a-f]{16}");

    private RepositoryOption() {}

    /** As a query wants it. */
    static String wanted(Path path) {
        return isId(path) ? path.toString() : real(path);
    }

    /** As git names it: absolute, links resolved; a directory that is gone still has records. */
    static String real(Path path) {
        try {
            return path.toRealPath().toString();
        } catch (IOException e) {
            return path.toAbsolutePath().normalize().toString();
        }
    }

    /** The repository that the path lies in; null where it is in none, or is none. */
    static @Nullable String around(Path path) {
        return isId(path) ? null : Repositories.around(wanted(path));
    }

    private static boolean isId(Path path) {
        return ID.matcher(path.toString()).matches() && !Files.exists(path);
    }
}
