package taproot.daemon.log;

import java.util.List;

/**
 * A stretch of the log as a cursor reads it: everything there is to know of the places after the cursor up to
 * {@code upTo}, in their order.
 *
 * @param entries the records wanted, and whatever is gone, wanted or not
 * @param upTo where the cursor stands now; what is neither in {@code entries} nor greater did not match
 * @param head the newest seq ever committed, when the page was read; the reader is behind while {@code upTo} is less
 */
public record LogPage(List<LogEntry> entries, long upTo, long head) {
    public LogPage {
        entries = List.copyOf(entries);
    }
}
