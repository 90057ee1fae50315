@NullMarked
package taproot.cli.control;

import org.jspecify.annotations.NullMarked;
