/** The control socket: HTTP and JSON. */
@NullMarked
package taproot.daemon.api;

import org.jspecify.annotations.NullMarked;
