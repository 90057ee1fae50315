/** The program: command line and wiring. */
@NullMarked
package taproot.cli;

import org.jspecify.annotations.NullMarked;
