package taproot.cli.terminal;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * One line on a terminal, written over and over, that says what takes so long; nothing where stderr is no terminal, and
 * nothing within the first second. Costs a thread that sleeps.
 */
public final class Progress implements AutoCloseable {
    private static final long FIRST = TimeUnit.SECONDS.toNanos(1);
    private static final long BETWEEN = TimeUnit.MILLISECONDS.toNanos(200);
    private static final String ERASE = "\r\u001b[K";

    private final Session session;
    private final long begun = System.nanoTime();
    private volatile String text;
    private boolean shown;
    private boolean over;

    private Progress(Session session, String text) {
        this.session = session;
        this.text = text;
    }

    /** From now on something is done; until this is closed. */
    public static Progress of(Session session, String text) {
        Progress progress = new Progress(session, text);
        if (session.errScreen().width() > 0) {
            Thread.ofVirtual().start(progress::show);
        }
        return progress;
    }

    /** How far it has come by now. */
    public void at(String now) {
        text = now;
    }

    private void show() {
        long next = begun + FIRST;
        while (true) {
            LockSupport.parkNanos(Math.max(1, next - System.nanoTime()));
            if (System.nanoTime() < next) {
                if (isOver()) {
                    return;
                }
                continue;
            }
            if (!print()) {
                return;
            }
            next = System.nanoTime() + BETWEEN;
        }
    }

    private synchronized boolean isOver() {
        return over;
    }

    private synchronized boolean print() {
        if (over) {
            return false;
        }
        shown = true;
        long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begun);
        session.err().print(ERASE + session.errScreen().cut(text + ", " + seconds + " s"));
        session.err().flush();
        return true;
    }

    /** Nothing is left of it on the terminal. */
    @Override
    public synchronized void close() {
        over = true;
        if (shown) {
            shown = false;
            session.err().print(ERASE);
            session.err().flush();
        }
    }
}
