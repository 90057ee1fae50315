/** What the raw lines of a command say beyond its record, for whoever looks at one: the regions of its threads. */
@NullMarked
package taproot.normalizer.trace;

import org.jspecify.annotations.NullMarked;
