package taproot.daemon.api;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import reactor.netty.http.server.HttpServerResponse;

/** What whoever comes over TCP has to know (RFC 6750); over the socket the file system asks for less. */
final class BearerToken {
    private static final Set<PosixFilePermission> OWNERS =
            EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);
    private static final int SHORTEST = 16;
    private static final String SCHEME = "Bearer ";

    private final byte[] token;

    private BearerToken(byte[] token) {
        this.token = token;
    }

    /** @throws IOException when the file is not there, open to others, somebody else's or too short; says what to do */
    static BearerToken read(Path file) throws IOException {
        Object self = Files.getAttribute(Path.of("/proc/self"), "unix:uid");
        if (!Files.getAttribute(file, "unix:uid").equals(self)) {
            throw new IOException("expected a token in a file of our own, " + file + " belongs to another user");
        }
        Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
        if (!OWNERS.containsAll(permissions)) {
            throw new IOException("expected a token that only its owner reads, " + file + " is "
                    + PosixFilePermissions.toString(permissions) + ": chmod 600 " + file);
        }
        String text = Files.readString(file, StandardCharsets.UTF_8).strip();
        if (text.length() < SHORTEST) {
            throw new IOException("expected a token of at least " + SHORTEST + " characters in " + file + ", got "
                    + text.length() + ": head -c 32 /dev/urandom | base64 > " + file);
        }
        return new BearerToken(text.getBytes(StandardCharsets.UTF_8));
    }

    /** @throws ProblemException unless the header has the token; how long that takes does not tell how much was right */
    void check(@Nullable String authorization, HttpServerResponse response) throws ProblemException {
        boolean right = authorization != null
                && authorization.startsWith(SCHEME)
                && MessageDigest.isEqual(
                        token, authorization.substring(SCHEME.length()).getBytes(StandardCharsets.UTF_8));
        if (!right) {
            response.header(HttpHeaderNames.WWW_AUTHENTICATE, "Bearer realm=\"taproot\"");
            throw new ProblemException(
                    HttpResponseStatus.UNAUTHORIZED,
                    "expected the header Authorization: Bearer TOKEN with what stands in the file api.token_file");
        }
    }
}
