package taproot.daemon.log;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Set;

/** The directory that holds the database: ours alone, its files readable by nobody else. */
final class StateDirectory {
    private static final String DATABASE = "log.db";
    private static final Set<PosixFilePermission> PRIVATE_FILE = PosixFilePermissions.fromString("rw-------");

    private final Path path;

    /**
     * The database file that was there at the opening; asking whether it still is costs one stat.
     *
     * @param key its device and inode, which nobody else gets while it is open
     * @param unfinished bytes of write-ahead log that were beside it: whoever had it before did not close it in order
     */
    record OpenFile(Path path, Object key, long unfinished) {
        void checkInPlace() throws IOException {
            if (!Files.exists(path) || !key(path).equals(key)) {
                throw new IOException(
                        path + " was removed or replaced while it was open: a log at that path is begun or"
                                + " gone on with");
            }
        }

        /** The same as an answer. */
        boolean isInPlace() {
            try {
                checkInPlace();
                return true;
            } catch (IOException e) {
                return false;
            }
        }

        private static Object key(Path path) throws IOException {
            return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
        }
    }

    private StateDirectory(Path path) {
        this.path = path;
    }

    /** The directory, made if it is missing; refused if it is not ours or others may write into it. */
    static StateDirectory create(Path path) throws LogException {
        try {
            Path parent = path.toAbsolutePath().getParent();
            if (parent != null) {
                Files.createDirectories(parent);
            }
            if (!Files.isDirectory(path)) {
                Files.createDirectory(
                        path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            }
            return checked(path);
        } catch (IOException e) {
            throw new LogException(
                    LogException.Kind.UNUSABLE, "the state directory " + path + " cannot be made: " + e, e);
        }
    }

    /** The directory as somebody who only reads finds it. */
    static StateDirectory existing(Path path) throws LogException {
        try {
            StateDirectory directory = checked(path);
            if (!Files.exists(directory.database())) {
                throw nothingHere(path);
            }
            return directory;
        } catch (NoSuchFileException e) {
            throw nothingHere(path);
        } catch (IOException e) {
            throw new LogException(
                    LogException.Kind.UNUSABLE, "the state directory " + path + " cannot be read: " + e, e);
        }
    }

    static LogException nothingHere(Path path) {
        return new LogException(
                LogException.Kind.NO_LOG,
                "there is no log in " + path + " yet: it is made when a daemon runs with this state directory"
                        + " (taproot run)");
    }

    private static StateDirectory checked(Path path) throws IOException, LogException {
        Object owner = Files.getAttribute(path, "unix:uid");
        Object self = Files.getAttribute(Path.of("/proc/self"), "unix:uid");
        if (!owner.equals(self)) {
            throw new LogException(
                    LogException.Kind.FOREIGN_OWNER,
                    "the state directory " + path + " belongs to uid " + owner + ", expected " + self
                            + ": choose another with --state-dir");
        }
        Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(path);
        if (permissions.contains(PosixFilePermission.GROUP_WRITE)
                || permissions.contains(PosixFilePermission.OTHERS_WRITE)) {
            throw new LogException(
                    LogException.Kind.NOT_PRIVATE,
                    "others may write into the state directory " + path + " ("
                            + PosixFilePermissions.toString(permissions) + "): chmod go-w it, or choose another with"
                            + " --state-dir");
        }
        return new StateDirectory(path);
    }

    Path path() {
        return path;
    }

    Path database() {
        return path.resolve(DATABASE);
    }

    /** Makes the directory again if somebody has removed it; no less strict than the first time. */
    void ensure() throws LogException {
        var unused = create(path);
    }

    /** Makes the database file before SQLite would with the umask's permissions; its side files take them over. */
    OpenFile secureDatabase() throws IOException {
        Path database = database();
        try {
            Files.createFile(database, PosixFilePermissions.asFileAttribute(PRIVATE_FILE));
        } catch (FileAlreadyExistsException e) {
            if (!Files.getPosixFilePermissions(database).equals(PRIVATE_FILE)) {
                Files.setPosixFilePermissions(database, PRIVATE_FILE);
            }
        }
        Path writeAhead = path.resolve(DATABASE + "-wal");
        long unfinished = Files.exists(writeAhead) && !isInUse() ? Files.size(writeAhead) : 0;
        return new OpenFile(database(), OpenFile.key(database()), unfinished);
    }

    /** The database file that is there, for who only reads it. */
    OpenFile databaseFile() throws IOException {
        return new OpenFile(database(), OpenFile.key(database()), 0);
    }

    /**
     * Whether some process has it open. SQLite holds a lock on the file beside the write-ahead log for as long; asking for
     * the lock would mean to let go of what this process itself has there, so the kernel's list is read.
     */
    private boolean isInUse() throws IOException {
        Path shared = path.resolve(DATABASE + "-shm");
        if (!Files.exists(shared)) {
            return false;
        }
        String inode = ":" + Files.getAttribute(shared, "unix:ino") + " ";
        return Files.readAllLines(Path.of("/proc/locks")).stream().anyMatch(line -> line.contains(inode));
    }

    /** Renames the database and its side files, so that a new one can be made and the old one be looked at. */
    Path setAside(Instant now) throws IOException {
        String name = DATABASE + ".corrupt-"
                + DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'")
                        .withZone(ZoneOffset.UTC)
                        .format(now);
        int n = 1;
        while (Files.exists(path.resolve(n == 1 ? name : name + "-" + n))) {
            n++;
        }
        Path aside = path.resolve(n == 1 ? name : name + "-" + n);
        for (String side : new String[] {"-wal", "-shm", ""}) {
            Path from = path.resolve(DATABASE + side);
            if (Files.exists(from)) {
                Files.move(from, path.resolve(aside.getFileName() + side));
            }
        }
        return aside;
    }
}
