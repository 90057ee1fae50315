@NullMarked
package taproot.cli;

import org.jspecify.annotations.NullMarked;
