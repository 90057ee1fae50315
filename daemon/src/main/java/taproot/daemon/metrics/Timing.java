package taproot.daemon.metrics;

/** What the daemon measures of every record that it commits; each is a histogram over powers of two of microseconds. */
public enum Timing {
    COMMAND_DURATION("command_duration", "how long commands took, by git's own clock"),
    INGEST_TO_COMMIT("ingest_to_commit", "from the end of a command, as git says, until its record is committed");

    private final String wire;
    private final String meaning;

    Timing(String wire, String meaning) {
        this.wire = wire;
        this.meaning = meaning;
    }

    public String wire() {
        return wire;
    }

    public String meaning() {
        return meaning;
    }
}
