@NullMarked
package taproot.cli.text;

import org.jspecify.annotations.NullMarked;
