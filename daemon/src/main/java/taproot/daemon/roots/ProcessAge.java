package taproot.daemon.roots;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * How long the process under a pid has been running, by the kernel's clock since boot, to a hundredth of a second. Two reads
 * of {@code /proc}.
 *
 * @param micros -1 where no process has the pid, or a dead one that nobody has waited for
 */
record ProcessAge(long micros) {
    /** Linux counts in hundredths towards programs, whatever its own clock does: see sysconf(3), {@code _SC_CLK_TCK}. */
    private static final long TICK_MICROS = 10_000;

    /** The start and the moment at which it is asked are cut off to whole ticks. */
    private static final long SLACK_MICROS = 5 * TICK_MICROS;

    private static final int START_TIME_FIELD = 22;

    /** Whether there is a process, and one that ran so many microseconds ago; in doubt it did. */
    boolean isAtLeast(long agoMicros) {
        return micros >= 0 && micros + SLACK_MICROS >= agoMicros;
    }

    /** The format is that of proc_pid_stat(5). */
    static ProcessAge of(long pid) throws IOException {
        String stat;
        try {
            stat = read(Path.of("/proc", Long.toString(pid), "stat"));
        } catch (NoSuchFileException e) {
            return new ProcessAge(-1);
        }
        // The second field is the name in parentheses, which may hold spaces and parentheses itself.
        String[] fromState = stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ");
        if (fromState.length <= START_TIME_FIELD - 3) {
            throw new IOException("expected the fields of proc_pid_stat(5) for pid " + pid + ", came: " + stat);
        }
        boolean dead = fromState[0].equals("Z") || fromState[0].equals("X");
        long started = Long.parseLong(fromState[START_TIME_FIELD - 3]) * TICK_MICROS;
        return new ProcessAge(dead ? -1 : Math.max(0, uptimeMicros() - started));
    }

    /** Counts on while the machine sleeps, as start times do. */
    private static long uptimeMicros() throws IOException {
        String uptime = read(Path.of("/proc/uptime"));
        return (long) (Double.parseDouble(uptime.substring(0, uptime.indexOf(' '))) * 1e6);
    }

    private static String read(Path file) throws IOException {
        return Files.readString(file, StandardCharsets.ISO_8859_1);
    }
}
