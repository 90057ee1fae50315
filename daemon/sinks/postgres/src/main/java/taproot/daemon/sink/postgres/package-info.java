/** PostgreSQL: one table that any number of daemons write. */
@NullMarked
package taproot.daemon.sink.postgres;

import org.jspecify.annotations.NullMarked;
