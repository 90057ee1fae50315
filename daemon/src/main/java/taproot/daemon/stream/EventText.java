package taproot.daemon.stream;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import taproot.daemon.log.LogEntry;
import taproot.daemon.log.RemovedRange;
import taproot.daemon.log.StoredCommand;

/**
 * Server-sent events as they go over the wire (https://html.spec.whatwg.org/#server-sent-events), gathered to be sent in
 * one piece. JSON has no line breaks, so each has one data line.
 */
final class EventText {
    /** A piece that has this size takes no further event, so it is larger only by its last one. */
    static final int FULL = 32 << 10;

    static final byte[] HEARTBEAT = ":\n\n".getBytes(StandardCharsets.US_ASCII);

    private static final byte[] COMMAND = "event: command\nid: ".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] DATA = "\ndata: ".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] END = "\n\n".getBytes(StandardCharsets.US_ASCII);

    private static final byte[] NOTHING = new byte[0];

    /** Made with the first event: most looks find nothing to say. */
    private @Nullable ByteArrayOutputStream bytes;

    void add(LogEntry entry) {
        switch (entry) {
            case StoredCommand command -> command(command);
            case RemovedRange range -> gap(range);
        }
    }

    void command(StoredCommand command) {
        write(COMMAND);
        write(Long.toString(command.seq()));
        data(command.json());
    }

    /** Its id is where the gap ends: who resumes there is not told of it again. */
    private void gap(RemovedRange range) {
        write("event: gap\nid: " + range.to());
        data("{\"from\":" + range.from() + ",\"to\":" + range.to() + "}");
    }

    void started(byte[] json) {
        write("event: started");
        data(json);
    }

    /** Which log this is and where it ends. */
    void log(String event, String logId, long head) {
        write("event: " + event);
        data("{\"log_id\":\"" + logId + "\",\"head\":" + head + "}");
    }

    private void data(String json) {
        data(json.getBytes(StandardCharsets.UTF_8));
    }

    private void data(byte[] json) {
        write(DATA);
        write(json);
        write(END);
    }

    private void write(String text) {
        write(text.getBytes(StandardCharsets.US_ASCII));
    }

    private void write(byte[] text) {
        if (bytes == null) {
            bytes = new ByteArrayOutputStream(4 << 10);
        }
        bytes.writeBytes(text);
    }

    boolean isEmpty() {
        return bytes == null;
    }

    boolean isFull() {
        return bytes != null && bytes.size() >= FULL;
    }

    byte[] toBytes() {
        return bytes == null ? NOTHING : bytes.toByteArray();
    }
}
