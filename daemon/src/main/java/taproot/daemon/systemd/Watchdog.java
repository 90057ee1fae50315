package taproot.daemon.systemd;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * How long systemd waits for a sign of life before it kills the service ({@code WatchdogSec=}).
 *
 * @param patience between two signs, at most
 */
record Watchdog(Duration patience) {

    /** Null where nobody waits, or for somebody else: the variables are inherited (sd_watchdog_enabled(3)). */
    static @Nullable Watchdog of(Map<String, String> environment, long ownPid) {
        String micros = environment.get("WATCHDOG_USEC");
        String pid = environment.get("WATCHDOG_PID");
        if (micros == null
                || !micros.matches("[1-9]\\d{0,17}")
                || (pid != null && !pid.equals(Long.toString(ownPid)))) {
            return null;
        }
        return new Watchdog(Duration.ofNanos(TimeUnit.MICROSECONDS.toNanos(Long.parseLong(micros))));
    }

    /** A third: one answer may be late without anybody being killed for it. */
    Duration interval() {
        return Duration.ofNanos(patience.toNanos() / 3);
    }
}
