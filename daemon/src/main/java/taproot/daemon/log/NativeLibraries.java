package taproot.daemon.log;

import com.github.luben.zstd.util.ZstdVersion;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteJDBCLoader;
import org.sqlite.util.LibraryLoaderUtil;

/**
 * Where the native halves of SQLite and zstd come from. Left alone, both are unpacked into the temporary directory at
 * every start, which costs time, leaves files behind after a kill, and fails where it is mounted noexec; here each is
 * unpacked once, into the private state directory. A path given on the command line of the JVM wins, and where ours
 * cannot be loaded, the libraries' own way is left to them.
 */
final class NativeLibraries {
    private static final Logger LOG = LoggerFactory.getLogger(NativeLibraries.class);

    private NativeLibraries() {}

    static synchronized void sqlite(Path stateDirectory) {
        if (System.getProperty("org.sqlite.lib.path") != null || System.getProperty("org.sqlite.tmpdir") != null) {
            return;
        }
        String library = LibraryLoaderUtil.getNativeLibName();
        String name = SQLiteJDBCLoader.getVersion() + "-" + library;
        Path directory = directory(stateDirectory);
        String resource = LibraryLoaderUtil.getNativeLibResourcePath() + "/" + library;
        if (loads(directory, name, SQLiteJDBCLoader.class, resource)) {
            System.setProperty("org.sqlite.lib.path", directory.toString());
            System.setProperty("org.sqlite.lib.name", name);
        }
    }

    static synchronized void zstd(Path stateDirectory) {
        if (System.getProperty("ZstdNativePath") != null || System.getProperty("ZstdTempFolder") != null) {
            return;
        }
        String name = "libzstd-jni-" + ZstdVersion.VERSION + ".so";
        Path directory = directory(stateDirectory);
        if (loads(directory, name, ZstdVersion.class, "/linux/" + System.getProperty("os.arch") + "/" + name)) {
            System.setProperty("ZstdNativePath", directory.resolve(name).toString());
        }
    }

    private static Path directory(Path stateDirectory) {
        return stateDirectory.toAbsolutePath().resolve("native");
    }

    private static boolean loads(Path directory, String name, Class<?> owner, String resource) {
        Path file = directory.resolve(name);
        try {
            unpack(directory, file, owner, resource);
            System.load(file.toString());
            return true;
        } catch (IOException | UnsatisfiedLinkError e) {
            LOG.warn("{} cannot be loaded, the temporary directory is used instead: {}", file, e.toString());
            return false;
        }
    }

    /** Complete or not there at all: it is renamed into place, and a reader may do the same at the same time. */
    private static void unpack(Path directory, Path file, Class<?> owner, String resource) throws IOException {
        if (Files.exists(file)) {
            return;
        }
        Files.createDirectories(directory);
        Path partial = Files.createTempFile(directory, "unpacking", ".so");
        try (InputStream in = owner.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IOException("no library " + resource + " for this system on the class path");
            }
            Files.copy(in, partial, StandardCopyOption.REPLACE_EXISTING);
            Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(partial);
        }
    }
}
