package taproot.daemon.repositories;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The reflogs of one family as they were at one moment, each read when somebody asks for it first. What is accounted for
 * moves their cursors when {@link #keep} is called. One thread only.
 */
final class Reflogs {
    /** More than this below one directory are not looked at: a fetch that moved one of them is not attributed. */
    private static final int MOST = 4096;

    private static final int DEEPEST = 16;

    private final Cursors cursors;
    private final Map<RawPath, Reflog> byPath = new HashMap<>();
    private final Map<String, List<String>> below = new HashMap<>();
    private long readAt = Micros.now();

    /** When one was last read that nobody had asked for before {@link #readAt}. */
    private long lastReadAt = readAt;

    Reflogs(Cursors cursors) {
        this.cursors = cursors;
    }

    /** Of HEAD in one work tree. */
    Reflog head(GitPlace place) throws IOException {
        return at(place.gitDir().child("logs/HEAD"));
    }

    /** Of the branch that HEAD names now; null where it names none. */
    @Nullable
    String branch(GitPlace place) throws IOException {
        String head = GitPlace.line(place.gitDir().child("HEAD"));
        return head != null && head.startsWith("ref: ") ? head.substring("ref: ".length()) : null;
    }

    /** Of a shared ref, its name as bytes. */
    Reflog of(GitPlace place, String ref) throws IOException {
        return at(place.commonDir().child("logs/" + ref));
    }

    /** Of all refs below a directory, by their names; null where there are too many. */
    @Nullable
    Map<String, Reflog> below(GitPlace place, String directory) throws IOException {
        List<String> refs = listed(place, directory);
        if (refs == null) {
            return null;
        }
        Map<String, Reflog> reflogs = new HashMap<>();
        for (String ref : refs) {
            reflogs.put(ref, of(place, ref));
        }
        return reflogs;
    }

    /** As it was when it was first asked for: what came later, somebody else has made. */
    private @Nullable List<String> listed(GitPlace place, String directory) throws IOException {
        String key = place.commonDir().child(directory).bytes();
        List<String> known = below.get(key);
        if (known != null) {
            return known;
        }
        List<String> refs = new ArrayList<>();
        String name = directory.endsWith("/") ? directory.substring(0, directory.length() - 1) : directory;
        if (!collect(place.commonDir().child("logs"), name, 0, refs)) {
            return null;
        }
        below.put(key, refs);
        return refs;
    }

    private static boolean collect(RawPath logs, String directory, int depth, List<String> refs) throws IOException {
        List<FileCalls.Entry> entries = FileCalls.list(logs.child(directory), MOST + 1);
        if (entries.size() + refs.size() > MOST || depth > DEEPEST) {
            return false;
        }
        for (FileCalls.Entry entry : entries) {
            String path = directory + "/" + entry.name();
            if (!entry.directory()) {
                refs.add(path);
            } else if (!collect(logs, path, depth + 1, refs)) {
                return false;
            }
        }
        return true;
    }

    /** Among those that were read. */
    @Nullable
    Reflog known(RawPath path) {
        return byPath.get(path);
    }

    /** Nobody will know any more whose the entries are that were read. */
    void blur(Reflog reflog) {
        reflog.skip();
        cursors.blur(reflog.path, lastReadAt);
    }

    /** The same for all shared reflogs below a directory, those that were not read included. */
    void blurBelow(GitPlace place, String directory) {
        RawPath logs = place.commonDir().child("logs/" + directory);
        byPath.values().stream().filter(reflog -> reflog.path.isInOrAt(logs)).forEach(Reflog::skip);
        cursors.blur(logs, lastReadAt);
    }

    /** Until when nobody knows who wrote there; microseconds since the epoch. */
    long blurredUntil(Reflog reflog) {
        return cursors.blurredUntil(reflog.path);
    }

    /** When the last of them had been read. */
    long readAt() {
        return readAt;
    }

    /** What was written until now has been read, as far as it will be. */
    void readUntilNow() {
        readAt = Micros.now();
        lastReadAt = readAt;
    }

    private Reflog at(RawPath path) throws IOException {
        Reflog known = byPath.get(path);
        if (known == null) {
            known = Reflog.read(path, cursors.get(path));
            byPath.put(path, known);
            lastReadAt = Micros.now();
        }
        return known;
    }

    /** Whether any of those that were read has something new. */
    boolean hasNew() {
        return byPath.values().stream().anyMatch(reflog -> !reflog.entries.isEmpty());
    }

    Collection<Reflog> all() {
        return byPath.values();
    }

    /** Remembers how far each was accounted for. */
    void keep() {
        byPath.forEach((path, reflog) -> cursors.put(path, reflog.cursor()));
    }
}
