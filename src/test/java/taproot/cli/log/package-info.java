@NullMarked
package taproot.cli.log;

import org.jspecify.annotations.NullMarked;
