package taproot.cli.control;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Server-sent events from the control socket, one after the other as they come. One connection, read by one thread, which
 * waits as long as nothing comes.
 */
public final class EventStream implements AutoCloseable {
    private static final int LONGEST_LINE = 64 << 20;
    private static final int OK = 200;

    private final SocketChannel channel;
    private final InputStream in;
    private boolean chunked;
    private int status;
    /** What is left of the current chunk; -1 between two. */
    private long left = -1;

    private boolean ended;

    private EventStream(SocketChannel channel) {
        this.channel = channel;
        this.in = new BufferedInputStream(Channels.newInputStream(channel), 64 << 10);
    }

    /**
     * One event.
     *
     * @param type {@code message} where the server did not say
     * @param id empty where it has none
     */
    public record Event(String type, String id, String data) {}

    /**
     * Asks for the events of an address and waits for the head of the answer.
     *
     * @throws IOException when nobody listens, or the answer is none
     */
    public static EventStream open(Path socket, String target) throws IOException {
        EventStream stream = new EventStream(SocketChannel.open(UnixDomainSocketAddress.of(socket)));
        try {
            stream.ask(target);
            return stream;
        } catch (IOException e) {
            stream.close();
            throw e;
        }
    }

    private void ask(String target) throws IOException {
        String request = "GET " + target
                + " HTTP/1.1\r\nHost: taproot\r\nAccept: text/event-stream\r\nConnection: close\r\n\r\n";
        ByteBuffer out = ByteBuffer.wrap(request.getBytes(StandardCharsets.US_ASCII));
        while (out.hasRemaining()) {
            channel.write(out);
        }
        String[] words = rawLine().split(" ", 3);
        if (words.length < 2 || !words[0].startsWith("HTTP/1.") || !words[1].matches("\\d{3}")) {
            throw new IOException("expected an HTTP status line, got " + String.join(" ", words));
        }
        status = Integer.parseInt(words[1]);
        for (String field = rawLine(); !field.isEmpty(); field = rawLine()) {
            chunked |= field.toLowerCase(Locale.ROOT).matches("transfer-encoding:\\s*chunked");
        }
    }

    public boolean isOk() {
        return status == OK;
    }

    /** The answer that is no stream: what went wrong. */
    public HttpReply refusal() throws IOException {
        StringBuilder body = new StringBuilder();
        try {
            for (String line = line(); line != null; line = line()) {
                body.append(line).append('\n');
            }
        } catch (EOFException e) {
            // As much of it as came: without a length its end is the connection's.
            return new HttpReply(status, body.toString());
        }
        return new HttpReply(status, body.toString());
    }

    /** Whether the next event is here already, so that nobody has to be shown the ones before it yet. */
    public boolean isReady() throws IOException {
        return in.available() > 0;
    }

    /**
     * The next event; null once the server has ended the stream.
     *
     * @throws IOException when the connection broke, also within an event
     */
    public @Nullable Event next() throws IOException {
        String type = "message";
        String id = "";
        StringBuilder data = new StringBuilder();
        boolean any = false;
        for (String line = line(); line != null; line = line()) {
            if (line.isEmpty()) {
                if (any) {
                    return new Event(type, id, data.toString());
                }
                continue;
            }
            int colon = line.indexOf(':');
            String field = colon < 0 ? line : line.substring(0, colon);
            String value = colon < 0 ? "" : line.substring(colon + 1);
            value = value.startsWith(" ") ? value.substring(1) : value;
            switch (field) {
                case "event" -> type = value;
                case "id" -> id = value;
                case "data" -> {
                    data.append(any ? "\n" : "").append(value);
                    any = true;
                }
                default -> {
                    // A comment, which says that the connection lives, or a field that nobody here knows.
                }
            }
        }
        return null;
    }

    /** A line of the body without its end; null behind the last. */
    private @Nullable String line() throws IOException {
        Line line = new Line();
        for (int b = read(); b >= 0; b = read()) {
            if (b == '\n') {
                return line.text();
            }
            line.add(b);
        }
        return line.isEmpty() ? null : line.text();
    }

    private int read() throws IOException {
        if (!chunked) {
            return in.read();
        }
        if (ended) {
            return -1;
        }
        if (left < 0) {
            String size = rawLine().split(";", 2)[0].strip();
            if (!size.matches("[0-9a-fA-F]{1,8}")) {
                throw new IOException("expected the size of a chunk, got " + size);
            }
            left = Long.parseLong(size, 16);
            if (left == 0) {
                ended = true;
                return -1;
            }
        }
        int b = in.read();
        if (b < 0) {
            throw new EOFException("the connection broke");
        }
        if (--left == 0) {
            rawLine(); // What ends a chunk comes with it; left unread it would look like the next event.
            left = -1;
        }
        return b;
    }

    /** A line outside of the body. */
    private String rawLine() throws IOException {
        Line line = new Line();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new EOFException("the connection broke");
            }
            line.add(b);
        }
        return line.text();
    }

    /** The bytes of a line, of which there is an end. */
    private static final class Line {
        private final java.io.ByteArrayOutputStream bytes = new java.io.ByteArrayOutputStream(256);

        void add(int b) throws IOException {
            if (bytes.size() >= LONGEST_LINE) {
                throw new IOException("expected lines of at most " + LONGEST_LINE + " bytes");
            }
            if (b != '\r') {
                bytes.write(b);
            }
        }

        boolean isEmpty() {
            return bytes.size() == 0;
        }

        String text() {
            return bytes.toString(StandardCharsets.UTF_8);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
