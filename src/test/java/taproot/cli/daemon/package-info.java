@NullMarked
package taproot.cli.daemon;

import org.jspecify.annotations.NullMarked;
