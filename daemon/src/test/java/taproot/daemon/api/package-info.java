@NullMarked
package taproot.daemon.api;

import org.jspecify.annotations.NullMarked;
