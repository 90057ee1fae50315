package taproot.daemon.sink.opentelemetry;

import com.google.protobuf.ByteString;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * The ids of traces and spans: the first bytes of a SHA-256 over what they stand for, so that a record that is sent again
 * has the ids it had, from whichever machine it comes.
 */
final class Ids {
    private static final int TRACE_BYTES = 16;
    private static final int SPAN_BYTES = 8;

    private Ids() {}

    /** The trace of the record with this key. */
    static ByteString trace(String key) {
        return id("trace " + key, TRACE_BYTES);
    }

    /** The span of a command: {@code sid}, or {@code sid#n} from its second life on. */
    static ByteString command(String key) {
        return id("process " + key, SPAN_BYTES);
    }

    /** The span of a process in the record of somebody else's. */
    static ByteString process(String key, String sid) {
        return id("process " + key + " " + sid, SPAN_BYTES);
    }

    /** The span of what stands at a place of a list below a process. */
    static ByteString part(String key, String kind, int index) {
        return id(kind + " " + key + " " + index, SPAN_BYTES);
    }

    private static ByteString id(String text, int bytes) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return ByteString.copyFrom(hash, 0, bytes); // All zeros, which is no id, is as likely as guessing it.
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("cannot happen: every JDK has SHA-256", e);
        }
    }
}
