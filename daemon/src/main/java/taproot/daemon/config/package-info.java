/** The configuration: one immutable record, read from TOML, and the places on disk. */
@NullMarked
package taproot.daemon.config;

import org.jspecify.annotations.NullMarked;
