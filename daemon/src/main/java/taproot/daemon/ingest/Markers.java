package taproot.daemon.ingest;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The marks by which the daemon knows its own connections to its own socket: a line that no trace2 emitter writes,
 * with a secret that nobody else can guess. A mark serves once; one that comes after it was withdrawn does nothing.
 */
final class Markers {
    /** No JSON begins with it. */
    static final byte FIRST_BYTE = 0;

    /** Made once, where it may wait for the kernel's entropy: marks are issued on event loops. */
    private final byte[] secret = secret();

    private final AtomicLong issued = new AtomicLong();
    private final Map<String, Runnable> awaited = new ConcurrentHashMap<>();

    /** A new mark; the action runs on the loop that reads it. */
    byte[] issue(Runnable whenRead) {
        String number = Long.toString(issued.incrementAndGet());
        awaited.put(number, whenRead);
        byte[] digits = (number + "\n").getBytes(StandardCharsets.US_ASCII);
        byte[] mark = Arrays.copyOf(secret, secret.length + digits.length);
        System.arraycopy(digits, 0, mark, secret.length, digits.length);
        return mark;
    }

    /** Takes back a mark that could not be sent; null where it has been read after all. */
    @Nullable
    Runnable withdraw(byte[] mark) {
        return awaited.remove(number(mark, 0, mark.length - 1));
    }

    /** Whether this line is a mark; its action has run then, unless it was withdrawn. */
    boolean isMarker(byte[] bytes, int from, int to) {
        if (to - from <= secret.length || !Arrays.equals(secret, 0, secret.length, bytes, from, from + secret.length)) {
            return false;
        }
        Runnable action = awaited.remove(number(bytes, from, to));
        if (action != null) {
            action.run();
        }
        return true;
    }

    private String number(byte[] bytes, int from, int to) {
        int start = from + secret.length;
        return new String(bytes, start, to - start, StandardCharsets.US_ASCII);
    }

    private static byte[] secret() {
        byte[] random = new byte[16];
        new SecureRandom().nextBytes(random);
        return ('\0' + HexFormat.of().formatHex(random)).getBytes(StandardCharsets.US_ASCII);
    }
}
