package taproot.daemon.log;

import java.time.Duration;
import java.util.List;

/**
 * The sinks that read this log, declared before it is opened, and how long it keeps for them what it would remove.
 *
 * <p>A sink that the database does not know yet is entered at the moment the database is opened, before anything is
 * written to it. So a sink that starts now has everything that was received since the daemon listens, and a database that
 * was replaced, by hand or because it was damaged, is read from its first record.
 *
 * @param declared whether {@code sinks} are all there are, so that others hold nothing back any more
 * @param holdAge how old a record may become that a sink has not had
 * @param holdSize how large the database may become for such records
 */
public record SinkCursors(boolean declared, List<Start> sinks, Duration holdAge, long holdSize) {
    /** For who only writes for a moment: the sinks are those that the last daemon had. */
    public static final SinkCursors UNCHANGED = new SinkCursors(false, List.of(), Duration.ofDays(30), 4L << 30);

    public SinkCursors {
        sinks = List.copyOf(sinks);
    }

    public SinkCursors(List<Start> sinks, Duration holdAge, long holdSize) {
        this(true, sinks, holdAge, holdSize);
    }

    /**
     * A sink and where it begins if it is new.
     *
     * @param fromBeginning with the oldest record there is, not with the next to come
     */
    public record Start(String name, boolean fromBeginning) {}
}
