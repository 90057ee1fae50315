@NullMarked
package taproot.cli.doctor;

import org.jspecify.annotations.NullMarked;
