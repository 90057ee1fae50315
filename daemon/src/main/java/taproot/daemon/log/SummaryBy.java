package taproot.daemon.log;

/** By what records are put together. */
public enum SummaryBy {
    COMMAND,
    REPOSITORY,
    CALLER,
    OUTCOME,
    HOUR
}
