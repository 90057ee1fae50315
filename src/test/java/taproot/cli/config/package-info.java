@NullMarked
package taproot.cli.config;

import org.jspecify.annotations.NullMarked;
