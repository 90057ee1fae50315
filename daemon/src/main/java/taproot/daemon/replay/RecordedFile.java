package taproot.daemon.replay;

import java.nio.file.Path;
import java.util.Map;

/**
 * A file with recorded events, as the survey found it.
 *
 * @param begins the time of its first event, microseconds since the epoch
 * @param lastLines where it speaks of several processes: behind which byte each, by the hash of its SID, speaks no more;
 *     empty where it speaks of one
 */
record RecordedFile(Path path, long size, long begins, Map<Long, Long> lastLines) {

    /** SIDs are told apart by 64 bits: a file may hold millions of them. */
    static long hash(String sid) {
        long hash = 0xcbf29ce484222325L;
        for (int i = 0; i < sid.length(); i++) {
            hash = (hash ^ sid.charAt(i)) * 0x100000001b3L;
        }
        return hash;
    }
}
