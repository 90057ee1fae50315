package taproot.daemon.repositories;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A path that somebody asks for, and the repository it lies in.
 *
 * @param path without symbolic links where it exists, else as it was written: a directory that is gone still has records
 * @param repository by the name under which its commands are filed, its work tree or the git directory of a bare one; null
 *     where there is none
 */
public record Located(String path, @Nullable String repository) {
    private static final Logger LOG = LoggerFactory.getLogger(Located.class);

    /** Looks at the file system for as long as that takes. */
    public static Located of(String path) {
        Located written = asWritten(path);
        try {
            RawPath real = FileCalls.realPath(RawPath.ofText(written.path));
            if (real == null) {
                return written;
            }
            GitPlace place = GitPlace.around(real);
            return new Located(
                    real.text(), place == null ? null : place.filedUnder().text());
        } catch (IOException e) {
            LOG.debug("{} cannot be looked at: {}", path, e.toString());
            return written;
        }
    }

    /** Without a look at anything. */
    static Located asWritten(String path) {
        return new Located(RawPath.ofText(path).text(), null);
    }
}
