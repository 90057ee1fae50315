/** Recorded streams: what {@code trace2.eventTarget=<path>} wrote to files, in the order in which it happened. */
@NullMarked
package taproot.daemon.replay;

import org.jspecify.annotations.NullMarked;
