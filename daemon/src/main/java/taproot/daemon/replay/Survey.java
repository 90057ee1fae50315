package taproot.daemon.replay;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import taproot.normalizer.EventDecoder;
import taproot.normalizer.Line;
import taproot.normalizer.LineReader;
import taproot.normalizer.ReadLine;
import taproot.normalizer.Sid;

/**
 * Looks through the files before any of them is replayed: which of them hold events, when each begins, and where in it
 * each process says its last word. Reads everything once and keeps some hundred bytes a file.
 */
final class Survey {
    /** What git writes when a directory holds too many files. */
    private static final String DISCARD = "git-trace2-discard";

    /** A file without one event in so many lines is something else. */
    private static final int PATIENCE = 100;

    private final int lineLimit;
    private final LineReader reader = new LineReader(new EventDecoder());
    private final Set<Object> seen = new HashSet<>();
    final List<RecordedFile> files = new ArrayList<>();
    final List<SkippedFile> skipped = new ArrayList<>();
    long bytes;

    Survey(int lineLimit) {
        this.lineLimit = lineLimit;
    }

    /** A file, or a directory with all that is below it. */
    void add(Path path) throws IOException {
        Files.walkFileTree(path.toRealPath(), new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                look(file, attributes);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) {
                skip(file, SkipReason.UNREADABLE);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException e) {
                if (e != null) {
                    skip(directory, SkipReason.UNREADABLE);
                }
                return FileVisitResult.CONTINUE;
            }
        });
    }

    private void look(Path file, BasicFileAttributes attributes) {
        Object key = attributes.fileKey();
        if (key != null && !seen.add(key)) {
            return; // Under another name, or named twice: its events happened once.
        }
        if (!attributes.isRegularFile()) {
            skip(file, SkipReason.NOT_A_FILE);
        } else if (attributes.size() == 0) {
            skip(file, SkipReason.EMPTY);
        } else if (String.valueOf(file.getFileName()).equals(DISCARD)) {
            skip(file, SkipReason.DISCARD);
        } else {
            try {
                survey(file, attributes.size());
            } catch (IOException e) {
                skip(file, SkipReason.UNREADABLE);
            }
        }
    }

    private void survey(Path file, long size) throws IOException {
        FileLines lines = new FileLines(file, size, lineLimit);
        Map<Long, Long> lastLines = new HashMap<>(2);
        long begins = EventTime.UNKNOWN;
        for (int n = 0; lines.next(); n++) {
            Sid sid = sid(lines);
            if (sid != null) {
                lastLines.put(RecordedFile.hash(sid.value()), lines.position());
            } else if (lastLines.isEmpty() && n >= PATIENCE) {
                break;
            }
            if (begins == EventTime.UNKNOWN) {
                begins = EventTime.of(lines.bytes(), lines.from(), lines.to());
            }
        }
        if (lastLines.isEmpty()) {
            skip(file, SkipReason.NOT_TRACE2);
            return;
        }
        bytes += size;
        Map<Long, Long> ends = lastLines.size() == 1 ? Map.of() : lastLines;
        files.add(new RecordedFile(file, size, begins == EventTime.UNKNOWN ? 0 : begins, ends));
    }

    /** Whose line it is; null where it cannot be told. */
    private @Nullable Sid sid(FileLines lines) {
        byte[] bytes = lines.bytes();
        Sid sid = reader.sidOf(bytes, lines.from(), lines.to());
        if (sid != null || lines.isOverlong()) {
            return sid;
        }
        return switch (reader.read(bytes, lines.from(), lines.to())) {
            case Line line -> line.sid();
            case ReadLine.Dropped dropped -> dropped.sid();
            case ReadLine.Ignored _ -> null;
        };
    }

    private void skip(Path file, SkipReason reason) {
        skipped.add(new SkippedFile(file, reason));
    }
}
