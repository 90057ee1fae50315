/** The embedded log: one writer, SQLite, and readers that are cursors over it. */
@NullMarked
package taproot.daemon.log;

import org.jspecify.annotations.NullMarked;
