package taproot.daemon.ingest;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The marks by which the daemon knows its own connections to its own socket: a line that no trace2 emitter can write
 * and nobody else can guess. A mark serves once.
 */
final class Markers {
    /** No JSON begins with it. */
    static final byte FIRST_BYTE = 0;

    private static final int LENGTH = 33;

    private final SecureRandom random = new SecureRandom();
    private final Map<String, Runnable> awaited = new ConcurrentHashMap<>();

    /** A new mark; the action runs on the loop that reads it. */
    byte[] issue(Runnable whenRead) {
        byte[] secret = new byte[16];
        random.nextBytes(secret);
        String mark = HexFormat.of().formatHex(secret);
        awaited.put(mark, whenRead);
        return ("\0" + mark + "\n").getBytes(StandardCharsets.US_ASCII);
    }

    /** Takes back a mark that could not be sent; null where it has been read after all. */
    @Nullable
    Runnable withdraw(byte[] mark) {
        return awaited.remove(text(mark, 0, LENGTH));
    }

    /** Whether this line is a mark; its action has run then. */
    boolean isMarker(byte[] bytes, int from, int to) {
        if (to - from != LENGTH) {
            return false;
        }
        Runnable action = awaited.remove(text(bytes, from, to));
        if (action == null) {
            return false;
        }
        action.run();
        return true;
    }

    private static String text(byte[] bytes, int from, int to) {
        return new String(Arrays.copyOfRange(bytes, from + 1, to), StandardCharsets.US_ASCII);
    }
}
