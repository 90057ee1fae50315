package taproot.daemon.ingest;

import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The right to listen in a runtime directory: whoever binds a Unix socket unlinks what stands at its path, so that
 * without it a second daemon would silently steal a live socket. Held until closed, or until the process dies.
 */
public final class RuntimeLock implements AutoCloseable {
    /**
     * A file lock belongs to the whole process, and closing any channel on the file releases it; so no file is ever
     * opened a second time here.
     */
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private static final FileAttribute<Set<PosixFilePermission>> OURS_ALONE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private final Path lockFile;
    private final Path pidFile;
    private final FileChannel channel;

    private RuntimeLock(Path lockFile, Path pidFile, FileChannel channel) {
        this.lockFile = lockFile;
        this.pidFile = pidFile;
        this.channel = channel;
    }

    /** Somebody else listens there. */
    public static final class HeldException extends IOException {
        private static final long serialVersionUID = 1;

        HeldException(String message) {
            super(message);
        }
    }

    /**
     * Takes the directory, which exists and is private.
     *
     * @param socket what must not answer; null where the listening socket is ours already, and would
     * @throws HeldException when another daemon serves it; the message names its pid
     */
    public static RuntimeLock acquire(Path runtimeDirectory, @Nullable Path socket) throws IOException {
        Path directory = runtimeDirectory.toRealPath();
        Path lockFile = directory.resolve("taproot.lock");
        Path pidFile = directory.resolve("taproot.pid");
        if (!HELD.add(lockFile)) {
            throw held(directory, pidFile);
        }
        boolean acquired = false;
        FileChannel channel = null;
        try {
            channel =
                    FileChannel.open(lockFile, Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE), OURS_ALONE);
            FileLock lock = channel.tryLock();
            if (lock == null) {
                throw held(directory, pidFile);
            }
            if (socket != null && answers(socket)) {
                throw new HeldException("something listens on " + socket
                        + " already, without the lock that taproot holds: stop it, or choose another --runtime-dir");
            }
            writePid(pidFile);
            acquired = true;
            return new RuntimeLock(lockFile, pidFile, channel);
        } finally {
            if (!acquired) {
                release(lockFile, channel);
            }
        }
    }

    private static void writePid(Path pidFile) throws IOException {
        Files.deleteIfExists(pidFile);
        Files.createFile(pidFile, OURS_ALONE);
        Files.writeString(pidFile, ProcessHandle.current().pid() + "\n");
    }

    private static HeldException held(Path directory, Path pidFile) {
        String pid;
        try {
            pid = Files.readString(pidFile).strip();
        } catch (IOException e) {
            pid = "unknown";
        }
        return new HeldException("a taproot daemon (pid " + pid + ") serves " + directory
                + " already: stop it, or choose another --runtime-dir");
    }

    /**
     * Whether somebody listens there; a socket that nobody listens on refuses at once. Does not wait to be let in: the
     * backlog of somebody who is stuck is full, and a connect that blocks would block for good.
     */
    private static boolean answers(Path socket) {
        if (!Files.exists(socket)) {
            return false;
        }
        try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            probe.configureBlocking(false);
            var unused = probe.connect(UnixDomainSocketAddress.of(socket));
            return true;
        } catch (ConnectException e) {
            return false;
        } catch (IOException e) {
            // EAGAIN, where the backlog is full; or another kind of socket. Somebody uses it, if it is still there.
            return Files.exists(socket);
        }
    }

    @Override
    public void close() throws IOException {
        try {
            Files.deleteIfExists(pidFile);
        } finally {
            release(lockFile, channel);
        }
    }

    private static void release(Path lockFile, @Nullable FileChannel channel) throws IOException {
        try {
            if (channel != null) {
                channel.close();
            }
        } finally {
            HELD.remove(lockFile);
        }
    }
}
