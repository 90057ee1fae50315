/** What speaks to Taproot from inside a git command: the hooks that report refs, and annotations. */
@NullMarked
package taproot.cli.hook;

import org.jspecify.annotations.NullMarked;
