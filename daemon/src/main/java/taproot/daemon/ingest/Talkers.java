package taproot.daemon.ingest;

import java.util.ArrayList;
import java.util.List;

/**
 * Those of one loop who have something to say right now: connections that lines come over, and the listening socket when
 * somebody has connected. They are looked at every half millisecond instead of whenever there is something: whoever
 * connects, or writes to a socket that another thread waits for, pays for waking it, at each of its lines, and a thread
 * that works on the next processor meanwhile slows him down. A short command is over when it is looked at for the first
 * time. Loop only.
 *
 * <p>A socket holds some 170 lines that nobody has read, and git needs a millisecond to write as many: it does not wait
 * for the next look. Who is quicker is watched and read at once; so is the end of each connection.
 */
final class Talkers {
    /** How far apart two looks are. */
    static final long PAUSE_MICROS = 500;

    /** Who may be looked at. */
    interface Talker {
        /** Takes what there is; false when it tells by itself from now on that there is something. Throws nothing. */
        boolean look();
    }

    private final IngestLoop loop;
    private List<Talker> talking = new ArrayList<>();
    private List<Talker> looked = new ArrayList<>();
    private boolean willLook;

    Talkers(IngestLoop loop) {
        this.loop = loop;
    }

    /** From now on it is looked at, until its {@link Talker#look} says that it need not be. */
    void add(Talker talker) {
        talking.add(talker);
        lookLater();
    }

    /** Takes what they have said. */
    void look() {
        List<Talker> now = talking;
        talking = looked;
        looked = now;
        for (Talker talker : now) {
            if (talker.look()) {
                talking.add(talker);
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
