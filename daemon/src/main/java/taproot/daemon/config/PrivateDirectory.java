package taproot.daemon.config;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** A directory that belongs to us and that nobody else can look into: made so, or refused. */
final class PrivateDirectory {
    private static final Set<PosixFilePermission> OURS_ALONE = PosixFilePermissions.fromString("rwx------");

    private PrivateDirectory() {}

    /** @param option the option with which another directory can be chosen */
    static void prepare(Path directory, String option) throws PlacesException {
        try {
            Path parent = directory.getParent();
            if (parent != null) {
                Files.createDirectories(parent);
            }
            create(directory);
            check(directory, option);
        } catch (IOException e) {
            throw new PlacesException(
                    "expected to make or find the directory " + directory + ", got " + e + "; choose another with "
                            + option,
                    e);
        }
    }

    static int ourUid() throws PlacesException {
        try {
            return uid(Path.of("/proc/self"));
        } catch (IOException e) {
            throw new PlacesException("expected to find our user id as the owner of /proc/self, got " + e, e);
        }
    }

    private static void create(Path directory) throws IOException {
        try {
            Files.createDirectory(directory, PosixFilePermissions.asFileAttribute(OURS_ALONE));
        } catch (FileAlreadyExistsException e) {
            // The usual case from the second start on; whose it is and what it is comes next.
            return;
        }
    }

    private static void check(Path directory, String option) throws IOException, PlacesException {
        PosixFileAttributes found =
                Files.readAttributes(directory, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        String advice = "; choose another with " + option;
        if (found.isSymbolicLink()) {
            throw new PlacesException("expected a directory at " + directory + ", got a symbolic link to "
                    + Files.readSymbolicLink(directory) + "; remove it, or name its target with " + option);
        }
        if (!found.isDirectory()) {
            throw new PlacesException("expected a directory at " + directory + ", got another kind of file" + advice);
        }
        int owner = uid(directory, LinkOption.NOFOLLOW_LINKS);
        if (owner != ourUid()) {
            throw new PlacesException("expected " + directory + " to be ours (uid " + ourUid() + "), got one of "
                    + found.owner().getName() + " (uid " + owner + ", mode "
                    + PosixFilePermissions.toString(found.permissions()) + ")" + advice);
        }
        if (!OURS_ALONE.containsAll(found.permissions())) {
            throw new PlacesException("expected " + directory + " to be private (rwx------), got mode "
                    + PosixFilePermissions.toString(found.permissions()) + " of "
                    + found.owner().getName() + " (uid "
                    + owner + "); run chmod 700 " + directory + ", or choose another with " + option);
        }
    }

    private static int uid(Path path, LinkOption... options) throws IOException {
        return (Integer) Files.getAttribute(path, "unix:uid", options);
    }
}
