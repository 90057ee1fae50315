package taproot.daemon.replay;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * The lines of one file, one after the other. Holds one buffer that grows with the longest line up to the line limit,
 * and the file open only while it fills the buffer: thousands of files may be read side by side.
 */
final class FileLines {
    private static final int CHUNK = 32 * 1024;

    private final Path file;
    private final int lineLimit;
    private long size;

    private byte[] buffer;
    private int filled;
    private long read;

    private int from;
    private int to;
    private int next;
    private boolean overlong;
    private boolean torn;

    /** @param size how much of it is to be read; what is written behind that later, is not */
    FileLines(Path file, long size, int lineLimit) {
        this.file = file;
        this.size = size;
        this.lineLimit = lineLimit;
        this.buffer = new byte[(int) Math.min(size, CHUNK)];
    }

    /** Goes on to the next line that is not empty; false where there is none. */
    boolean next() throws IOException {
        overlong = false;
        while (true) {
            int newline = newline();
            if (newline < 0) {
                return rest();
            }
            from = next;
            to = newline;
            next = newline + 1;
            if (to > from) {
                overlong |= to - from > lineLimit;
                return true;
            }
        }
    }

    byte[] bytes() {
        return buffer;
    }

    int from() {
        return from;
    }

    int to() {
        return to;
    }

    /** Whether only the first bytes of it are there, because it is longer than a line may be. */
    boolean isOverlong() {
        return overlong;
    }

    /** Whether it ends with the file, not with a newline. */
    boolean isTorn() {
        return torn;
    }

    /** Where the next line begins in the file. */
    long position() {
        return read - filled + next;
    }

    private boolean rest() {
        from = next;
        to = filled;
        next = filled;
        torn = true;
        overlong |= to - from > lineLimit;
        return to > from;
    }

    /** Where the line that begins at {@code next} ends; −1 where it ends with the file. */
    private int newline() throws IOException {
        int looked = next;
        while (true) {
            for (int i = looked; i < filled; i++) {
                if (buffer[i] == '\n') {
                    return i;
                }
            }
            int scanned = filled - next;
            if (!fill()) {
                return -1;
            }
            looked = Math.min(scanned, lineLimit);
        }
    }

    /** Moves the line begun to the front and reads on behind it; false at the end. */
    private boolean fill() throws IOException {
        if (read >= size) {
            return false;
        }
        int begun = filled - next;
        if (begun > lineLimit) {
            // What came behind that is forgotten, and so is what will.
            overlong = true;
            begun = lineLimit;
        }
        System.arraycopy(buffer, next, buffer, 0, begun);
        next = 0;
        filled = begun;
        if (filled == buffer.length) {
            buffer = Arrays.copyOf(buffer, Math.max(CHUNK, 2 * buffer.length));
        }
        try (SeekableByteChannel channel = Files.newByteChannel(file)) {
            channel.position(read);
            int wanted = (int) Math.min(buffer.length - filled, size - read);
            int got = channel.read(ByteBuffer.wrap(buffer, filled, wanted));
            if (got <= 0) {
                size = read; // It was cut off meanwhile.
                return false;
            }
            filled += got;
            read += got;
            return true;
        }
    }
}
