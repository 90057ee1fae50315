package taproot.daemon.metrics;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/** Everything the daemon counts besides lines by {@link taproot.normalizer.DropReason}; all start at 0 with the daemon. */
public enum Counter {
    /** Lines received, whatever became of them: received = applied + ignored + Σ dropped. */
    EVENTS_RECEIVED("lines received"),
    /** Lines that went into a root's state or trace. */
    EVENTS_APPLIED("lines that went into a root"),
    /** Lines with an event this version does not know; legal, and skipped. */
    EVENTS_IGNORED("lines with an event unknown here"),
    /** Connections accepted on the trace2 socket. */
    CONNECTIONS_ACCEPTED("connections accepted"),
    /** Connections closed by their peer. */
    CONNECTIONS_CLOSED("connections closed"),
    /** Connections of another user: read, discarded. */
    CONNECTIONS_FOREIGN_UID("connections of another user"),
    /** Connections that failed with an I/O error. */
    CONNECTION_ERRORS("connections that ended in an error"),
    /** Attempts to accept that failed: no descriptor was left, or no memory. Whoever waited is accepted a moment later. */
    ACCEPTS_FAILED("attempts to accept that failed, as without a free descriptor"),
    /** Bytes read from the trace2 socket. */
    BYTES_RECEIVED("bytes received"),
    /** Raw trace bytes not gathered, or given up later, because a budget was exhausted. */
    SCRATCH_BYTES_SHED("trace bytes given up to a budget"),
    /** Commands that went on because the file system of their repository did not answer in time. */
    REPOSITORIES_TIMED_OUT("repositories that did not answer in time"),
    /** Commands that went on without their repository, because too much waited for slow file systems. */
    REPOSITORIES_OVERLOADED("repositories not looked up: too much waited for slow file systems"),
    /** Commands of which nothing is recorded, because {@code ingest.ignore} says so. */
    RECORDS_IGNORED("records left out by ingest.ignore"),
    /** Records handed to the log. */
    RECORDS_FINISHED("records finished"),
    /** Records that have a seq. */
    RECORDS_COMMITTED("records committed"),
    /** Records given up because the queue before the log was full. */
    RECORDS_QUEUE_FULL("records lost: the queue before the log was full"),
    /** Records given up because the daemon stopped before the log took them. */
    RECORDS_UNWRITTEN("records lost: the daemon stopped before they were written"),
    /** Records the log already holds under the same key. */
    RECORDS_DUPLICATE("records already in the log"),
    /** Records the database refused as such. */
    RECORDS_REFUSED("records lost: the database refused them"),
    /** Group commits. */
    LOG_COMMITS("group commits"),
    /** Attempts to write or open the database that failed and are tried again. */
    LOG_ERRORS("failed attempts to write the log"),
    /** Texts of records and traces redacted as a whole, because a pattern of {@code redact.patterns} came to no end in them. */
    TEXTS_REDACTED_WHOLE("texts redacted whole: a pattern of redact.patterns came to no end in them"),
    /** Records that retention removed. */
    RECORDS_EXPIRED("records removed by retention"),
    /** Read-only records that retention folded into minute buckets. */
    RECORDS_FOLDED("read-only records folded into buckets"),
    /** Second lives that ended 0 without any child; not kept. */
    SECOND_LIVES_EMPTY("empty second lives"),
    /** Commands that went on when the daemon stopped. */
    COMMANDS_INTERRUPTED("commands that went on when the daemon stopped"),
    /** Commands recorded for themselves because what they ran under was never heard of, as behind a restart. */
    COMMANDS_ADOPTED("commands whose owner was never heard of"),
    /** Processes of which lines came, but never a start; they are on no record. */
    PROCESSES_UNSTARTED("processes without a start"),
    /** Reports of hooks whose command was never heard of, or is on a finished record: what moved is on none. */
    REPORTS_UNCLAIMED("reports of hooks whose command has no record to put them on"),
    /** Tombstones that made room for newer ones. */
    TOMBSTONES_EVICTED("tombstones evicted"),
    /** Messages to systemd (ready, watchdog, status) that could not be sent. */
    NOTIFICATIONS_FAILED("messages that systemd did not get"),
    /** Exceptions that nobody had foreseen, wherever they were met; of each place the first is logged. */
    DEFECTS("defects of Taproot that were met"),
    /** Roots given up because of a defect; what ran in them has no record. */
    ROOTS_GIVEN_UP("roots given up because of a defect"),
    /** Records that sinks have delivered, each sink for itself. */
    SINK_RECORDS_DELIVERED("records delivered by sinks"),
    /** Records that a back-end refused or that stalled; kept, and sent again when asked for. */
    SINK_RECORDS_SET_ASIDE("records set aside by sinks"),
    /** Records that were removed from the log before a sink had read them. */
    SINK_RECORDS_MISSED("records removed before a sink had read them");

    private static final Set<Counter> LOSSES = Collections.unmodifiableSet(EnumSet.of(
            ACCEPTS_FAILED,
            SCRATCH_BYTES_SHED,
            RECORDS_QUEUE_FULL,
            RECORDS_UNWRITTEN,
            RECORDS_REFUSED,
            LOG_ERRORS,
            ROOTS_GIVEN_UP));

    private final String wire = name().toLowerCase(Locale.ROOT);
    private final String meaning;

    Counter(String meaning) {
        this.meaning = meaning;
    }

    /** Those for which something that git said is missing in the log, or might have been. */
    public static Set<Counter> losses() {
        return LOSSES;
    }

    /** The name as it stands in JSON and metrics. */
    public String wire() {
        return wire;
    }

    /** What is counted, in words that fit behind a number. */
    public String meaning() {
        return meaning;
    }
}
