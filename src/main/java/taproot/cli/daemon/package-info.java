/** The daemon from outside: run it, ask it how it does, wait for it. */
@NullMarked
package taproot.cli.daemon;

import org.jspecify.annotations.NullMarked;
