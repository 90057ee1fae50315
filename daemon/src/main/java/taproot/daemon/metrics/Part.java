package taproot.daemon.metrics;

import java.util.Locale;

/** What a daemon consists of, for whoever asks where something waits or has failed. */
public enum Part {
    /** The sockets that git writes to. */
    INGEST("connections"),
    /** Commands that are not over; the oldest is the one that was silent for longest. */
    ROOTS("unfinished commands"),
    /** Between the end of a command and the log: in which repository it ran. */
    REPOSITORIES("commands whose repository is looked up"),
    /** The queue before the database, and the database. */
    LOG("records for the database"),
    /** Those who follow the log and have not taken what there is for them. */
    SUBSCRIBERS("subscribers that do not take what there is"),
    /** Those who read the database for whoever asks. */
    READERS("questions to the database"),
    /** What is recorded and not yet at a sink, all sinks together. */
    SINKS("records for sinks"),
    /** The configuration, when it is read again. */
    CONFIGURATION("configurations"),
    /** Whoever started the daemon, and watches over it. */
    SUPERVISION("messages to systemd"),
    /** Defects of Taproot's own, wherever they were met. */
    DEFECTS("defects");

    private final String waiting;

    Part(String waiting) {
        this.waiting = waiting;
    }

    /** The name as it stands in JSON and metrics. */
    public String wire() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** What waits there, in words that fit behind a number. */
    public String waiting() {
        return waiting;
    }
}
