/** One command as a page, and commands as trees. */
@NullMarked
package taproot.cli.show;

import org.jspecify.annotations.NullMarked;
