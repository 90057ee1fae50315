package taproot.daemon.ingest;

import java.util.ArrayList;
import java.util.List;

/**
 * The connections of one loop over which somebody is talking right now. They are looked at every half millisecond instead
 * of whenever there is something to read: whoever writes to a socket that another thread waits for pays for waking it, at
 * each of its lines. Loop only.
 *
 * <p>A socket holds some 170 lines that nobody has read, and git needs a millisecond to write as many: it does not wait
 * for the next look. Who is quicker is watched and read at once; so is the end of each connection.
 */
final class Talkers {
    /** How far apart two looks are. */
    static final long PAUSE_MICROS = 500;

    private final IngestLoop loop;
    private List<TraceConnection> talking = new ArrayList<>();
    private List<TraceConnection> looked = new ArrayList<>();
    private boolean willLook;

    Talkers(IngestLoop loop) {
        this.loop = loop;
    }

    /** From now on it is looked at, until {@link TraceConnection#look} says that it need not be. */
    void add(TraceConnection connection) {
        talking.add(connection);
        lookLater();
    }

    /** Reads what they have said. */
    void look() {
        List<TraceConnection> now = talking;
        talking = looked;
        looked = now;
        for (TraceConnection connection : now) {
            if (connection.look()) {
                talking.add(connection);
            }
        }
        now.clear();
        lookLater();
    }

    private void lookLater() {
        if (!willLook && !talking.isEmpty()) {
            willLook = true;
            loop.afterMicros(PAUSE_MICROS, () -> {
                willLook = false;
                look();
            });
        }
    }
}
