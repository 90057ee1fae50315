package taproot.daemon.log;

import java.util.List;
import taproot.normalizer.CommandRecord;
import taproot.normalizer.FinishedCommand;

/**
 * What a waiting record is taken to occupy in memory: the trace, the long texts, and a flat amount for each object. An
 * estimate that is made on an event loop, so it looks only at what can grow large.
 */
final class Footprint {
    private static final long RECORD = 1024;
    private static final long ENTRY = 256;
    private static final long STRING = 48;

    private Footprint() {}

    static long of(FinishedCommand command) {
        CommandRecord record = command.record();
        long bytes = RECORD + command.trace().length + of(record.argv()) + of(record.errors());
        for (CommandRecord.ProcessEntry process : record.processes()) {
            bytes += ENTRY + of(process.argv());
        }
        for (CommandRecord.ChildEntry child : record.children()) {
            bytes += ENTRY + of(child.argv());
        }
        for (CommandRecord.Param param : record.params()) {
            String value = param.value();
            bytes += ENTRY + (value == null ? 0 : value.length());
        }
        return bytes
                + ENTRY * (record.timers().size() + record.counters().size())
                + ENTRY
                        * (record.annotations().size()
                                + record.refChanges().size()
                                + record.rewrites().size()
                                + record.effects().size());
    }

    private static long of(List<String> texts) {
        long bytes = 0;
        for (String text : texts) {
            bytes += STRING + text.length();
        }
        return bytes;
    }
}
