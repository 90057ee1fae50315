package taproot.normalizer;

import java.util.Locale;

/** Every reason for which a received line can be dropped; status, metrics and the README's table are made from it. */
public enum DropReason {
    /** The line is not a JSON object, or a field the record needs has another type than git gives it. */
    MALFORMED("not the JSON that trace2 writes"),
    /** The line has no {@code event} or no {@code sid}, or one that is empty, longer than 4 KiB or deeper than 100. */
    UNADDRESSED("no usable event or sid"),
    /** The line is longer than {@code ingest.line_limit} (4 MiB). */
    OVERLONG("longer than a line may be"),
    /** The line is unfinished, and all memory for unfinished lines and traces ({@code roots.scratch_total}) is taken. */
    NO_MEMORY("no memory left for unfinished lines"),
    /** The connection closed in the middle of the line. */
    TORN("cut off by the end of the connection"),
    /** The process it speaks of belongs to a record that is already finished. */
    LATE("came after its record was finished"),
    /** The connection's peer runs as another user. */
    FOREIGN_UID("sent by another user"),
    /** The root already holds as many processes or children as a root may. */
    ROOT_FULL("more processes in one root than are kept"),
    /** Taproot failed at it: a defect. The daemon's own log has the first of each kind. */
    DEFECT("a defect in Taproot; its log says more");

    private final String wire = name().toLowerCase(Locale.ROOT);
    private final String meaning;

    DropReason(String meaning) {
        this.meaning = meaning;
    }

    /** The name as it stands in JSON and metrics. */
    public String wire() {
        return wire;
    }

    /** What happened, in words that fit behind a count. */
    public String meaning() {
        return meaning;
    }
}
