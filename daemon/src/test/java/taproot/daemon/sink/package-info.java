/** What every sink is tested by, and the tests of what runs them. */
@NullMarked
package taproot.daemon.sink;

import org.jspecify.annotations.NullMarked;
