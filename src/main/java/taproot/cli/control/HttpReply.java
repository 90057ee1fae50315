package taproot.cli.control;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * A whole HTTP/1.1 answer, as it came on a connection that was then closed.
 *
 * @param body without its transfer coding
 */
public record HttpReply(int status, String body) {
    private static final byte[] END_OF_HEAD = {'\r', '\n', '\r', '\n'};

    /**
     * Takes an answer apart.
     *
     * @throws IOException when it is none, or cut short
     */
    public static HttpReply parse(byte[] answer) throws IOException {
        int end = indexOf(answer, END_OF_HEAD, 0);
        if (end < 0) {
            throw new IOException("expected an HTTP answer, got " + answer.length + " bytes without the end of a head");
        }
        String[] head = new String(answer, 0, end, StandardCharsets.ISO_8859_1).split("\r\n");
        String[] statusLine = head[0].split(" ", 3);
        if (statusLine.length < 2 || !statusLine[0].startsWith("HTTP/1.") || !statusLine[1].matches("\\d{3}")) {
            throw new IOException("expected an HTTP status line, got " + head[0]);
        }
        int from = end + END_OF_HEAD.length;
        byte[] body = body(head, answer, from);
        return new HttpReply(Integer.parseInt(statusLine[1]), new String(body, StandardCharsets.UTF_8));
    }

    private static byte[] body(String[] head, byte[] answer, int from) throws IOException {
        int length = answer.length - from; // Without a length the end of the connection is the end of the body.
        for (int i = 1; i < head.length; i++) {
            String[] field = head[i].split(":", 2);
            String name = field[0].strip().toLowerCase(Locale.ROOT);
            String value = field.length == 2 ? field[1].strip() : "";
            if (name.equals("transfer-encoding") && value.equalsIgnoreCase("chunked")) {
                return unchunked(answer, from);
            }
            if (name.equals("content-length")) {
                if (!value.matches("\\d{1,9}") || Integer.parseInt(value) > length) {
                    throw new IOException("the answer is cut short: expected " + value + " bytes, got " + length);
                }
                length = Integer.parseInt(value);
            }
        }
        return java.util.Arrays.copyOfRange(answer, from, from + length);
    }

    private static byte[] unchunked(byte[] answer, int start) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        int at = start;
        while (true) {
            int lineEnd = indexOf(answer, new byte[] {'\r', '\n'}, at);
            String size = lineEnd < 0
                    ? ""
                    : new String(answer, at, lineEnd - at, StandardCharsets.US_ASCII).split(";", 2)[0].strip();
            if (!size.matches("[0-9a-fA-F]{1,7}")) {
                throw new IOException("the answer is cut short: expected the size of a chunk");
            }
            int n = Integer.parseInt(size, 16);
            if (n == 0) {
                return body.toByteArray();
            }
            if (lineEnd + 2 + n + 2 > answer.length) {
                throw new IOException("the answer is cut short: expected a chunk of " + n + " bytes");
            }
            body.write(answer, lineEnd + 2, n);
            at = lineEnd + 2 + n + 2;
        }
    }

    private static int indexOf(byte[] bytes, byte[] sought, int from) {
        for (int i = from; i <= bytes.length - sought.length; i++) {
            int j = 0;
            while (j < sought.length && bytes[i + j] == sought[j]) {
                j++;
            }
            if (j == sought.length) {
                return i;
            }
        }
        return -1;
    }
}
