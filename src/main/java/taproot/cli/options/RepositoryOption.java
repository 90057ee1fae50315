package taproot.cli.options;

import java.nio.file.Files;
import java.nio.file.Path;
import taproot.daemon.log.CommandQuery;
import taproot.daemon.repositories.Located;

/** What {@code --repository} means: any path inside a repository, a directory above some, or a repository's id. */
final class RepositoryOption {
    private RepositoryOption() {}

    /** As a query wants it. */
    static Located wanted(Path path) {
        boolean id = CommandQuery.isId(path.toString()) && !Files.exists(path);
        return id ? new Located(path.toString(), null) : of(path);
    }

    /** A directory that is gone still has records, under its own name. */
    static Located of(Path path) {
        Path absolute = path.toAbsolutePath();
        return Located.of((Files.exists(absolute) ? absolute : absolute.normalize()).toString());
    }
}
