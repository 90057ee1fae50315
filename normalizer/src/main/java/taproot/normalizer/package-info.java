/** A plain library: trace2 lines of one root in, {@link taproot.normalizer.CommandRecord}s out. */
@NullMarked
package taproot.normalizer;

import org.jspecify.annotations.NullMarked;
