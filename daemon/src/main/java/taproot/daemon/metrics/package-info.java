/** Counters of everything that arrives, is dropped or waits. */
@NullMarked
package taproot.daemon.metrics;

import org.jspecify.annotations.NullMarked;
