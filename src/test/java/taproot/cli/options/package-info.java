@NullMarked
package taproot.cli.options;

import org.jspecify.annotations.NullMarked;
