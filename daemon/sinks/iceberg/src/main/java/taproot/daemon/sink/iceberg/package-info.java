/** Apache Iceberg: one table that any number of daemons append to, behind a REST catalog. */
@NullMarked
package taproot.daemon.sink.iceberg;

import org.jspecify.annotations.NullMarked;
