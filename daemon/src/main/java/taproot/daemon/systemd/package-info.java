/** What systemd gives a service and hears of it: notifications, the watchdog, inherited sockets. */
@NullMarked
package taproot.daemon.systemd;

import org.jspecify.annotations.NullMarked;
