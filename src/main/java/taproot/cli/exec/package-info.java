/** strace for git: a command with a daemon of its own. */
@NullMarked
package taproot.cli.exec;

import org.jspecify.annotations.NullMarked;
