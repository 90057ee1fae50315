/** Where git is told to send its events: told, untold and looked up, all through {@code git config}. */
@NullMarked
package taproot.cli.gitconfig;

import org.jspecify.annotations.NullMarked;
