/** The trace2 socket: bytes in, lines to the roots. */
@NullMarked
package taproot.daemon.ingest;

import org.jspecify.annotations.NullMarked;
