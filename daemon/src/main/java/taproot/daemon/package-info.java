/** The daemon: {@code Daemon} wires the parts together and owns their lives. */
@NullMarked
package taproot.daemon;

import org.jspecify.annotations.NullMarked;
