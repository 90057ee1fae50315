package taproot.daemon.sink.opentelemetry;

import com.google.protobuf.ByteString;
import java.util.List;
import org.jspecify.annotations.Nullable;
import taproot.daemon.sink.TraceSource;
import taproot.normalizer.CommandRecord;

/**
 * What a command that is a trace of its own hangs under: a process, in whosever record it is. A record names only its root;
 * where the process above is another one the log is asked, once or twice for each level up to it.
 *
 * @param key of that record
 * @param sid of the process
 */
record Above(String key, String sid) {
    /** Further up nobody looks. */
    private static final int LEVELS = 16;

    /** The life before, or the process it hangs under; null for a command that hangs under nothing. */
    static @Nullable Above of(CommandRecord record, TraceSource log) {
        String parent = record.parent();
        if (!record.key().equals(record.sid())) {
            return new Above(lifeBefore(record), record.sid());
        }
        return parent == null ? null : new Above(owner(record.root(), parent, log), parent);
    }

    /** {@code sid} for {@code sid#2}, {@code sid#2} for {@code sid#3}. */
    private static String lifeBefore(CommandRecord record) {
        int life = Integer.parseInt(record.key().substring(record.sid().length() + 1));
        return life == 2 ? record.sid() : record.sid() + "#" + (life - 1);
    }

    /** Where the log does not say it, as of a command that still runs or was forgotten, it is taken to be the root's. */
    private static String owner(String root, String parent, TraceSource log) {
        String sid = parent;
        for (int level = 0; level < LEVELS && sid.length() > root.length(); level++) {
            for (String key : List.of(sid, sid + "#2")) {
                CommandRecord record = log.command(key);
                if (record != null && holds(record, parent)) {
                    return key;
                }
            }
            sid = sid.substring(0, sid.lastIndexOf('/'));
        }
        return root;
    }

    /** One that went on for longer is listed there too, and has a record of its own. */
    private static boolean holds(CommandRecord record, String sid) {
        return record.processes().stream()
                .anyMatch(process -> process.sid().equals(sid)
                        && (!process.detached() || record.sid().equals(sid)));
    }

    /** The span of the process. */
    ByteString span() {
        boolean itself = key.equals(sid) || key.startsWith(sid + "#");
        return itself ? Ids.command(key) : Ids.process(key, sid);
    }
}
