/** The configuration from outside: is it right, and what holds. */
@NullMarked
package taproot.cli.config;

import org.jspecify.annotations.NullMarked;
