package taproot.daemon.repositories;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import taproot.normalizer.Sid;

/**
 * The directories in which processes run that did not say where: {@code /proc/<pid>/cwd}, read while they live, kept until
 * their record is made. Bounded: those of whom no record ever comes make room when there are too many.
 */
final class WorkingDirectories {
    private static final int MOST = 16_384;

    /** An answer that is still to come, or never will. */
    private static final RawPath UNKNOWN = new RawPath("");

    private final ConcurrentHashMap<String, RawPath> bySid = new ConcurrentHashMap<>();

    /** The process will be looked for. */
    void expect(Sid sid) {
        if (bySid.size() >= MOST) {
            bySid.clear();
        }
        bySid.put(sid.value(), UNKNOWN);
    }

    boolean isExpected(String sid) {
        return bySid.containsKey(sid);
    }

    /** Looks for the process; it is told from a later one under the same pid by when that one began. */
    void look(Sid sid) {
        try {
            Path process = Path.of("/proc", Long.toString(sid.pid()));
            RawPath cwd = FileCalls.readLink(RawPath.ofBytes(process + "/cwd"));
            if (cwd != null && cwd.isAbsolute() && !cwd.bytes().endsWith(" (deleted)") && isGit(process)) {
                bySid.computeIfPresent(sid.value(), (_, _) -> cwd);
            }
        } catch (IOException e) {
            // It has ended, or is not ours to look at: where it ran stays unknown.
            bySid.remove(sid.value());
        }
    }

    /** A pid comes back after tens of thousands of others at the earliest, and hardly ever to another git. */
    private static boolean isGit(Path process) throws IOException {
        String name = Files.readString(process.resolve("comm"), StandardCharsets.ISO_8859_1);
        return name.startsWith("git");
    }

    /** Where the process was seen; null where it was not. It is forgotten by that. */
    @Nullable
    RawPath take(String sid) {
        RawPath cwd = bySid.remove(sid);
        return cwd == null || cwd.equals(UNKNOWN) ? null : cwd;
    }
}
