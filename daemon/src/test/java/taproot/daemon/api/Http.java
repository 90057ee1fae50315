package taproot.daemon.api;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** A client that knows nothing but HTTP/1.1: one request on a connection of its own, read as slowly as the test wants. */
final class Http implements AutoCloseable {
    private final SocketChannel channel;
    private final InputStream in;
    private final String head;
    private final boolean chunked;
    private int left;

    private Http(SocketChannel channel, InputStream in, String head) {
        this.channel = channel;
        this.in = in;
        this.head = head;
        chunked = head.contains("transfer-encoding: chunked");
    }

    /** @param headers each with its line break */
    static Http request(Path socket, String methodAndTarget, String headers) throws IOException {
        SocketChannel channel = sent(socket, methodAndTarget, headers);
        InputStream in = new BufferedInputStream(Channels.newInputStream(channel));
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
            head.write(byteOf(in));
        }
        return new Http(channel, in, head.toString(StandardCharsets.ISO_8859_1));
    }

    /** A request of which nobody reads the answer. */
    static SocketChannel sent(Path socket, String methodAndTarget, String headers) throws IOException {
        SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
        String request = methodAndTarget + " HTTP/1.1\r\nHost: taproot\r\n" + headers + "\r\n";
        channel.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.US_ASCII)));
        return channel;
    }

    /** The whole of an answer that ends. */
    static String ask(Path socket, String methodAndTarget) throws IOException {
        try (Http http = request(socket, methodAndTarget, "Connection: close\r\n")) {
            return http.head + http.rest();
        }
    }

    String head() {
        return head;
    }

    String rest() throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (int b = read(); b >= 0; b = read()) {
            body.write(b);
        }
        return body.toString(StandardCharsets.UTF_8);
    }

    /** The next line without its end. */
    String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = read(); b != '\n'; b = read()) {
            if (b < 0) {
                throw new EOFException("after " + line);
            }
            line.write(b);
        }
        return line.toString(StandardCharsets.UTF_8);
    }

    private int read() throws IOException {
        if (!chunked) {
            return in.read();
        }
        if (left == 0) {
            ByteArrayOutputStream size = new ByteArrayOutputStream();
            for (int b = byteOf(in); b != '\n'; b = byteOf(in)) {
                size.write(b);
            }
            String hex = size.toString(StandardCharsets.US_ASCII).trim();
            left = Integer.parseInt(hex, 16);
            if (left == 0) {
                return -1;
            }
        }
        int b = byteOf(in);
        if (--left == 0) {
            int end = byteOf(in) + byteOf(in);
            if (end != '\r' + '\n') {
                throw new IOException("a chunk without an end");
            }
        }
        return b;
    }

    private static int byteOf(InputStream in) throws IOException {
        int b = in.read();
        if (b < 0) {
            throw new EOFException();
        }
        return b;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
