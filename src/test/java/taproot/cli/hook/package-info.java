@NullMarked
package taproot.cli.hook;

import org.jspecify.annotations.NullMarked;
