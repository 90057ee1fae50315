package taproot.daemon.log;

/** What a reader meets at a place in the log: a record, or a range of places whose records are gone. */
public sealed interface LogEntry permits StoredCommand, RemovedRange {
    /** The first seq that this speaks of. */
    long from();

    /** The last seq that this speaks of. */
    long to();
}
