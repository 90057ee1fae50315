package taproot.daemon.log;

/**
 * What somebody had removed from the log.
 *
 * @param commands records, each with everything it said
 * @param traces raw traces that were kept beside them
 * @param folded read-only commands that were only counted any more, in buckets
 */
public record Forgotten(long commands, long traces, long folded) {
    static final Forgotten NOTHING = new Forgotten(0, 0, 0);

    Forgotten plus(Forgotten more) {
        return new Forgotten(commands + more.commands, traces + more.traces, folded + more.folded);
    }
}
