package taproot.daemon.repositories;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One cursor for each reflog that was read, in memory and now and then in a file of the state directory. A cursor that is
 * lost, or older than the log, costs an attribution or two; it never makes one.
 *
 * <p>The file has one line a cursor: inode, offset, length and hash of the line before it, and the path, in which {@code %}
 * and all that is not printable ASCII stands as {@code %xx}.
 */
final class Cursors {
    private static final Logger LOG = LoggerFactory.getLogger(Cursors.class);
    private static final int MOST = 65_536;

    /** From a reflog up to the directory of all of them. */
    private static final int LEVELS = 12;

    private static final String HEADER = "taproot reflog cursors 1";

    private final Path file;
    private final Cache<RawPath, Cursor> byPath;

    /** Until when nobody knows who wrote, in microseconds since the epoch; of a reflog, or of all below a directory. */
    private final Cache<RawPath, Long> blurred;

    private final AtomicBoolean dirty = new AtomicBoolean();

    Cursors(Path file, Executor upkeep) {
        this.file = file;
        blurred = Caffeine.newBuilder().maximumSize(MOST).executor(upkeep).build();
        byPath = Caffeine.newBuilder().maximumSize(MOST).executor(upkeep).build();
    }

    /** Whose the entries are that were written until this time, in a reflog or in all below a directory, is given up. */
    void blur(RawPath reflogOrDirectory, long until) {
        blurred.put(reflogOrDirectory, until);
    }

    long blurredUntil(RawPath reflog) {
        long latest = Long.MIN_VALUE;
        RawPath at = reflog;
        for (int level = 0; level < LEVELS && !at.isRoot(); level++) {
            Long until = blurred.getIfPresent(at);
            latest = until == null ? latest : Math.max(latest, until);
            at = at.parent();
        }
        return latest;
    }

    @Nullable
    Cursor get(RawPath reflog) {
        return byPath.getIfPresent(reflog);
    }

    void put(RawPath reflog, @Nullable Cursor cursor) {
        if (cursor == null) {
            byPath.invalidate(reflog);
        } else {
            byPath.put(reflog, cursor);
        }
        dirty.set(true);
    }

    /** Reads what was saved; a file that is damaged, or another version's, is as good as none. */
    void load() {
        try {
            List<String> lines = Files.readAllLines(file, StandardCharsets.US_ASCII);
            if (lines.isEmpty() || !lines.getFirst().equals(HEADER)) {
                return;
            }
            for (String line : lines.subList(1, lines.size())) {
                String[] words = line.split(" ", 5);
                byPath.put(
                        new RawPath(decoded(words[4])),
                        new Cursor(
                                Long.parseLong(words[0]),
                                Long.parseLong(words[1]),
                                Integer.parseInt(words[2]),
                                Integer.parseInt(words[3])));
            }
        } catch (NoSuchFileException e) {
            LOG.debug("no reflog was read before");
        } catch (IOException | RuntimeException e) {
            LOG.info("{} cannot be read, reflogs are read from their ends: {}", file, e.toString());
        }
    }

    /** Writes them down where something changed; the old file stays until the new one is whole. */
    void save() throws IOException {
        if (!dirty.compareAndSet(true, false)) {
            return;
        }
        Path fresh = fresh(file);
        Files.deleteIfExists(fresh);
        Files.createFile(fresh, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try (BufferedWriter out = Files.newBufferedWriter(fresh, StandardCharsets.US_ASCII)) {
            out.write(HEADER);
            out.newLine();
            for (Map.Entry<RawPath, Cursor> entry : byPath.asMap().entrySet()) {
                Cursor cursor = entry.getValue();
                out.write(cursor.inode() + " " + cursor.offset() + " " + cursor.lastLength() + " " + cursor.lastHash()
                        + " " + encoded(entry.getKey().bytes()));
                out.newLine();
            }
        }
        try {
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /** Nothing was ever read. */
    void forget() throws IOException {
        byPath.invalidateAll();
        delete(file);
    }

    static void delete(Path file) throws IOException {
        Files.deleteIfExists(file);
        Files.deleteIfExists(fresh(file));
    }

    private static Path fresh(Path file) {
        return file.resolveSibling(file.getFileName() + ".new");
    }

    private static String encoded(String bytes) {
        StringBuilder text = new StringBuilder(bytes.length());
        for (int i = 0; i < bytes.length(); i++) {
            char c = bytes.charAt(i);
            if (c > ' ' && c < 0x7f && c != '%') {
                text.append(c);
            } else {
                text.append('%').append(Character.forDigit(c >> 4, 16)).append(Character.forDigit(c & 15, 16));
            }
        }
        return text.toString();
    }

    private static String decoded(String text) {
        StringBuilder bytes = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '%') {
                bytes.append((char) Integer.parseInt(text.substring(i + 1, i + 3), 16));
                i += 2;
            } else {
                bytes.append(c);
            }
        }
        return bytes.toString();
    }
}
