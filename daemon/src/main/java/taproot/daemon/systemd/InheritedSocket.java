package taproot.daemon.systemd;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A listening socket that systemd opened before it started us (sd_listen_fds(3)); it stays open, with who waits in its
 * backlog, when we end.
 *
 * @param descriptor ours from now on: not blocking, not inherited by children
 */
public record InheritedSocket(int descriptor, Path path) {
    private static final Logger LOG = LoggerFactory.getLogger(InheritedSocket.class);

    /** {@code SD_LISTEN_FDS_START}: behind stdin, stdout and stderr. */
    private static final int FIRST = 3;

    private static final int MOST = 4096;

    /**
     * The socket of that name ({@code FileDescriptorName=} in its unit), null where none was meant for us. Descriptors
     * of other names are left alone, and a warning says so: nobody accepts on them.
     *
     * @param expected where it has to listen, because that is where everybody else looks for it
     * @throws IOException when what was handed over cannot be used; says what was expected
     */
    static @Nullable InheritedSocket of(Map<String, String> environment, long ownPid, String name, Path expected)
            throws IOException {
        String count = environment.get("LISTEN_FDS");
        if (count == null || !Long.toString(ownPid).equals(environment.get("LISTEN_PID"))) {
            return null; // Without the pid it was meant for somebody above us, who let his environment through.
        }
        int descriptors = descriptors(count);
        String names = environment.getOrDefault("LISTEN_FDNAMES", "");
        String[] named = names.split(":", -1);
        int found = -1;
        for (int i = 0; i < Math.min(descriptors, named.length) && found < 0; i++) {
            found = named[i].equals(name) ? FIRST + i : -1;
        }
        if (descriptors > (found < 0 ? 0 : 1)) {
            LOG.warn(
                    "{} descriptors were handed over, expected one socket with FileDescriptorName={}: nobody accepts"
                            + " on the others. Their names: {}",
                    count,
                    name,
                    names);
        }
        return found < 0 ? null : checked(found, name, expected);
    }

    private static int descriptors(String count) throws IOException {
        try {
            int descriptors = Integer.parseInt(count);
            if (descriptors >= 0 && descriptors <= MOST) {
                return descriptors;
            }
        } catch (NumberFormatException e) {
            // Falls through: there is one message for all that is not such a number.
        }
        throw new IOException("expected LISTEN_FDS to be a number from 0 to " + MOST + ", got " + count);
    }

    private static InheritedSocket checked(int descriptor, String name, Path expected) throws IOException {
        Path path;
        try {
            path = Path.of(Sockets.listeningPath(descriptor));
            Sockets.makeOurs(descriptor);
        } catch (IOException e) {
            throw new IOException(
                    "the inherited descriptor " + descriptor + " (" + name + ") cannot be used: " + e.getMessage());
        }
        if (!path.equals(expected)) {
            throw new IOException("the inherited socket " + name + " listens on " + path + ", expected " + expected
                    + ": give both units the same directory, in ListenStream= and RuntimeDirectory=");
        }
        return new InheritedSocket(descriptor, path);
    }
}
