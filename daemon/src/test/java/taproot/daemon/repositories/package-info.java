@NullMarked
package taproot.daemon.repositories;

import org.jspecify.annotations.NullMarked;
