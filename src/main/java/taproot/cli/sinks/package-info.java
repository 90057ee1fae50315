/** Outlets: how they do, and what they are told. */
@NullMarked
package taproot.cli.sinks;

import org.jspecify.annotations.NullMarked;
