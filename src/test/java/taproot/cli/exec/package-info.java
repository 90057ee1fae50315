@NullMarked
package taproot.cli.exec;

import org.jspecify.annotations.NullMarked;
