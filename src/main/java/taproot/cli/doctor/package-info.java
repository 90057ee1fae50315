/** Finds out why nothing is recorded, and says the command that mends it. */
@NullMarked
package taproot.cli.doctor;

import org.jspecify.annotations.NullMarked;
