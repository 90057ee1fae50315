package taproot.daemon.log;

/**
 * A record that was only just committed, as {@link CommandLog#newest} hands it out: what queries go by, and what a reader of
 * the database would get.
 */
public record CommittedCommand(CommandFacts facts, StoredCommand stored) {}
