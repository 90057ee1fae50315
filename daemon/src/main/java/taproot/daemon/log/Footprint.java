package taproot.daemon.log;

import java.util.List;
import taproot.normalizer.CommandRecord;
import taproot.normalizer.FinishedCommand;

/**
 * What a waiting record occupies in memory, give or take: measured for what git sends, and held to it by a test. It is
 * asked for on an event loop, so it looks at what differs from one record to the next and at nothing else.
 */
final class Footprint {
    /** Its own fields, its boxed numbers and short names, and its place in the queue. */
    private static final long RECORD = 560;

    private static final long PROCESS = 112;
    private static final long CHILD = 160;
    private static final long ENTRY = 160;

    /** A text besides its characters, and the place it takes in a list. */
    private static final long STRING = 48;

    private Footprint() {}

    static long of(FinishedCommand command) {
        CommandRecord record = command.record();
        long bytes = RECORD
                + command.trace().length
                + of(record.key())
                + of(record.argv())
                + of(record.ancestry())
                + of(record.errors());
        for (CommandRecord.ProcessEntry process : record.processes()) {
            bytes += PROCESS;
            if (!process.sid().equals(record.sid())) { // The first one's texts are the record's own.
                bytes += of(process.sid()) + of(process.argv());
            }
        }
        for (CommandRecord.ChildEntry child : record.children()) {
            bytes += CHILD + of(child.argv());
        }
        for (CommandRecord.Param param : record.params()) {
            String value = param.value();
            bytes += STRING + of(param.name()) + (value == null ? 0 : of(value));
        }
        for (String value : record.annotations().values()) {
            bytes += ENTRY + of(value);
        }
        return bytes
                + ENTRY
                        * (record.timers().size()
                                + record.counters().size()
                                + record.refChanges().size()
                                + record.rewrites().size()
                                + record.effects().size());
    }

    private static long of(String text) {
        return STRING + text.length();
    }

    private static long of(List<String> texts) {
        long bytes = 0;
        for (String text : texts) {
            bytes += of(text);
        }
        return bytes;
    }
}
