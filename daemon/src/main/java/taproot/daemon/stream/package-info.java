/** The live stream: every subscriber a cursor over the log, and the threads that read the database for those who ask. */
@NullMarked
package taproot.daemon.stream;

import org.jspecify.annotations.NullMarked;
