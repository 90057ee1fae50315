@NullMarked
package taproot.cli.show;

import org.jspecify.annotations.NullMarked;
