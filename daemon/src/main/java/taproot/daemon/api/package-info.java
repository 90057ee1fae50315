/** The control socket: HTTP and JSON for the command line, for scripts and for monitors. */
@NullMarked
package taproot.daemon.api;

import org.jspecify.annotations.NullMarked;
