package taproot.cli.exec;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import taproot.cli.terminal.Signals;

/**
 * What signals mean while another program's command runs: they are that command's. Ctrl-C reaches it by itself, because the
 * terminal sends it to the whole foreground group; only one that somebody sent to us alone is passed on.
 *
 * <p>After the command has ended, a signal means: do not wait any longer.
 */
final class SignalRelay {
    private final List<Signals> early = new ArrayList<>();
    private @Nullable PosixProcess child;
    private boolean ended;
    private boolean hurry;

    SignalRelay() {}

    /** A relay that has this process's signals. */
    static SignalRelay install() {
        SignalRelay relay = new SignalRelay();
        for (Signals signal : Signals.values()) {
            signal.handle(relay::received);
        }
        return relay;
    }

    synchronized void started(PosixProcess process) {
        child = process;
        early.forEach(signal -> process.signal(signal.number()));
    }

    synchronized void ended() {
        ended = true;
    }

    /** Whether somebody has asked to wait no longer. */
    synchronized boolean hurry() {
        return hurry;
    }

    private synchronized void received(Signals signal) {
        if (ended) {
            hurry = true;
        } else if (child == null) {
            early.add(signal);
        } else if (signal != Signals.INT || !isForeground()) {
            child.signal(signal.number());
        }
    }

    /** Whether our process group is the one that the terminal sends its signals to. */
    private static boolean isForeground() {
        try {
            String stat = Files.readString(Path.of("/proc/self/stat"));
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", 8);
            return fields[2].equals(fields[5]); // pgrp and tpgid
        } catch (IOException e) {
            return true; // No /proc: the usual Ctrl-C, which CMD has had.
        }
    }
}
