/** What a run of the program has around it: its streams, its screen, its signals, and how it ends. */
@NullMarked
package taproot.cli.terminal;

import org.jspecify.annotations.NullMarked;
