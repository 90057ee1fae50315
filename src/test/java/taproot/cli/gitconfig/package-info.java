@NullMarked
package taproot.cli.gitconfig;

import org.jspecify.annotations.NullMarked;
