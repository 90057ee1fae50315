/** Commands that list, count, follow and change what was recorded. */
@NullMarked
package taproot.cli.log;

import org.jspecify.annotations.NullMarked;
