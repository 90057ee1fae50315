@NullMarked
package taproot.cli.terminal;

import org.jspecify.annotations.NullMarked;
