/** Outlets: each sink is a cursor over the log that hands batches to a system of somebody else's. */
@NullMarked
package taproot.daemon.sink;

import org.jspecify.annotations.NullMarked;
