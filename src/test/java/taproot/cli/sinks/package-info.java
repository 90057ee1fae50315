@NullMarked
package taproot.cli.sinks;

import org.jspecify.annotations.NullMarked;
