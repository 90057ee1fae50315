/** The program's side of the control socket. */
@NullMarked
package taproot.cli.control;

import org.jspecify.annotations.NullMarked;
