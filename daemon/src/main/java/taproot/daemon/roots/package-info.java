/** Live state, one object per root session, changed only inside {@code compute}. */
@NullMarked
package taproot.daemon.roots;

import org.jspecify.annotations.NullMarked;
